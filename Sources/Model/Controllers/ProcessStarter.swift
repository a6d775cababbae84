/// What makes reconcilers of the processes of a scenario.
///
/// The model starts no process: whoever verifies gives it one of these.
package protocol ProcessStarter: Sendable {
  /// The reconciler of a process of a scenario in a directory, under its name in the composition.
  ///
  /// The process itself may be started later. Its API server serves what `served` says.
  func reconciler(
    _ controller: ProcessController, name: String, watches: [WatchRule], served: ServedKinds,
    in directory: String
  ) throws -> any Reconciler
}

/// A process that nobody can start, where a world is only looked at.
struct UnstartedProcess: Reconciler {
  let name: String
  let watches: [WatchRule]

  var fieldManager: String { name }

  func reconcile(_ request: ReconcileRequest, oracle: any ReconcileOracle) throws
    -> ReconcileResult
  {
    preconditionFailure("a world that is only looked at takes no step")
  }
}
