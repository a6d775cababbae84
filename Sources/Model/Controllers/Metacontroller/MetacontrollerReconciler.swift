internal import CEL

/// A CompositeController or DecoratorController around its hooks: finds the parent of a request,
/// syncs it, and asks to be run again as the hook wants.
///
/// Follows pkg/controller/composite/controller.go and pkg/controller/decorator/controller.go
/// (processNextWorkItem, sync).
package struct MetacontrollerReconciler: Reconciler {
  package let name: String
  /// What is run are hooks; who runs them counts them.
  package let runsElsewhere = true
  let controller: MetacontrollerController
  let environment: MetacontrollerEnvironment

  /// Makes the reconciler of a declared controller, under its name in the composition.
  package init(
    _ controller: MetacontrollerController, name: String, _ environment: MetacontrollerEnvironment
  ) {
    self.name = name
    self.controller = controller
    self.environment = environment
  }

  package var fieldManager: String { "metacontroller" }

  package var watches: [WatchRule] {
    let rules = MetacontrollerWatches(controller, environment)
    return switch controller.kind {
    case .composite: rules.composite
    case .decorator: rules.decorator
    }
  }

  package func reconcile(_ request: ReconcileRequest, oracle: any ReconcileOracle) throws
    -> ReconcileResult
  {
    guard let target = controller.target(of: request) else { return .done }
    guard
      let parent = try oracle.get(
        target.resource.apiVersion, target.resource.kind, namespace: request.namespace,
        name: target.name)
    else { return .done }
    do {
      return controller.result(resyncAfter: try sync(parent, oracle))
    } catch let busy as HookCall.TooManyRequests {
      return busy.seconds > 0 ? .requeueAfter(seconds: busy.seconds) : .requeue
    }
  }

  /// Syncs a parent; the seconds after which the hook wants to be asked again.
  private func sync(_ parent: JSONObject, _ oracle: any ReconcileOracle) throws -> Double {
    let client = environment.client(oracle, fieldManager)
    let call = environment.call(controller)
    let related = environment.related(controller)
    return switch controller.kind {
    case .composite:
      try CompositeSync(controller: controller, client: client, call: call, related: related)
        .run(parent)
    case .decorator:
      try DecoratorSync(controller: controller, client: client, call: call, related: related)
        .run(parent)
    }
  }
}

extension MetacontrollerController {
  /// How a sync ends that went well.
  ///
  /// - seconds: what the hook asked for; 0 for nothing.
  func result(resyncAfter seconds: Double) -> ReconcileResult {
    let asked = seconds > 0 ? Int(max(1, min(seconds, 1_000_000_000)).rounded(.up)) : nil
    guard let next = [asked, resyncPeriod].compactMap(\.self).min() else { return .done }
    return .requeueAfter(seconds: next)
  }

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
