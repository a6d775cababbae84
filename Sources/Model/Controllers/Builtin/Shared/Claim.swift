internal import CEL

/// A controller's claim to objects: it adopts orphans that match, and releases its own that no longer
/// do.
///
/// Follows pkg/controller/controller_ref_manager.go (ClaimObject), which
/// pkg/third_party/kubernetes/controller_ref_manager.go of Metacontroller is a copy of; how an object
/// is adopted and released differs. One object's failure does not keep the others from being looked
/// at; the first failure ends the reconcile afterwards.
protocol Claim {
  var controller: JSONObject { get }
  /// Reads the controller on the server, not in a cache.
  func readController() throws -> APIResponse
  /// Adds the controller's reference.
  func adopt(_ object: JSONObject) throws -> APIResponse
  /// Removes the controller's reference.
  func release(_ object: JSONObject) throws -> APIResponse
}

/// Whether adoption was allowed by a live read, once a claim (RecheckDeletionTimestamp).
enum AdoptionCheck {
  case notYet, allowed
  case refused(ReconcileError)
}

extension Claim {
  /// The objects, as the cache has them, that are the controller's own after adopting and releasing.
  func claim(_ objects: [JSONObject], where isMatch: (JSONObject) -> Bool) throws -> [JSONObject] {
    var claimed: [JSONObject] = []
    var failure: ReconcileError?
    var check = AdoptionCheck.notYet
    for object in objects {
      let matches = isMatch(object)
      if let reference = object.controllerReference {
        guard reference["uid"]?.string == controller.uid else { continue }
        if matches {
          claimed.append(object)
        } else if controller.deletionTimestamp == nil {
          let answer = try release(object)
          if !answer.isSuccess, !answer.isNotFound {
            failure = failure ?? answer.error("can't release a \(object.kind)")
          }
        }
        continue
      }
      guard controller.deletionTimestamp == nil, matches, object.deletionTimestamp == nil else {
        continue
      }
      if case .notYet = check { check = try checkDeletion() }
      if case .refused(let error) = check {
        failure = failure ?? error
        continue
      }
      let answer = try adopt(object)
      if answer.isSuccess {
        claimed.append(object)
      } else if !answer.isNotFound {
        failure = failure ?? answer.error("can't adopt a \(object.kind)")
      }
    }
    if let failure { throw failure }
    return claimed
  }

  /// Whether the live controller may adopt.
  func checkDeletion() throws -> AdoptionCheck {
    let answer = try readController()
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
}
