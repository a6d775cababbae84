internal import CEL

/// Which objects are a parent's children: it adopts orphans that its selector accepts, and releases
/// its own that it no longer does.
///
/// Follows pkg/dynamic/controllerref/unstructured.go and
/// pkg/third_party/kubernetes/controller_ref_manager.go. One object's failure does not keep the others
/// from being looked at.
struct ChildClaim {
  private enum Recheck {
    case notYet, allowed
    case refused(ReconcileError)
  }

  let client: MetacontrollerClient
  let parent: JSONObject
  let selector: LabelSelector

  /// The children among some objects, as the cache has them, after adopting and releasing.
  func claim(_ objects: [JSONObject]) throws -> [JSONObject] {
    var claimed: [JSONObject] = []
    var failure: ReconcileError?
    var recheck = Recheck.notYet
    for object in objects {
      let matches = selector.matches(object)
      if let reference = object.controllerReference {
        guard reference["uid"]?.string == parent.uid else { continue }
        if matches {
          claimed.append(object)
        } else if parent.deletionTimestamp == nil {
          let answer = try release(object)
          if !answer.isSuccess, !answer.isNotFound {
            failure = failure ?? answer.error("can't release a \(object.kind)")
          }
        }
        continue
      }
      guard parent.deletionTimestamp == nil, matches, object.deletionTimestamp == nil else {
        continue
      }
      if case .notYet = recheck { recheck = try checkDeletion() }
      if case .refused(let error) = recheck {
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

  /// RecheckDeletionTimestamp: a live read, once a claim.
  private func checkDeletion() throws -> Recheck {
    let answer = try client.plain.get(parent)
    guard answer.isSuccess, let fresh = answer.body.object else {
      return .refused(answer.error("can't adopt: reading the \(parent.kind)"))
    }
    guard fresh.uid == parent.uid else {
      return .refused(ReconcileError("can't adopt: the original \(parent.kind) is gone"))
    }
    guard fresh.deletionTimestamp == nil else {
      return .refused(ReconcileError("can't adopt: the \(parent.kind) is being deleted"))
    }
    return .allowed
  }

  private func adopt(_ object: JSONObject) throws -> APIResponse {
    let reference = ControllerReference.make(to: parent)
    return try client.update(object) { current in
      var references = current.ownerReferences.filter { $0["uid"]?.string != parent.uid }
      references.append(reference)
      current.metadata["ownerReferences"] = .array(references.map { .object($0) })
      return true
    }
  }

  private func release(_ object: JSONObject) throws -> APIResponse {
    try client.update(object) { current in
      let references = current.ownerReferences.filter { $0["uid"]?.string != parent.uid }
      current.metadata["ownerReferences"] =
        references.isEmpty ? nil : .array(references.map { .object($0) })
      return true
    }
  }
}
