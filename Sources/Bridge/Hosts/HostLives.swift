internal import Model

/// Lives of a controller's process that nothing tells to be alike.
package struct UnmergedLives: Hashable, Sendable {
  /// How many there are.
  package var count = 0
  /// How many reconciles the longest has.
  package var longest = 0
}

/// The process of a controller that keeps state in memory: started anew and led through a life whenever
/// another one is asked for than it has.
///
/// Lives whose last run ended with the same `memoryHash` are one, the first of them that was met: the
/// host vouches for that. Without a hash each life is its whole history.
struct HostLives {
  private let makeHost: @Sendable () -> ControllerHost
  private(set) var host: ControllerHost
  /// The life that the process has; nil where a run was cut in the middle.
  private var current: ProcessLife?
  /// The end of the run that it has just done, of which the life is not named yet.
  private var isAhead: Step?
  private var lifeOfHash: [String: ProcessLife] = [:]
  private var known: [Step: ProcessLife] = [:]
  /// nil where there are none.
  private(set) var unmerged: UnmergedLives?

  private struct Step: Hashable {
    let life: ProcessLife
    /// Where the run ended in the tree.
    let node: CallTree.NodeID
  }

  /// Makes hosts as they are needed.
  init(_ makeHost: @escaping @Sendable () -> ControllerHost) {
    self.makeHost = makeHost
    host = makeHost()
    current = .start
  }

  /// Ends the process.
  func shutDown() { host.shutDown() }

  /// The host with the life that a run comes after; `isFresh`: in a process that has not lived yet.
  ///
  /// - Throws: `NotDeterministic` where the process does not live again as it did.
  mutating func host(
    for run: RecordedRun, isFresh: Bool, _ tree: CallTree
  ) throws -> ControllerHost {
    // Only a process that has not lived yet has the life `start`.
    let isReady = current == run.life && (!isFresh || run.life == .start)
    current = nil
    isAhead = nil
    if isReady { return host }
    host.retire()
    host = makeHost()
    for (index, past) in tree.lives.runs(of: run.life).enumerated() {
      try live(past, number: index + 1, run, tree)
    }
    return host
  }

  /// Notes that the process has just done a run to its end.
  mutating func note(_ run: RecordedRun) { isAhead = Step(life: run.life, node: run.node) }

  /// The life after a run that is known.
  ///
  /// - Throws: `HostFailure`.
  mutating func life(
    after run: RecordedRun, _ tree: inout CallTree, freshValues: (String) -> [String]
  ) throws -> ProcessLife {
    let step = Step(life: run.life, node: run.node)
    defer {
      if isAhead == step {
        current = known[step]
        isAhead = nil
      }
    }
    if let life = known[step] { return life }
    let hash = tree[run.node].end?.memoryHash
    if let hash, let life = lifeOfHash[hash] {
      known[step] = life
      return life
    }
    var life = tree.lives.follow(
      run.life, run.request, tree.path(to: run.node).map(\.reply), freshValues: freshValues)
    if let hash, !life.names.isEmpty {
      if tree.lives.isNameless[life.number] == nil {
        let isNameless = try hash == hashWithOtherNames(life, run.controller, tree)
        tree.lives.note(life.number, isNameless: isNameless)
      }
      if tree.lives.isNameless[life.number] == true { life = tree.lives.forgettingNames(life) }
    }
    known[step] = life
    if let hash {
      lifeOfHash[hash] = life
    } else {
      unmerged = UnmergedLives(
        count: (unmerged?.count ?? 0) + 1,
        longest: max(unmerged?.longest ?? 0, tree.lives.length(of: life)))
    }
    return life
  }

  /// What the process says of its memory after a life with other fresh values; nil where it does
  /// something else then.
  ///
  /// Where that is what it said before, nothing that it remembers depends on these values. They may
  /// then come to stand for other objects; else they must stay what they are as long as it lives.
  private mutating func hashWithOtherNames(
    _ life: ProcessLife, _ controller: String, _ tree: CallTree
  ) throws -> String? {
    host.retire()
    host = makeHost()
    (current, isAhead) = (nil, nil)
    // Texts of the same form that stand for nothing.
    let others = life.names.enumerated().map { index, name in
      let number = String(index + 1)
      return String(name.dropLast(number.count)) + number
    }
    var said: String?
    for past in tree.lives.runs(of: ProcessLife(number: life.number, names: others)) {
      var asked = 0
      do {
        said = try host.run(controller, past.request) { _ in
          defer { asked += 1 }
          guard asked < past.replies.count else { throw Strays() }
          return past.replies[asked]
        }.memoryHash
      } catch is Strays {
        return nil
      }
      if asked < past.replies.count { return nil }
    }
    return said
  }

  /// A process that does not go the way it went with other fresh values.
  private struct Strays: Error {}

  /// Leads the process through a run of its life: its calls get the replies that they got.
  private func live(
    _ past: LifeTable.PastRun, number: Int, _ run: RecordedRun, _ tree: CallTree
  ) throws {
    var node = tree.roots[
      CallTree.Root(
        controller: run.controller, request: past.request, life: past.before.key)]
    var asked = 0
    func differs(_ how: String) -> NotDeterministic {
      NotDeterministic(
        controller: run.controller, request: run.request,
        difference: "its process was started again to do the same as before, and in reconcile "
          + "\(number) of its life (\(past.request)) it \(how)")
    }
    _ = try host.run(run.controller, past.request) { call in
      defer { asked += 1 }
      guard asked < past.replies.count else {
        throw differs("asked more than before: \(call.method) \(call.path)")
      }
      if let place = node, let known = tree[place].call,
        let difference = CallDifference(asked + 1, .call(known), .call(call))
      {
        throw differs("did something else:\n  \(difference)")
      }
      let reply = past.replies[asked]
      node = node.flatMap { tree[$0].next[reply] }
      return reply
    }
    if asked < past.replies.count { throw differs("ended after \(asked) calls") }
  }
}
