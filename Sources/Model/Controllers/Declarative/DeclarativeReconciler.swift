/// Runs a declarative `Controller`: steps in order, each one API call (SCENARIO.md, "Controllers";
/// SEMANTICS.md, "Declarative steps").
///
/// It reads when an expression is evaluated and not before, so that a reconcile depends on exactly
/// what decided it.
package struct DeclarativeReconciler: Reconciler {
  private let controller: DeclarativeController
  private let kinds: KindCatalogue
  private let inputs: ControllerInputs

  /// Makes the program of a controller.
  ///
  /// `kinds` says which kinds have a namespace, `inputs` are the symbols' values and the variables over
  /// them.
  package init(
    _ controller: DeclarativeController, kinds: KindCatalogue,
    inputs: ControllerInputs = ControllerInputs()
  ) {
    self.controller = controller
    self.kinds = kinds
    self.inputs = inputs
  }

  package var name: String { controller.name }

  package var fieldManager: String { controller.name }

  package var watches: [WatchRule] { WatchRule.rules(of: controller, kinds: kinds, inputs: inputs) }

  package func reconcile(_ request: ReconcileRequest, oracle: any ReconcileOracle) throws
    -> ReconcileResult
  {
    let primary = controller.primary
    let found = try oracle.get(
      primary.apiVersion, primary.kind, namespace: request.namespace, name: request.name)
    guard let object = found else { return .done }
    return try DeclarativeRun(
      controller, kinds: kinds, inputs: inputs, request: request, object: object, oracle: oracle
    ).reconcile()
  }
}
