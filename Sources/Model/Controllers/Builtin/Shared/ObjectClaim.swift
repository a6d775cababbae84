internal import CEL

/// Which objects a controller may act on: it adopts orphans that match its selector, and releases
/// its own that no longer do.
///
/// Follows pkg/controller/controller_ref_manager.go (ClaimObject, ClaimPods, ClaimReplicaSets,
/// AdoptPod, ReleasePod).
struct ObjectClaim: Claim {
  let client: ControllerClient
  let controller: JSONObject
  let selector: LabelSelector
  /// What adoption adds besides the reference, and release removes with it.
  var finalizers: [String] = []

  /// The objects of a kind of which a claim may take any: its result is the same for all others.
  ///
  /// Upstream lists the namespace and drops what another controller has (ClaimObject); later versions
  /// ask an index of Pods by the controller's uid, and for orphans (pkg/controller/controller_utils.go,
  /// FilterPodsByOwner). A list of no more than these keeps apart what does not meet.
  func candidates(_ apiVersion: String, _ kind: String) -> ListQuery {
    ListQuery(
      apiVersion: apiVersion, kind: kind, namespace: controller.namespace,
      selection: .claimable(uid: controller.uid, label: selector.text))
  }

  /// The objects that are the controller's own, after adopting and releasing.
  ///
  /// The candidates come from the cache, and keep its order; `isCandidate` is a further condition
  /// on one to be adopted or kept.
  func claim(
    _ objects: [JSONObject], isCandidate: (JSONObject) -> Bool = { _ in true }
  ) throws -> [JSONObject] {
    try claim(objects, where: { selector.matches($0) && isCandidate($0) })
  }

  func readController() throws -> APIResponse { try client.get(controller) }

  /// Throws unless the live controller may adopt (canAdoptFunc of StatefulSet's revisions).
  func requireMayAdopt() throws {
    if case .refused(let error) = try checkDeletion() { throw error }
  }

  /// Adds the controller's reference, on condition of the object's uid.
  func adopt(_ object: JSONObject) throws -> APIResponse {
    var metadata: JSONObject = [
      "ownerReferences": [.object(ControllerReference.make(to: controller))],
      "uid": .string(object.uid),
    ]
    if !finalizers.isEmpty { metadata["finalizers"] = .array(finalizers.map { .string($0) }) }
    return try client.patch(object, .strategic, ["metadata": .object(metadata)])
  }

  /// Removes the controller's reference.
  ///
  /// A missing object, and one whose uid or controller is another by now (Invalid), need no release.
  func release(_ object: JSONObject) throws -> APIResponse {
    var metadata: JSONObject = [
      "ownerReferences": [["$patch": "delete", "uid": .string(controller.uid)]],
      "uid": .string(object.uid),
    ]
    if !finalizers.isEmpty {
      metadata["$deleteFromPrimitiveList/finalizers"] = .array(finalizers.map { .string($0) })
    }
    let answer = try client.patch(object, .strategic, ["metadata": .object(metadata)])
    let isGone = answer.isNotFound || answer.reason == "Invalid"
    return isGone ? APIResponse(code: 200, body: .null) : answer
  }
}
