internal import CEL
package import Model
internal import Synchronization

/// The runs of one host: what is known of them is walked, what is not is run once, to its end.
///
/// A run that meets the end of a step looks ahead (`ReconcileOracle.lookAhead`): it is told what it
/// would be told if nobody else did anything, which is the answer of some state and hence as good a path
/// of the tree as any. So a run is hardly ever cut, and steps that follow it find it recorded.
package final class RecordedRuns: Sendable {
  private struct State {
    var tree = CallTree()
    var figures = RunFigures()
    /// Whether what is known is what a cache holds, or must not be kept.
    var isSaved = true
    var isUnusable = false
  }

  private let host: ControllerHost
  private let questions: RunQuestions
  private let code: HostedCode?
  private let cache: (any RunCache)?
  /// Whether each path that is new is run a second time.
  private let isChecking: Bool
  /// Held during a reconcile: the tree is walked and grows.
  private let state = Mutex(State())

  /// Makes a record of a host's runs, with what a cache holds for its code.
  package init(
    _ host: ControllerHost, served: ServedKinds, isChecking: Bool = true,
    code: HostedCode? = nil, cache: (any RunCache)? = nil
  ) {
    self.host = host
    questions = RunQuestions(served: served)
    self.isChecking = isChecking
    self.code = code
    self.cache = cache
    guard let code, let cache, let bytes = cache.load(code) else { return }
    do throws(CallTreeError) {
      guard let json = try? JSONValue(parsing: bytes) else {
        throw CallTreeError(reason: "it is no JSON")
      }
      let tree = try CallTree(json: json)
      state.withLock { $0.tree = tree }
    } catch {
      cache.reject(code, because: error.reason)
    }
  }

  /// Gives what is new to the cache, unless the code failed or is not deterministic.
  func save() {
    guard let code, let cache else { return }
    let tree = state.withLock { state in
      defer { state.isSaved = true }
      return state.isSaved || state.isUnusable ? nil : state.tree
    }
    if let text = tree?.json?.text { cache.save(Array(text.utf8), for: code) }
  }

  /// What was run so far.
  package var figures: RunFigures { state.withLock { $0.figures } }

  /// Ends the host.
  func shutDown() { host.shutDown() }

  /// One reconcile.
  ///
  /// - Throws: `ReconcileError` where the controller failed, `HostFailure` where the host did,
  ///   `NotDeterministic`, and what the oracle throws.
  func reconcile(
    _ controller: String, _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    try state.withLock { state in
      var run = RecordedRun(
        controller: controller, request: request, oracle: oracle, questions: questions)
      let result = try run.walk(&state.tree) ?? explore(&run, &state)
      switch result {
      case .finished(let result): return result
      case .failed(let message): throw ReconcileError(message)
      }
    }
  }

  /// Goes a new path to its end; throws what cut the step on the way.
  private func explore(_ run: inout RecordedRun, _ state: inout State) throws -> RunResult {
    do {
      if try !run.recall(&state.tree) {
        state.isSaved = false
        try execute(&run, &state)
        state.figures.executed += 1
      } else {
        state.figures.recalled += 1
      }
      if isChecking, !state.tree[run.node].isChecked {
        state.isSaved = false
        try repeatRun(run, state.tree)
        state.tree.check(run.node)
        state.figures.repeated += 1
      }
    } catch is RecordedRun.CutAhead {
      // Nobody can tell how the run goes on.
    } catch {
      state.isUnusable = state.isUnusable || error is HostFailure || error is NotDeterministic
      throw error
    }
    if let cut = run.cut { throw cut }
    guard let result = state.tree[run.node].result else {
      preconditionFailure("a run without an end that nobody cut")
    }
    return result
  }

  /// Runs the code from its start: it is fed what is recorded, and goes on from there.
  private func execute(_ run: inout RecordedRun, _ state: inout State) throws {
    let path = state.tree.path(to: run.node)
    var asked = 0
    let result = try host.run(run.controller, run.request) { call in
      defer { asked += 1 }
      if asked < path.count {
        try run.compare(asked, .call(path[asked].call), .call(call))
        return path[asked].reply
      }
      state.tree.record(call, at: run.node)
      return try run.answer(&state.tree)
    }
    if asked < path.count { try run.compare(asked, .call(path[asked].call), .ended(result)) }
    state.tree.record(result, at: run.node)
  }

  /// Runs a known path again: the same answers must lead to the same calls and the same result.
  private func repeatRun(_ run: RecordedRun, _ tree: CallTree) throws {
    let path = tree.path(to: run.node)
    guard let expected = tree[run.node].result else { return }
    var asked = 0
    let result = try host.run(run.controller, run.request) { call in
      defer { asked += 1 }
      guard asked < path.count else {
        throw run.notDeterministic(asked, .ended(expected), .call(call))
      }
      try run.compare(asked, .call(path[asked].call), .call(call))
      return path[asked].reply
    }
    try run.compare(
      asked, asked < path.count ? .call(path[asked].call) : .ended(expected), .ended(result))
  }
}

/// How often the code of a host was run.
package struct RunFigures: Hashable, Sendable {
  /// Distinct reconciles that were run to their end.
  package var executed = 0
  /// Those that were run a second time, to see whether they are deterministic.
  package var repeated = 0
  /// Those that an earlier verification had run.
  package var recalled = 0

  /// The figures as a word for people: `processes=12+12 (3 recorded)`.
  package var text: String {
    "processes=\(executed)+\(repeated)" + (recalled > 0 ? " (\(recalled) recorded)" : "")
  }

  /// The sum of two.
  static func + (left: RunFigures, right: RunFigures) -> RunFigures {
    RunFigures(
      executed: left.executed + right.executed, repeated: left.repeated + right.repeated,
      recalled: left.recalled + right.recalled)
  }
}
