internal import CEL

/// The ControllerRevisions of a StatefulSet.
///
/// Follows pkg/controller/history/controller_history.go and
/// pkg/controller/statefulset/stateful_set_control.go (getStatefulSetRevisions, truncateHistory).
struct RevisionHistory {
  private static let hashLabel = "controller.kubernetes.io/hash"
  /// Upstream tries an update so often (retry.DefaultBackoff).
  private static let attempts = 4

  let client: ControllerClient
  let set: JSONObject
  let selector: LabelSelector

  /// The revisions that an update works with.
  struct Revisions {
    /// All that were there, oldest first.
    var all: [JSONObject]
    var current: JSONObject
    var update: JSONObject
    var collisionCount: Int64
  }

  /// ListControllerRevisions: those that the selector accepts and nobody else controls.
  private func list() throws -> [JSONObject] {
    try client.oracle.list(
      ListQuery(
        apiVersion: "apps/v1", kind: "ControllerRevision", namespace: set.namespace,
        selection: .selectors(label: selector.text, field: ""))
    ).filter {
      $0.controllerReference == nil || ControllerReference.isControlled($0, by: set)
    }
  }

  /// adoptOrphanRevisions.
  func adoptOrphans(_ claim: ObjectClaim) throws {
    let orphans = try list().filter { $0.controllerReference == nil }
    guard !orphans.isEmpty else { return }
    try claim.requireMayAdopt()
    for orphan in orphans {
      let answer = try claim.adopt(orphan)
      if !answer.isSuccess { throw answer.error("adopting a ControllerRevision") }
    }
  }

  /// getStatefulSetRevisions: the revision to go to is the newest if its template is the set's, an
  /// older equal one re-numbered, or a new one.
  func revisions() throws -> Revisions {
    let all = try sorted(try list())
    var collisionCount = set.at("status", "collisionCount")?.int ?? 0
    let number = (all.last?["revision"]?.int ?? 0) + 1
    let equal = all.filter { TemplateRevision.holds($0, data) }
    let update: JSONObject
    if let last = equal.last, last.name == all.last?.name {
      update = last
    } else if let last = equal.last {
      update = try renumber(last, number)
    } else {
      update = try create(number, &collisionCount)
    }
    let currentName = set.at("status", "currentRevision")?.string
    let current = all.first { $0.name == currentName } ?? update
    return Revisions(
      all: all, current: current, update: update, collisionCount: collisionCount)
  }

  /// byRevision: by number, then creation, then name.
  private func sorted(_ revisions: [JSONObject]) throws -> [JSONObject] {
    func number(_ revision: JSONObject) -> Int64 { revision["revision"]?.int ?? 0 }
    let isDistinct = Set(revisions.map(number)).count == revisions.count
    let ordered =
      isDistinct ? revisions : try CreationOrder.sorted(revisions, client.oracle)
    return ordered.enumerated().sorted {
      (number($0.element), $0.offset) < (number($1.element), $1.offset)
    }.map(\.element)
  }

  private var data: JSONValue { TemplateRevision.data(of: set) }

  private func renumber(_ revision: JSONObject, _ number: Int64) throws -> JSONObject {
    var copy = revision
    for attempt in 1...Self.attempts {
      if copy["revision"]?.int == number { return copy }
      copy["revision"] = .int(number)
      let answer = try client.update(copy)
      if answer.isSuccess { return try answer.object("re-numbering a ControllerRevision") }
      guard answer.isConflict, attempt < Self.attempts else {
        throw answer.error("re-numbering a ControllerRevision")
      }
      let cached = try client.oracle.get(
        "apps/v1", "ControllerRevision", namespace: copy.namespace, name: copy.name)
      copy = cached ?? copy
    }
    return copy
  }

  /// CreateControllerRevision: a name that is taken by the same data is as good; one taken by other
  /// data is a collision, and the next name is tried.
  private func create(_ number: Int64, _ collisionCount: inout Int64) throws -> JSONObject {
    let data = self.data
    var revision: JSONObject = [
      "apiVersion": "apps/v1", "kind": "ControllerRevision", "data": data,
      "revision": .int(number),
    ]
    revision.metadata = [
      "namespace": .string(set.namespace),
      "ownerReferences": [.object(ControllerReference.make(to: set))],
    ]
    revision.annotations = set.annotations
    while true {
      let hash = TemplateHash.of(data, collisionCount: collisionCount)
      revision.metadata["name"] = .string("\(set.name)-\(hash)")
      revision.labels =
        set.at("spec", "template", "metadata", "labels")?.object ?? JSONObject()
      revision.labels[Self.hashLabel] = .string(hash)
      let answer = try client.create(revision)
      guard answer.isAlreadyExists else {
        return try answer.object("creating a ControllerRevision")
      }
      let found = try client.get(revision).object("reading a ControllerRevision")
      if TemplateRevision.holds(found, data) { return found }
      collisionCount += 1
    }
  }

  /// truncateHistory: deletes the lowest revisions beyond the limit that no Pod has.
  func truncate(_ revisions: Revisions, _ pods: [JSONObject]) throws {
    let live =
      [revisions.current.name, revisions.update.name] + pods.map(StatefulSet.revision(of:))
    let old = revisions.all.filter { !live.contains($0.name) }
    let limit = set.specInteger("revisionHistoryLimit") ?? 10
    guard limit >= 0, old.count > limit else { return }
    for revision in old.prefix(old.count - limit) {
      let answer = try client.delete(revision)
      if !answer.isSuccess { throw answer.error("deleting a ControllerRevision") }
    }
  }
}
