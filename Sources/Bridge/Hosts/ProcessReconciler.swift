package import Model

/// A controller in a process, as one of a composition.
package struct ProcessReconciler: Reconciler {
  package let name: String
  package let watches: [WatchRule]
  private let runs: RecordedRuns

  /// Makes a controller of which a host's runs are recorded.
  package init(_ name: String, watches: [WatchRule], runs: RecordedRuns) {
    self.name = name
    self.watches = watches
    self.runs = runs
  }

  /// Only where its client says none.
  package var fieldManager: String { name }

  package var runsElsewhere: Bool { true }

  package var sharesMemory: Bool { runs.keepsMemory }

  package func reconcile(_ request: ReconcileRequest, oracle: any ReconcileOracle) throws
    -> ReconcileResult
  {
    try runs.reconcile(name, request, oracle: oracle)
  }
}
