internal import CEL

/// The conditions in a status, kept in upstream's order: a condition that changes moves to the end
/// where its controller filters and appends (pkg/controller/deployment/util/deployment_util.go,
/// SetDeploymentCondition), and stays where the controller writes in place
/// (pkg/controller/podautoscaler/horizontal.go, setConditionInList).
struct ConditionList: Equatable {
  private(set) var items: [JSONObject]

  /// Reads `status.conditions` of an object.
  init(of object: JSONObject) {
    items = (object.at("status", "conditions")?.array ?? []).compactMap(\.object)
  }

  /// The condition of a type.
  subscript(type: String) -> JSONObject? { items.first { $0["type"]?.string == type } }

  /// The reason of the condition of a type.
  func reason(_ type: String) -> String? { self[type]?["reason"]?.string }

  /// Takes out the condition of a type.
  mutating func remove(_ type: String) { items.removeAll { $0["type"]?.string == type } }

  /// Puts a condition at the end, in place of the one of its type.
  mutating func append(_ condition: JSONObject) {
    remove(condition["type"]?.string ?? "")
    items.append(condition)
  }

  /// Replaces the condition of its type where it stands, or puts it at the end.
  mutating func replace(_ condition: JSONObject) {
    let type = condition["type"]?.string
    if let index = items.firstIndex(where: { $0["type"]?.string == type }) {
      items[index] = condition
    } else {
      items.append(condition)
    }
  }

  /// The list as a status holds it; nil where it is empty.
  var value: JSONValue? { items.isEmpty ? nil : .array(items.map(JSONValue.object)) }
}
