package import Model

/// A controller in a process, as one of a composition.
package struct ProcessReconciler: Reconciler {
  package let name: String
  package let watches: [WatchRule]
  private let host: ControllerHost

  /// Makes a controller that a host runs.
  package init(_ name: String, watches: [WatchRule], host: ControllerHost) {
    self.name = name
    self.watches = watches
    self.host = host
  }

  /// Only where its client says none.
  package var fieldManager: String { name }

  package func reconcile(_ request: ReconcileRequest, oracle: any ReconcileOracle) throws
    -> ReconcileResult
  {
    try host.run(name, request, oracle: oracle)
  }
}
