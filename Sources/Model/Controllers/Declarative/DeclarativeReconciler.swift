/// Runs a declarative `Controller`: steps in order, each one API call (SCENARIO.md, "Controllers";
/// SEMANTICS.md, "Declarative steps").
///
/// It reads when an expression is evaluated and not before, so that a reconcile depends on exactly
/// what decided it.
package struct DeclarativeReconciler: Reconciler {
  private let controller: CompiledController

  /// Compiles a controller.
  ///
  /// `kinds` says which kinds have a namespace, `inputs` are the symbols' values and the variables over
  /// them. Throws ``ExpressionError`` for the first expression that does not compile.
  package init(
    _ declaration: DeclarativeController, kinds: KindCatalogue, inputs: ControllerInputs
  ) throws {
    let scope = ControllerScope(declaration, inputs: inputs)
    controller = try CompiledController(declaration, kinds: kinds, inputs: inputs, scope: scope)
  }

  package var name: String { controller.declaration.name }

  package var fieldManager: String { controller.declaration.name }

  package var watches: [WatchRule] { controller.watchRules }

  package func reconcile(_ request: ReconcileRequest, oracle: any ReconcileOracle) throws
    -> ReconcileResult
  {
    let primary = controller.declaration.primary
    let found = try oracle.get(
      primary.apiVersion, primary.kind, namespace: request.namespace, name: request.name)
    guard let object = found else { return .done }
    return try DeclarativeRun(controller, request, object, oracle).reconcile()
  }
}
