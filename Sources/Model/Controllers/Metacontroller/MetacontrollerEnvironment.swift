/// What a Metacontroller controller needs to know of the composition around it.
package struct MetacontrollerEnvironment: Sendable {
  /// The way to its hooks.
  package let hooks: any HookClient
  /// The served kinds.
  package let resources: ResourceRegistry
  /// The kinds of the composition's objects: what a customize hook may ask for.
  package let kinds: [GroupKind]

  /// Makes an environment.
  package init(hooks: any HookClient, resources: ResourceRegistry, kinds: [GroupKind]) {
    self.hooks = hooks
    self.resources = resources
    self.kinds = kinds
  }

  /// Calls of a controller's hooks.
  func call(_ controller: MetacontrollerController) -> HookCall {
    let resources = resources
    return HookCall(
      controller: controller, hooks: hooks, isNamespaced: { resources.isNamespaced($0) })
  }

  /// The related objects of a controller's parents.
  func related(_ controller: MetacontrollerController) -> RelatedObjects {
    let resources = resources
    return RelatedObjects(call: call(controller)) { apiVersion, plural in
      resources.resource(apiVersion: apiVersion, plural: plural).map {
        MetacontrollerController.Resource(
          apiVersion: apiVersion, kind: $0.kind, plural: plural, isNamespaced: $0.isNamespaced)
      }
    }
  }

  /// A client for one reconcile.
  func client(_ oracle: any ReconcileOracle, _ manager: String) -> MetacontrollerClient {
    let resources = resources
    return MetacontrollerClient(oracle, fieldManager: manager) {
      resources.resource($0)?.subresources.contains("status") ?? false
    }
  }
}
