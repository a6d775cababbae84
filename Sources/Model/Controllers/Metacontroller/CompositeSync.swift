internal import CEL

/// One sync of a CompositeController's parent.
///
/// Follows pkg/controller/composite/controller.go (syncParentObject): the order of the calls is the
/// upstream one. Finalizer, claims, hooks (with revisions where children roll), removal of the
/// finalizer, children, status.
struct CompositeSync {
  static let uidLabel = "controller-uid"

  let controller: MetacontrollerController
  let client: MetacontrollerClient
  let call: HookCall
  let related: RelatedObjects

  /// Syncs a parent as the cache has it; the seconds after which the hook wants to be asked again.
  func run(_ cached: JSONObject) throws -> Double {
    guard controller.concerns(cached) else { return 0 }
    let finalizer = ParentFinalizer(controller)
    var parent = try finalizer.sync(cached, client)
    guard controller.concerns(parent) else { return 0 }
    let observed = try claimChildren(parent)
    let relatedObjects = try related.find(parent, client.oracle)
    let answer = try wish(parent, observed, relatedObjects, finalizer)
    if answer.isFinalized { parent = try finalizer.remove(from: parent, client) }

    let selector = try selector(of: parent)
    var wanted = ChildMap(of: parent)
    for child in answer.children {
      let labelled = withUID(child, parent)
      guard selector.matches(labelled) else {
        throw ReconcileError(
          "labels on desired child \(child.kind) \(child.name) don't match parent selector")
      }
      wanted.insert(labelled)
    }
    var failure: ReconcileError?
    if parent.deletionTimestamp == nil || finalizer.managesChildren(of: parent) {
      failure = try ChildManager(controller: controller, client: client, parent: parent)
        .manage(observed: observed, wanted: wanted)
    }
    try updateStatus(parent, answer.status, failure)
    return answer.resyncAfterSeconds
  }

  /// What the hooks want; with revisions where children move from one to the next one by one.
  private func wish(
    _ parent: JSONObject, _ observed: ChildMap, _ relatedObjects: ChildMap,
    _ finalizer: ParentFinalizer
  ) throws -> HookCall.SyncAnswer {
    let rolls = controller.children.contains { $0.method.isRolling }
    if rolls, parent.deletionTimestamp == nil || finalizer.managesChildren(of: parent) {
      return try ParentRevisions(sync: self, parent: parent).wish(observed)
    }
    return try ask(parent, observed, relatedObjects)
  }

  /// Calls the finalize hook of a parent that is being deleted, else the sync hook.
  func ask(_ parent: JSONObject, _ observed: ChildMap, _ relatedObjects: ChildMap) throws
    -> HookCall.SyncAnswer
  {
    try call.sync(
      parent, observed, relatedObjects,
      isFinalizing: parent.deletionTimestamp != nil && controller.finalize != nil)
  }

  /// makeSelector.
  func selector(of parent: JSONObject) throws -> LabelSelector {
    if controller.generatesSelector {
      return LabelSelector([LabelSelector.Requirement(Self.uidLabel, .in, [parent.uid])])
    }
    guard let selector = LabelSelector(object: parent.at("spec", "selector")), !selector.isEmpty
    else {
      throw ReconcileError(
        ".spec.selector must have either matchLabels, matchExpressions, or both")
    }
    return selector
  }

  private func withUID(_ child: JSONObject, _ parent: JSONObject) -> JSONObject {
    guard controller.generatesSelector, child.labels[Self.uidLabel] == nil else { return child }
    var child = child
    child.labels[Self.uidLabel] = .string(parent.uid)
    return child
  }

  private func claimChildren(_ parent: JSONObject) throws -> ChildMap {
    let claim = ChildClaim(client: client, controller: parent, selector: try selector(of: parent))
    var map = ChildMap(of: parent)
    for child in controller.children {
      let kind = child.resource
      let all = try client.oracle.list(
        ListQuery(
          apiVersion: kind.apiVersion, kind: kind.kind,
          namespace: parent.namespace.isEmpty || !kind.isNamespaced ? nil : parent.namespace))
      map.insertGroup(kind)
      for object in try claim.claim(all) { map.insert(object) }
    }
    return map
  }

  /// updateParentStatus: the whole status, with the generation that the sync saw.
  ///
  /// A parent that is gone, or that others write, will be looked at again; then nothing of this sync
  /// is an error, the children's failure neither.
  private func updateStatus(
    _ parent: JSONObject, _ status: JSONObject?, _ failure: ReconcileError?
  ) throws {
    var wanted = status ?? JSONObject()
    wanted["observedGeneration"] = .int(parent.generation)
    let answer = try client.updateStatus(parent) { current in
      guard current["status"] != .object(wanted) else { return false }
      current["status"] = .object(wanted)
      return true
    }
    if answer.isNotFound || answer.isConflict { return }
    guard answer.isSuccess else { throw answer.error("can't update status of the \(parent.kind)") }
    if let failure { throw failure }
  }
}
