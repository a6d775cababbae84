import CEL

/// A reconcile under way as an object: what it was answered, what it wrote.
///
/// Numbers that count questions are texts, so that they belong to the shape of a state.
struct RunRecord {
  /// A question in short, and its answer.
  struct Step {
    let question: String
    let answer: JSONValue
  }

  var steps: [Step] = []
  /// The objects that the run wrote, as they were before.
  var before: [String: JSONValue] = [:]
  /// The question with which it last wrote each of them.
  var ownWrites: [String: Int] = [:]
  /// Up to which question its reads of an object are superseded.
  var superseded: [String: Int] = [:]
  /// The objects that it read or wrote.
  var seen: Set<String> = []

  static func key(_ controller: String, _ request: ReconcileRequest) -> ObjectKey {
    ObjectKey(
      AbstractState.reconcile, namespace: controller, name: "\(request.namespace)/\(request.name)")
  }

  static func text(_ key: ObjectKey) -> String {
    "\(key.groupKind)|\(key.namespace)|\(key.name)"
  }

  init() {}

  init(_ object: JSONObject) {
    steps = (object["steps"]?.array ?? []).map {
      Step(question: $0["question"]?.string ?? "", answer: $0["answer"] ?? .null)
    }
    before = Dictionary(uniqueKeysWithValues: Self.entries(object["before"]))
    ownWrites = Self.numbers(object["ownWrites"])
    superseded = Self.numbers(object["superseded"])
    seen = Set(Self.entries(object["seen"]).map(\.0))
  }

  private static func entries(_ value: JSONValue?) -> [(String, JSONValue)] {
    (value?.object?.entries ?? []).map { ($0.key, $0.value) }
  }

  private static func numbers(_ value: JSONValue?) -> [String: Int] {
    Dictionary(
      uniqueKeysWithValues: entries(value).map { ($0.0, Int($0.1.string ?? "") ?? 0) })
  }

  var object: JSONObject {
    func numbers(_ values: [String: Int]) -> JSONValue {
      .object(JSONObject(values.map { ($0.key, .string(String($0.value))) }))
    }
    return [
      "steps": .array(steps.map { ["question": .string($0.question), "answer": $0.answer] }),
      "before": .object(JSONObject(before.map { ($0.key, $0.value) })),
      "ownWrites": numbers(ownWrites), "superseded": numbers(superseded),
      "seen": .object(JSONObject(seen.map { ($0, .bool(true)) })),
    ]
  }

  /// Notes that another wrote an object.
  mutating func supersede(_ key: ObjectKey) {
    let text = Self.text(key)
    if seen.contains(text) { superseded[text] = steps.count - 1 }
  }
}
