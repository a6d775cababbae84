import CEL

/// How a reconcile ended: a leaf of its tree.
package enum ReconcileOutcome: Hashable, Sendable {
  case finished(ReconcileResult)
  case failed(ReconcileError)
}

/// The trees of all reconciles: node = question, edge = answer, leaf = outcome (DESIGN.md, "The one
/// idea").
///
/// Each distinct reconcile runs once: whoever gets the same answers again walks the tree. The node at
/// which a reconcile in flight stands is its position.
package final class ReconcileTree {
  private struct Node {
    let controller: Int
    let request: ReconcileRequest
    let parent: UInt32
    let answer: UInt32
    let depth: Int
    var question: UInt32?
    var outcome: ReconcileOutcome?
  }

  private var nodes: [Node] = []
  private var edges: [UInt64: UInt32] = [:]
  private var roots: [CellLayout.Worker: UInt32] = [:]
  private var questions: [Question] = []
  private var questionIDs: [Question: UInt32] = [:]
  private var answers: [Answer] = []
  private var answerIDs: [Answer: UInt32] = [:]
  /// The nodes whose question nobody asked yet: a renaming of another reconcile says what it will be.
  private var expected: Set<UInt32> = []
  /// How many reconciles of each controller ran to their end.
  private var completedOf: [Int: Int] = [:]

  /// Makes an empty tree.
  ///
  /// Node 0 means "not in flight" and belongs to nobody.
  package init() {
    nodes.append(
      Node(
        controller: -1, request: ReconcileRequest(namespace: "", name: ""), parent: 0, answer: 0,
        depth: 0))
  }

  /// The root of a controller's reconciles of one request.
  package func root(controller: Int, request: ReconcileRequest) -> UInt32 {
    let worker = CellLayout.Worker(controller: controller, request: request)
    if let root = roots[worker] { return root }
    nodes.append(
      Node(controller: controller, request: request, parent: 0, answer: 0, depth: 0))
    let root = UInt32(nodes.count - 1)
    roots[worker] = root
    return root
  }

  /// The question asked at a node; nil for a leaf and for a node never run from.
  package func question(at node: UInt32) -> Question? {
    nodes[Int(node)].question.map { questions[Int($0)] }
  }

  /// The outcome at a leaf.
  package func outcome(at node: UInt32) -> ReconcileOutcome? { nodes[Int(node)].outcome }

  /// How many questions were answered before a node.
  package func depth(of node: UInt32) -> Int { nodes[Int(node)].depth }

  /// The node before a node; nil for a root.
  package func parent(of node: UInt32) -> UInt32? {
    nodes[Int(node)].depth > 0 ? nodes[Int(node)].parent : nil
  }

  /// The node on the way to a node behind so many questions.
  package func ancestor(of node: UInt32, atDepth depth: Int) -> UInt32 {
    var current = node
    while nodes[Int(current)].depth > depth { current = nodes[Int(current)].parent }
    return current
  }

  /// The controller and the request that a node belongs to.
  package func worker(of node: UInt32) -> CellLayout.Worker {
    CellLayout.Worker(controller: nodes[Int(node)].controller, request: nodes[Int(node)].request)
  }

  /// The node behind an answer; nil where it never came.
  package func next(_ node: UInt32, _ answer: Answer) -> UInt32? {
    guard let id = answerIDs[answer] else { return nil }
    return edges[UInt64(node) << 32 | UInt64(id)]
  }

  /// Records the question at a node that a renaming of another reconcile leads to; false where
  /// another one is known.
  ///
  /// Until the reconcile was run it is an expectation (``isExpected(at:)``).
  package func expect(_ question: Question, at node: UInt32) -> Bool {
    if nodes[Int(node)].question == nil && nodes[Int(node)].outcome == nil {
      expected.insert(node)
    }
    return record(question, at: node)
  }

  /// Whether nobody asked the question at a node yet.
  package func isExpected(at node: UInt32) -> Bool { expected.contains(node) }

  /// Puts what was asked in the place of what was expected; whether it is the same.
  package func confirm(_ question: Question, at node: UInt32) -> Bool {
    guard expected.remove(node) != nil else { return true }
    let id = intern(question)
    let isSame = nodes[Int(node)].question == id
    nodes[Int(node)].question = id
    return isSame
  }

  /// Forgets what was expected where a reconcile ended instead; whether something was.
  package func refute(at node: UInt32) -> Bool {
    guard expected.remove(node) != nil else { return false }
    nodes[Int(node)].question = nil
    return true
  }

  /// Records the question at a node; false where another one was asked there before: the
  /// controller is not deterministic.
  package func record(_ question: Question, at node: UInt32) -> Bool {
    let id = intern(question)
    if let known = nodes[Int(node)].question { return known == id }
    guard nodes[Int(node)].outcome == nil else { return false }
    nodes[Int(node)].question = id
    return true
  }

  /// The node behind an answer, new where it never came.
  package func follow(_ node: UInt32, _ answer: Answer) -> UInt32 {
    let id = intern(answer)
    let key = UInt64(node) << 32 | UInt64(id)
    if let next = edges[key] { return next }
    let parent = nodes[Int(node)]
    nodes.append(
      Node(
        controller: parent.controller, request: parent.request, parent: node, answer: id,
        depth: parent.depth + 1))
    let next = UInt32(nodes.count - 1)
    edges[key] = next
    return next
  }

  /// Records the end of a reconcile; false where this node was no end before.
  package func record(_ outcome: ReconcileOutcome, at node: UInt32) -> Bool {
    if let known = nodes[Int(node)].outcome { return known == outcome }
    guard nodes[Int(node)].question == nil else { return false }
    nodes[Int(node)].outcome = outcome
    completedOf[nodes[Int(node)].controller, default: 0] += 1
    return true
  }

  /// How many reconciles ran to their end: the number of root-to-leaf paths.
  package var completed: Int { completedOf.values.reduce(0, +) }

  /// How many reconciles of a controller ran to their end.
  package func completed(by controller: Int) -> Int { completedOf[controller, default: 0] }

  /// How many root-to-leaf paths there are.
  package var leafCount: Int { nodes.count { $0.outcome != nil } }

  /// The questions and answers from the root to a node.
  package func path(to node: UInt32) -> [(question: Question, answer: Answer)] {
    var path: [(question: Question, answer: Answer)] = []
    var current = node
    while nodes[Int(current)].depth > 0 {
      let entry = nodes[Int(current)]
      if let question = question(at: entry.parent) {
        path.append((question, answers[Int(entry.answer)]))
      }
      current = entry.parent
    }
    return path.reversed()
  }

  private func intern(_ question: Question) -> UInt32 {
    if let id = questionIDs[question] { return id }
    questions.append(question)
    questionIDs[question] = UInt32(questions.count - 1)
    return UInt32(questions.count - 1)
  }

  private func intern(_ answer: Answer) -> UInt32 {
    if let id = answerIDs[answer] { return id }
    answers.append(answer)
    answerIDs[answer] = UInt32(answers.count - 1)
    return UInt32(answers.count - 1)
  }
}
