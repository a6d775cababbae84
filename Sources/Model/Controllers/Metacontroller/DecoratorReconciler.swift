internal import CEL

/// A DecoratorController around its hooks.
///
/// Follows pkg/controller/decorator/controller.go (syncParentObject): finalizer, hooks, status, then
/// labels, annotations and the finalizer's removal in one update, then the attachments. Where that
/// update is refused because somebody else wrote, the sync ends there without an error.
package struct DecoratorReconciler: Reconciler {
  static let annotation = "metacontroller.k8s.io/decorator-controller"

  package let name: String
  /// What is run are hooks; who runs them counts them.
  package let runsElsewhere = true
  let controller: MetacontrollerController
  let environment: MetacontrollerEnvironment

  /// Makes the reconciler of a DecoratorController, under its name in the composition.
  package init(
    _ controller: MetacontrollerController, name: String, _ environment: MetacontrollerEnvironment
  ) {
    precondition(controller.kind == .decorator && !controller.parents.isEmpty)
    self.name = name
    self.controller = controller
    self.environment = environment
  }

  package var fieldManager: String { "metacontroller" }

  package var watches: [WatchRule] { MetacontrollerWatches(controller, environment).decorator }

  package func reconcile(_ request: ReconcileRequest, oracle: any ReconcileOracle) throws
    -> ReconcileResult
  {
    guard let target = controller.target(of: request) else { return .done }
    guard
      let parent = try oracle.get(
        target.resource.apiVersion, target.resource.kind, namespace: request.namespace,
        name: target.name)
    else { return .done }
    let call = environment.call(controller)
    do {
      let seconds = try DecoratorSync(
        controller: controller, client: environment.client(oracle, fieldManager), call: call,
        related: environment.related(controller)
      ).run(parent)
      return controller.result(resyncAfter: seconds)
    } catch let busy as HookCall.TooManyRequests {
      return busy.seconds > 0 ? .requeueAfter(seconds: busy.seconds) : .requeue
    }
  }
}

extension MetacontrollerController {
  /// The request for a parent: with its kind where there are several.
  func request(for parent: JSONObject) -> ReconcileRequest {
    parents.count == 1
      ? ReconcileRequest(namespace: parent.namespace, name: parent.name)
      : ObjectRequest(parent).request
  }

  /// The parent's kind and name that a request is for.
  func target(of request: ReconcileRequest) -> (resource: Resource, name: String)? {
    if parents.count == 1 { return (parents[0].resource, request.name) }
    guard let object = ObjectRequest(request), let parent = parent(object.groupKind) else {
      return nil
    }
    return (parent.resource, object.name)
  }
}

/// One sync of a decorated object.
struct DecoratorSync {
  let controller: MetacontrollerController
  let client: MetacontrollerClient
  let call: HookCall
  let related: RelatedObjects

  /// Syncs an object as the cache has it; the seconds after which the hook wants to be asked again.
  func run(_ cached: JSONObject) throws -> Double {
    guard controller.concerns(cached) else { return 0 }
    let finalizer = ParentFinalizer(controller)
    let parent = try finalizer.sync(cached, client)
    guard controller.concerns(parent) else { return 0 }
    let observed = try attachments(of: parent)
    let relatedObjects = try related.find(parent, client.oracle)
    // An object that is selected no more is finalized too.
    let isFinalizing =
      controller.finalize != nil
      && (parent.deletionTimestamp != nil || !controller.selects(parent))
    let answer = try call.sync(parent, observed, relatedObjects, isFinalizing: isFinalizing)
    guard try update(parent, answer, finalizer) else { return answer.resyncAfterSeconds }

    var wanted = ChildMap(of: parent)
    for child in answer.children {
      var child = child
      child.annotations[DecoratorReconciler.annotation] = .string(controller.name)
      wanted.insert(child)
    }
    if parent.deletionTimestamp == nil || finalizer.managesChildren(of: parent) {
      let failure = try ChildManager(controller: controller, client: client, parent: parent)
        .manage(observed: observed, wanted: wanted)
      if let failure { throw failure }
    }
    return answer.resyncAfterSeconds
  }

  /// The objects that this decorator made for a parent; there is no adoption.
  private func attachments(of parent: JSONObject) throws -> ChildMap {
    var map = ChildMap(of: parent)
    for child in controller.children {
      let kind = child.resource
      let all = try client.oracle.list(
        ListQuery(
          apiVersion: kind.apiVersion, kind: kind.kind,
          namespace: parent.namespace.isEmpty || !kind.isNamespaced ? nil : parent.namespace))
      map.insertGroup(kind)
      for object in all
      where ControllerReference.isControlled(object, by: parent)
        && object.annotations[DecoratorReconciler.annotation]?.string == controller.name
      {
        map.insert(object)
      }
    }
    return map
  }

  /// Writes the object itself where the hook wants a change; false where the sync ends with that.
  private func update(
    _ parent: JSONObject, _ answer: HookCall.SyncAnswer, _ finalizer: ParentFinalizer
  ) throws -> Bool {
    var updated = parent
    updated.labels = Self.updated(parent.labels, answer.labels)
    updated.annotations = Self.updated(parent.annotations, answer.annotations)
    let oldStatus = parent["status"]?.object
    let status = answer.status ?? oldStatus
    // An empty status is as good as none.
    let statusChanges = (oldStatus ?? JSONObject()) != (status ?? JSONObject())
    let isReleased = answer.isFinalized && finalizer.isOn(parent)
    guard
      statusChanges || isReleased || updated.labels != parent.labels
        || updated.annotations != parent.annotations
    else { return true }
    updated["status"] = status.map { .object($0) }
    if statusChanges, client.hasStatus(parent.ownGroupKind) {
      let response = try client.plain.updateStatus(updated)
      guard let result = try written(response, "can't update status of the \(parent.kind)") else {
        return false
      }
      updated.resourceVersion = result.resourceVersion
    }
    if answer.isFinalized { ParentFinalizer.remove(finalizer.name, from: &updated) }
    return try written(client.plain.update(updated), "can't update the \(parent.kind)") != nil
  }

  /// The object that was written; nil where it is gone or somebody else wrote it meanwhile.
  private func written(_ response: APIResponse, _ what: String) throws -> JSONObject? {
    if response.isNotFound || response.isConflict { return nil }
    return try response.object(what)
  }

  /// updateStringMap: null removes a key.
  private static func updated(_ old: JSONObject, _ changes: JSONObject) -> JSONObject {
    var result = old
    for entry in changes.entries { result[entry.key] = entry.value == .null ? nil : entry.value }
    return result
  }
}
