internal import CEL
internal import Model

/// A request that differs from another one only in numbers which kverify does not keep as they are:
/// `metadata.resourceVersion`, generations and what was observed of them, revisions.
///
/// Of generations only the order within one object counts (SEMANTICS.md, "Ordinals"), so those of each
/// object are moved by a number of their own. A hook may compare them and may copy its parent's into
/// `observedGeneration`; then it answers the variant as it answers the request.
struct RequestVariant {
  private static let revision = "deployment.kubernetes.io/revision"
  private static let history = "deployment.kubernetes.io/revision-history"

  private(set) var request = JSONObject()
  private var objects: Int64 = 0
  private let movesGenerations: Bool

  /// Makes the variant; with the generations as they are unless those are moved.
  init(of request: JSONObject, movesGenerations: Bool) {
    self.movesGenerations = movesGenerations
    // The parent's numbers are moved by the first shift.
    for key in ["parent", "object"] + request.keys where request[key] != nil {
      guard self.request[key] == nil, let value = request[key] else { continue }
      self.request[key] = varied(value)
    }
  }

  /// The answer to the variant as it would be to the request.
  func restored(_ answer: HookAnswer) -> HookAnswer {
    guard movesGenerations, case .answered(var body) = answer, var status = body["status"]?.object
    else { return answer }
    Self.move(&status, by: -Self.shift(0))
    body["status"] = .object(status)
    return .answered(body)
  }

  private static func shift(_ number: Int64) -> Int64 { 7 + 12 * number }

  private mutating func varied(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let items): return .array(items.map { varied($0) })
    case .object(var object):
      var shift: Int64?
      if var metadata = object["metadata"]?.object {
        if metadata["resourceVersion"] != nil { metadata["resourceVersion"] = "2" }
        if movesGenerations, let generation = metadata["generation"]?.int {
          shift = Self.shift(objects)
          metadata["generation"] = .int(generation + Self.shift(objects))
          objects += 1
        }
        if movesGenerations { Self.moveRevisions(&metadata) }
        object["metadata"] = .object(metadata)
      }
      if let shift, var status = object["status"]?.object {
        Self.move(&status, by: shift)
        object["status"] = .object(status)
      }
      if movesGenerations, object["kind"]?.string == "ControllerRevision",
        let revision = object["revision"]?.int
      {
        object["revision"] = .int(revision + Self.shift(0))
      }
      return .object(
        JSONObject(
          object.entries.map { entry in
            (
              entry.key,
              ["metadata", "status"].contains(entry.key) ? entry.value : varied(entry.value)
            )
          }))
    default: return value
    }
  }

  /// Moves what a status says of generations.
  private static func move(_ status: inout JSONObject, by shift: Int64) {
    if let seen = status["observedGeneration"]?.int {
      status["observedGeneration"] = .int(seen + shift)
    }
    guard let conditions = status["conditions"]?.array else { return }
    status["conditions"] = .array(
      conditions.map { condition in
        guard var object = condition.object, let seen = object["observedGeneration"]?.int else {
          return condition
        }
        object["observedGeneration"] = .int(seen + shift)
        return .object(object)
      })
  }

  private static func moveRevisions(_ metadata: inout JSONObject) {
    guard var annotations = metadata["annotations"]?.object else { return }
    for key in [revision, history] {
      guard let text = annotations[key]?.string else { continue }
      let moved = text.split(separator: ",").map { part in
        Int64(part).map { String($0 + shift(0)) } ?? String(part)
      }
      annotations[key] = .string(moved.joined(separator: ","))
    }
    metadata["annotations"] = .object(annotations)
  }
}
