internal import CEL
package import Model
internal import Synchronization

/// The runs of one host: what is known of them is walked, what is not is run once, to its end.
///
/// A run that meets the end of a step looks ahead (`ReconcileOracle.lookAhead`): it is told what it
/// would be told if nobody else did anything, which is the answer of some state and hence as good a path
/// of the tree as any. So a run is hardly ever cut, and steps that follow it find it recorded.
///
/// Of a controller that keeps state in memory each run comes after a life (``ProcessLife``), which the
/// oracle remembers. The process must have lived it: ``HostLives`` sees to that.
package final class RecordedRuns: Sendable {
  private struct State {
    var tree = CallTree()
    var figures = RunFigures()
    var lives: HostLives
    /// Whether what is known is what a cache holds, or must not be kept.
    var isSaved = true
    var isUnusable = false
  }

  private let questions: RunQuestions
  private let code: HostedCode?
  private let cache: (any RunCache)?
  /// Whether each path that is new is run a second time.
  private let isChecking: Bool
  /// Whether each run comes after the life that its controller remembers.
  let keepsMemory: Bool
  /// Held during a reconcile: the tree is walked and grows.
  private let state: Mutex<State>

  /// Makes a record of a host's runs, with what a cache holds for its code.
  package convenience init(
    _ host: ControllerHost, served: ServedKinds, isChecking: Bool = true,
    code: HostedCode? = nil, cache: (any RunCache)? = nil
  ) {
    self.init(
      served: served, keepsMemory: false, isChecking: isChecking, code: code, cache: cache
    ) { host }
  }

  /// Makes a record of the runs of hosts that are made as they are needed: one, unless the controller
  /// keeps state in memory.
  package init(
    served: ServedKinds, keepsMemory: Bool, isChecking: Bool = true, code: HostedCode? = nil,
    cache: (any RunCache)? = nil, makeHost: @escaping @Sendable () -> ControllerHost
  ) {
    questions = RunQuestions(served: served)
    self.isChecking = isChecking
    self.keepsMemory = keepsMemory
    self.code = code
    self.cache = cache
    state = Mutex(State(lives: HostLives(makeHost)))
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

  /// The lives that no hash tells to be alike, where there are some.
  var unmergedLives: UnmergedLives? {
    state.withLock { $0.lives.unmerged }
  }

  /// Ends the host.
  func shutDown() { state.withLock { $0.lives.shutDown() } }

  /// One reconcile.
  ///
  /// - Throws: `ReconcileError` where the controller failed, `HostFailure` where the host did,
  ///   `NotDeterministic`, and what the oracle throws.
  func reconcile(
    _ controller: String, _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    try state.withLock { state in
      let life =
        keepsMemory ? ProcessLife(remembered: try oracle.recall(ProcessLife.label)) : nil
      var run = RecordedRun(
        controller: controller, request: request, after: life, oracle: oracle,
        questions: questions)
      let end = try run.walk(&state.tree) ?? explore(&run, &state)
      if let life {
        let next = try state.lives.life(after: run, &state.tree) { oracle.freshValues(in: $0) }
        if next != life { try oracle.remember(ProcessLife.label, next.remembered) }
      }
      switch end.result {
      case .finished(let result): return result
      case .failed(let message): throw ReconcileError(message)
      }
    }
  }

  /// Goes a new path to its end; throws what cut the step on the way.
  private func explore(_ run: inout RecordedRun, _ state: inout State) throws -> PostedEnd {
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
        try repeatRun(run, &state)
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
    guard let end = state.tree[run.node].end else {
      preconditionFailure("a run without an end that nobody cut")
    }
    return end
  }

  /// Runs the code from its start: it is fed what is recorded, and goes on from there.
  private func execute(_ run: inout RecordedRun, _ state: inout State) throws {
    let path = state.tree.path(to: run.node)
    let host = try host(for: run, isFresh: false, &state)
    var asked = 0
    let end = try host.run(run.controller, run.request) { call in
      defer { asked += 1 }
      if asked < path.count {
        try run.compare(asked, .call(path[asked].call), .call(call))
        return path[asked].reply
      }
      state.tree.record(call, at: run.node)
      return try run.answer(&state.tree)
    }
    if asked < path.count { try run.compare(asked, .call(path[asked].call), .ended(end)) }
    state.tree.record(keepsMemory ? end : PostedEnd(end.result), at: run.node)
    if keepsMemory { state.lives.note(run) }
  }

  /// Runs a known path again: the same answers must lead to the same calls and the same result.
  ///
  /// A process that keeps state in memory lives its whole life again for it.
  private func repeatRun(_ run: RecordedRun, _ state: inout State) throws {
    let path = state.tree.path(to: run.node)
    guard let expected = state.tree[run.node].end else { return }
    let host = try host(for: run, isFresh: true, &state)
    var asked = 0
    var end = try host.run(run.controller, run.request) { call in
      defer { asked += 1 }
      guard asked < path.count else {
        throw run.notDeterministic(asked, .ended(expected), .call(call))
      }
      try run.compare(asked, .call(path[asked].call), .call(call))
      return path[asked].reply
    }
    if !keepsMemory { end.memoryHash = nil }
    try run.compare(
      asked, asked < path.count ? .call(path[asked].call) : .ended(expected), .ended(end))
    if keepsMemory { state.lives.note(run) }
  }

  /// The host that is to do a run: with the life before it, where it keeps state in memory.
  private func host(
    for run: RecordedRun, isFresh: Bool, _ state: inout State
  ) throws -> ControllerHost {
    keepsMemory ? try state.lives.host(for: run, isFresh: isFresh, state.tree) : state.lives.host
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
