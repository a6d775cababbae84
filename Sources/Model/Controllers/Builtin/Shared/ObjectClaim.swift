internal import CEL

/// Which objects a controller may act on: it adopts orphans that match its selector, and releases
/// its own that no longer do.
///
/// Follows pkg/controller/controller_ref_manager.go (ClaimObject, ClaimPods, ClaimReplicaSets,
/// AdoptPod, ReleasePod). One object's failure does not keep the others from being looked at; the
/// first failure ends the reconcile afterwards.
struct ObjectClaim {
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
    var claimed: [JSONObject] = []
    var failure: ReconcileError?
    var recheck: Recheck = .notYet
    for object in objects {
      let matches = selector.matches(object) && isCandidate(object)
      if let reference = object.controllerReference {
        guard reference["uid"]?.string == controller.uid else { continue }
        if matches {
          claimed.append(object)
        } else if controller.deletionTimestamp == nil {
          let answer = try release(object)
          if !answer.isSuccess { failure = failure ?? answer.error("releasing a \(object.kind)") }
        }
        continue
      }
      guard controller.deletionTimestamp == nil, matches, object.deletionTimestamp == nil else {
        continue
      }
      if recheck == .notYet { recheck = try checkDeletion() }
      if case .refused(let error) = recheck {
        failure = failure ?? error
        continue
      }
      let answer = try adopt(object)
      if answer.isSuccess {
        claimed.append(object)
      } else if !answer.isNotFound {
        failure = failure ?? answer.error("adopting a \(object.kind)")
      }
    }
    if let failure { throw failure }
    return claimed
  }

  /// Whether adoption was allowed by a live read, once a claim (RecheckDeletionTimestamp).
  private enum Recheck: Equatable {
    case notYet, allowed
    case refused(ReconcileError)
  }

  private func checkDeletion() throws -> Recheck {
    let answer = try client.get(controller)
    guard answer.isSuccess, let fresh = answer.body.object else {
      return .refused(answer.error("can't adopt: reading the \(controller.kind)"))
    }
    guard fresh.uid == controller.uid else {
      return .refused(ReconcileError("can't adopt: the original \(controller.kind) is gone"))
    }
    guard fresh.deletionTimestamp == nil else {
      return .refused(ReconcileError("can't adopt: the \(controller.kind) is being deleted"))
    }
    return .allowed
  }

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
  private func release(_ object: JSONObject) throws -> APIResponse {
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
