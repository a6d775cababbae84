internal import CEL

/// The ControllerRevisions of a DaemonSet.
///
/// Follows pkg/controller/daemon/update.go (constructHistory, dedupCurHistories, snapshot,
/// cleanupHistory).
struct DaemonSetHistory {
  let client: ControllerClient
  let object: JSONObject
  let claim: ObjectClaim

  /// The revision of the template as it is, and the others.
  struct Revisions {
    let current: JSONObject
    let old: [JSONObject]

    /// What marks the Pods of the current revision.
    var hash: String { current.labels[DaemonSet.revisionLabel]?.string ?? "" }
  }

  /// constructHistory: the current revision is found, re-numbered where it is not the newest, or made.
  func construct() throws -> Revisions {
    let data = TemplateRevision.data(of: object)
    var current: [JSONObject] = []
    var old: [JSONObject] = []
    for revision in try controlled() {
      let labelled = try labelled(revision)
      if TemplateRevision.holds(labelled, data) {
        current.append(labelled)
      } else {
        old.append(labelled)
      }
    }
    let number = (old.map(Self.number).max() ?? 0) + 1
    guard let kept = current.max(by: { Self.number($0) < Self.number($1) }) else {
      return Revisions(current: try snapshot(data, number), old: old)
    }
    try removeDuplicates(of: kept, among: current)
    if Self.number(kept) < number {
      var renumbered = kept
      renumbered["revision"] = .int(number)
      _ = try client.update(renumbered).object("re-numbering a ControllerRevision")
    }
    return Revisions(current: kept, old: old)
  }

  private static func number(_ revision: JSONObject) -> Int64 { revision["revision"]?.int ?? 0 }

  /// controlledHistories: adopts and releases as for Pods.
  private func controlled() throws -> [JSONObject] {
    try claim.claim(
      try client.oracle.list(
        ListQuery(
          apiVersion: "apps/v1", kind: "ControllerRevision", namespace: object.namespace)))
  }

  /// A revision without the label that tells it gets its name as one.
  private func labelled(_ revision: JSONObject) throws -> JSONObject {
    guard revision.labels[DaemonSet.revisionLabel] == nil else { return revision }
    var copy = revision
    copy.labels[DaemonSet.revisionLabel] = .string(revision.name)
    return try client.update(copy).object("labelling a ControllerRevision")
  }

  /// dedupCurHistories: one revision of a template is enough; the others' Pods are given to it.
  private func removeDuplicates(of kept: JSONObject, among current: [JSONObject]) throws {
    let hash = kept.labels[DaemonSet.revisionLabel]
    for duplicate in current where duplicate.name != kept.name {
      let pods = try claim.claim(
        try client.oracle.list(
          ListQuery(apiVersion: "v1", kind: "Pod", namespace: object.namespace)))
      for pod in pods where pod.labels[DaemonSet.revisionLabel] != hash {
        let answer = try client.patch(
          pod, .strategic,
          ["metadata": ["labels": .object([DaemonSet.revisionLabel: hash ?? .null])]])
        if !answer.isSuccess { throw answer.error("labelling a Pod") }
      }
      let answer = try client.delete(duplicate)
      if !answer.isSuccess { throw answer.error("deleting a ControllerRevision") }
    }
  }

  /// snapshot: a name that is taken by other data is a collision, counted in the status; the next
  /// sync tries the next name.
  private func snapshot(_ data: JSONValue, _ number: Int64) throws -> JSONObject {
    let template = object.at("spec", "template") ?? .null
    let hash = TemplateHash.of(
      template, collisionCount: object.at("status", "collisionCount")?.int)
    var revision: JSONObject = [
      "apiVersion": "apps/v1", "kind": "ControllerRevision", "data": data,
      "revision": .int(number),
    ]
    revision.metadata = [
      "name": .string("\(object.name)-\(hash)"), "namespace": .string(object.namespace),
      "ownerReferences": [.object(ControllerReference.make(to: object))],
    ]
    revision.annotations = object.annotations
    revision.labels = template.at("metadata", "labels")?.object ?? JSONObject()
    revision.labels[DaemonSet.revisionLabel] = .string(hash)
    let answer = try client.create(revision)
    guard answer.isAlreadyExists else { return try answer.object("creating a ControllerRevision") }
    let found = try client.get(revision).object("reading a ControllerRevision")
    if TemplateRevision.holds(found, data) { return found }
    var fresh = try client.get(object).object("reading the DaemonSet")
    let count = fresh.at("status", "collisionCount")?.int ?? 0
    fresh.set(.int(count + 1), at: "status", "collisionCount")
    _ = try client.updateStatus(fresh).object("counting a collision")
    throw answer.error("creating a ControllerRevision")
  }

  /// cleanupHistory: deletes the oldest revisions beyond the limit that no Pod has.
  func cleanUp(_ old: [JSONObject], _ pods: [JSONObject]) throws -> ReconcileError? {
    var excess = old.count - (object.specInteger("revisionHistoryLimit") ?? 10)
    guard excess > 0 else { return nil }
    let live = Set(pods.compactMap { $0.labels[DaemonSet.revisionLabel]?.string })
    let sorted = old.enumerated().sorted {
      (Self.number($0.element), $0.offset) < (Self.number($1.element), $1.offset)
    }.map(\.element)
    for revision in sorted where excess > 0 {
      if live.contains(revision.labels[DaemonSet.revisionLabel]?.string ?? "") { continue }
      let answer = try client.delete(revision)
      if !answer.isSuccess { return answer.error("deleting a ControllerRevision") }
      excess -= 1
    }
    return nil
  }
}
