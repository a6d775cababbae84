import CEL

@testable import Model

/// What was written in a step, in the form of the recordings: for each object the order of its
/// writes, status left out, and of Pods with generated names how many were made and removed.
struct RecordedWrites {
  /// The kinds that the recorder watched.
  private static let watched: Set<String> = [
    "ConfigMap", "ControllerRevision", "DaemonSet", "Deployment", "HorizontalPodAutoscaler", "Job",
    "Pod", "PodDisruptionBudget", "ReplicaSet", "ReplicationController", "StatefulSet",
  ]

  private let projection: RecordingProjection
  private var written: [String: [JSONObject]] = [:]
  private var generated: [String: (created: Int64, deleted: Int64)] = [:]

  init(_ changes: [ObjectChange], _ projection: RecordingProjection) {
    self.projection = projection
    for change in changes where Self.watched.contains(change.key.groupKind.kind) { add(change) }
  }

  private mutating func add(_ change: ObjectChange) {
    guard let object = change.new ?? change.old else { return }
    if change.key.groupKind == .pod, RecordingProjection.isGenerated(object) {
      return count(change, object)
    }
    let name = projection.name(of: change.key)
    let before = change.old.map(projection.withoutStatus)
    let after = change.new.map(projection.withoutStatus)
    var event = JSONObject()
    switch (before, after) {
    case (nil, .some(let after)):
      event = after
      event["event"] = "ADDED"
    case (_, nil):
      event["event"] = "DELETED"
    case (.some(let before), .some(let after)):
      for key in Set(before.keys).union(after.keys) where before[key] != after[key] {
        event[key] = after[key] ?? .null
      }
      if event.isEmpty { return }
      event["event"] = "MODIFIED"
    }
    written[name, default: []].append(event)
  }

  private mutating func count(_ change: ObjectChange, _ pod: JSONObject) {
    guard change.old == nil || change.new == nil else { return }
    let reference = pod.controllerReference
    let owner = projection.symbolic(
      "\(reference?.kind ?? "")/\(reference?["name"]?.string ?? "")")
    var counts = generated[owner] ?? (0, 0)
    if change.old == nil { counts.created += 1 } else { counts.deleted += 1 }
    generated[owner] = counts
  }

  /// The first difference from what was recorded in a step; nil if there is none.
  func difference(from recorded: JSONObject) -> String? {
    let open = Set((recorded["notDeterministic"]?.array ?? []).compactMap(\.string))
    let names = Set(recorded.keys).union(written.keys).subtracting(open)
      .subtracting(["notDeterministic", "generatedPods"])
    for name in names.sorted() {
      let wanted = recorded[name]?.array ?? []
      let found = written[name] ?? []
      let isSame =
        wanted.count == found.count
        && zip(wanted, found).allSatisfy { Self.isSame($0, $1) }
      if !isSame {
        return "writes of \(name): recorded \(JSONValue.array(wanted).text), here "
          + JSONValue.array(found.map(JSONValue.object)).text
      }
    }
    var counts: [String: (created: Int64, deleted: Int64)] = [:]
    for entry in recorded["generatedPods"]?.array ?? [] {
      counts[entry["owner"]?.string ?? ""] = (
        entry["created"]?.int ?? 0, entry["deleted"]?.int ?? 0
      )
    }
    for owner in Set(counts.keys).union(generated.keys).sorted() {
      let (wanted, found) = (counts[owner] ?? (0, 0), generated[owner] ?? (0, 0))
      if wanted != found { return "Pods of \(owner): recorded \(wanted), here \(found)" }
    }
    return nil
  }

  private static func isSame(_ wanted: JSONValue, _ found: JSONObject) -> Bool {
    guard let wanted = wanted.object else { return false }
    return wanted["event"] == found["event"]
      && RecordingProjection.matches(.object(wanted), .object(found))
  }
}
