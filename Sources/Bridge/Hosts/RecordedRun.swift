internal import Model

/// One reconcile on its way through the tree of its host's calls.
struct RecordedRun {
  /// The run was cut where it looked ahead: nobody can tell how it goes on.
  struct CutAhead: Error {}

  let controller: String
  let request: ReconcileRequest
  /// What the process lived through before.
  let life: ProcessLife
  let keepsMemory: Bool
  private var oracle: any ReconcileOracle
  private let questions: RunQuestions
  private(set) var node: CallTree.NodeID = 0
  /// What ended the step, where the run looks ahead since.
  private(set) var cut: (any Error)?

  /// Begins a run; `life` is nil where the process keeps nothing in memory.
  init(
    controller: String, request: ReconcileRequest, after life: ProcessLife?,
    oracle: any ReconcileOracle, questions: RunQuestions
  ) {
    self.controller = controller
    self.request = request
    self.life = life ?? .start
    keepsMemory = life != nil
    self.oracle = oracle
    self.questions = questions
  }

  /// Walks what this session knows; returns the end, or nil at a place that is new to it.
  ///
  /// - Throws: what the oracle throws.
  mutating func walk(_ tree: inout CallTree) throws -> PostedEnd? {
    node = tree.root(CallTree.Root(controller: controller, request: request, life: life.key))
    while tree[node].isKnown {
      if let end = tree[node].end { return end }
      guard let call = tree[node].call else { return nil }
      node = tree.follow(node, try questions.reply(to: call, asking: oracle))
    }
    return nil
  }

  /// Goes on along what an earlier session recorded, as if the code ran; false where that ends.
  mutating func recall(_ tree: inout CallTree) throws -> Bool {
    while true {
      if tree[node].end != nil {
        tree.know(node)
        return true
      }
      guard tree[node].call != nil else { return false }
      tree.know(node)
      _ = try answer(&tree)
    }
  }

  /// Answers the call of the place where the run stands, and goes there.
  ///
  /// - Throws: `CutAhead`, or what the oracle throws where nobody can look ahead.
  mutating func answer(_ tree: inout CallTree) throws -> HTTPReply {
    guard let call = tree[node].call else { preconditionFailure("an answer without a call") }
    let reply: HTTPReply
    do {
      reply = try questions.reply(to: call, asking: oracle)
    } catch {
      if cut != nil { throw CutAhead() }
      guard let ahead = oracle.lookAhead() else { throw error }
      cut = error
      oracle = ahead
      do {
        reply = try questions.reply(to: call, asking: ahead)
      } catch {
        throw CutAhead()
      }
    }
    node = tree.follow(node, reply)
    return reply
  }

  /// Throws where two runs did not do the same at a question (from 0).
  func compare(_ number: Int, _ first: CallDifference.Act, _ second: CallDifference.Act) throws {
    if CallDifference(number + 1, first, second) != nil {
      throw notDeterministic(number, first, second)
    }
  }

  /// What two runs that differ are reported as.
  func notDeterministic(
    _ number: Int, _ first: CallDifference.Act, _ second: CallDifference.Act
  ) -> NotDeterministic {
    NotDeterministic(
      controller: controller, request: request,
      difference: (CallDifference(number + 1, first, second)?.description ?? "") + advice)
  }

  /// What a difference may come from.
  private var advice: String {
    keepsMemory
      ? "" : "\n  if it keeps state in memory between reconciles, write memory: kept beside process"
  }
}
