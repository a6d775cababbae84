internal import CEL

/// The three-way merge of what a hook wants into a child, in the manner of `kubectl apply` and without
/// knowing types.
///
/// Follows pkg/dynamic/apply/apply.go (Merge) and pkg/controller/common/manage_children.go
/// (ApplyUpdate). A list whose items are objects that have a well-known key in common is merged by
/// that key; every other list is replaced.
enum ChildMerge {
  static let lastApplied = "metacontroller.k8s.io/last-applied-configuration"

  /// What the API server sets, and a hook therefore cannot.
  private static let systemFields = [
    "selfLink", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
    "deletionGracePeriodSeconds",
  ]

  /// The keys that lists are merged by, the first that all items have.
  private static let mergeKeys = [
    "containerPort", "port", "mountPath", "name", "uid", "ip", "path",
  ]

  /// The child as it is to be: what was applied last and is not wanted any more goes, what is wanted
  /// is set, all else stays; status and system fields are never touched.
  static func updated(_ child: JSONObject, to wanted: JSONObject) throws -> JSONObject {
    let wanted = withoutLastApplied(wanted)
    let merged = merge(.object(child), try applied(to: child), .object(wanted))
    guard var result = merged.object else { return child }
    for field in systemFields {
      result.set(child.at("metadata", field), at: "metadata", field)
    }
    result["status"] = child["status"]
    result.annotations[lastApplied] = .string(JSONValue.object(wanted).text)
    return result
  }

  /// A new child, with what the hook wants remembered.
  static func created(_ wanted: JSONObject) -> JSONObject {
    var child = wanted
    child.annotations[lastApplied] = .string(JSONValue.object(wanted).text)
    return child
  }

  /// A hook that returns what it observed returns the annotation too (nullifyLastAppliedAnnotation).
  private static func withoutLastApplied(_ wanted: JSONObject) -> JSONObject {
    var wanted = wanted
    if wanted.annotations[lastApplied] != nil { wanted.annotations[lastApplied] = "" }
    return wanted
  }

  private static func applied(to child: JSONObject) throws -> JSONValue {
    let text = child.annotations[lastApplied]?.string ?? ""
    if text.isEmpty { return .null }
    guard let value = try? JSONValue(parsing: text) else {
      throw ReconcileError("can't unmarshal the annotation \(lastApplied) of a \(child.kind)")
    }
    return value
  }

  /// What is of another type than the destination counts as absent, as in upstream's assertions.
  private static func merge(_ old: JSONValue, _ last: JSONValue, _ wanted: JSONValue) -> JSONValue {
    switch old {
    case .object(let object):
      .object(merge(object, last.object ?? JSONObject(), wanted.object ?? JSONObject()))
    case .array(let items): merge(items, last.array ?? [], wanted.array)
    default: wanted
    }
  }

  private static func merge(_ old: JSONObject, _ last: JSONObject, _ wanted: JSONObject)
    -> JSONObject
  {
    var result = old
    for entry in last.entries where wanted[entry.key] == nil { result[entry.key] = nil }
    for entry in wanted.entries {
      result[entry.key] = merge(
        result[entry.key] ?? .null, last[entry.key] ?? .null, entry.value)
    }
    return result
  }

  private static func merge(_ old: [JSONValue], _ last: [JSONValue], _ wanted: [JSONValue]?)
    -> JSONValue
  {
    guard let key = mergeKey(old + last + (wanted ?? [])) else {
      return wanted.map { .array($0) } ?? .null
    }
    let merged = merge(
      keyed(old, by: key), keyed(last, by: key), keyed(wanted ?? [], by: key))
    var result: [JSONValue] = []
    var added: Set<String> = []
    for item in old {
      guard let found = merged[text(item[key])] else { continue }
      result.append(found)
      added.insert(text(item[key]))
    }
    for item in wanted ?? [] where added.insert(text(item[key])).inserted {
      if let found = merged[text(item[key])] { result.append(found) }
    }
    return .array(result)
  }

  /// detectListMapKey: the first well-known key that all items have; nil where an item is no object.
  private static func mergeKey(_ items: [JSONValue]) -> String? {
    let objects = items.compactMap(\.object)
    guard objects.count == items.count, !objects.isEmpty else { return nil }
    return mergeKeys.first { key in objects.allSatisfy { $0[key] != nil } }
  }

  private static func keyed(_ items: [JSONValue], by key: String) -> JSONObject {
    JSONObject(items.map { (text($0[key]), $0) })
  }

  private static func text(_ value: JSONValue?) -> String { value?.string ?? value?.text ?? "" }
}
