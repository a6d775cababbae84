internal import CEL

/// The patches of the garbage collector.
///
/// Follows pkg/controller/garbagecollector/patch.go and operations.go (removeFinalizer): a strategic
/// merge patch, and a merge patch of the whole list where the kind takes no strategic one.
extension GarbageCollection {
  /// Upstream tries a removal so often (retry.DefaultBackoff).
  private static let attempts = 4

  /// GenerateDeleteOwnerRefStrategicMergeBytes: drops references, on condition of the uid.
  func removeOwners(_ uids: [String], of object: JSONObject) throws -> APIResponse {
    try patch(
      object,
      strategic: .array(uids.map { ["$patch": "delete", "uid": .string($0)] }),
      merge: { $0.filter { reference in !uids.contains(reference["uid"]?.string ?? "") } })
  }

  /// unblockOwnerReferencesStrategicMergePatch: no reference of the object blocks its owner.
  func unblockOwners() throws {
    let blocking = item.ownerReferences.filter { $0["blockOwnerDeletion"]?.bool == true }
    let answer = try patch(
      item,
      strategic: .array(
        blocking.map { ["uid": $0["uid"] ?? .null, "blockOwnerDeletion": false] }),
      merge: { references in
        references.map { reference in
          var reference = reference
          if reference["blockOwnerDeletion"] != nil { reference["blockOwnerDeletion"] = false }
          return reference
        }
      })
    guard answer.isSuccess else { throw answer.error("unblocking owner references") }
  }

  private func patch(
    _ object: JSONObject, strategic: JSONValue, merge: ([JSONObject]) -> [JSONObject]
  ) throws -> APIResponse {
    let answer = try client.patch(
      object, .strategic,
      ["metadata": ["ownerReferences": strategic, "uid": .string(object.uid)]])
    guard answer.code == 415 else { return answer }
    // The list and its resourceVersion come from the cache (getMetadata).
    let references = merge(object.ownerReferences)
    var metadata: JSONObject = [
      "ownerReferences": .array(references.map(JSONValue.object)), "uid": .string(object.uid),
    ]
    metadata["resourceVersion"] = object.resourceVersion.map(JSONValue.string)
    return try client.patch(object, .merge, ["metadata": .object(metadata)])
  }

  /// removeFinalizer: reads the object live, and patches the list of finalizers on condition of the
  /// resourceVersion.
  func removeFinalizer(_ finalizer: String) throws {
    for attempt in 1...Self.attempts {
      let live = try client.get(item)
      if live.isNotFound { return }
      let object = try live.object("reading an object")
      guard object.finalizers.contains(finalizer) else { return }
      let rest = object.finalizers.filter { $0 != finalizer }
      var metadata: JSONObject = [
        "finalizers": rest.isEmpty ? .null : .array(rest.map { .string($0) })
      ]
      metadata["resourceVersion"] = object.resourceVersion.map(JSONValue.string)
      let answer = try client.patch(object, .merge, ["metadata": .object(metadata)])
      if answer.isSuccess { return }
      guard answer.isConflict, attempt < Self.attempts else {
        throw answer.error("removing a finalizer")
      }
    }
  }
}
