internal import CEL

/// What makes reconcilers of the processes of a scenario, and connects to its hooks.
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

  /// The way to the hooks of a Metacontroller controller of a scenario in a directory.
  func hooks(_ controller: MetacontrollerController, in directory: String) throws
    -> any HookClient
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

/// Hooks that nobody can call, where a world is only looked at.
struct UnstartedHooks: HookClient {
  func answer(_ hook: MetacontrollerController.Hook, to request: JSONObject) throws -> HookAnswer {
    throw HookFailure("a world that is only looked at calls no hook")
  }
}
