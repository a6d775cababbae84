package import CEL

/// Z3 for one thread: feasibility of path conditions, models, proofs.
///
/// Paths are asserted one literal after the other and kept while questions stay near; what was
/// asked once is remembered by the set of literals, whatever their order.
package final class SolverSession: FeasibilityOracle {
  package let paths: PathTable
  package let terms: TermTable
  package var limits: SolverLimits
  /// Whether the user wants no more answers.
  package var isCancelled: () -> Bool = { false }
  package private(set) var figures = SolverFigures()

  private var context: Z3Context?
  private var translator: TermTranslator?
  private let uses = StringUse()
  /// The paths whose literals are asserted, one scope each.
  private var stack: [PathID] = []
  private var answers: [PathID: Feasibility] = [.empty: .feasible]
  private var witnesses: [PathID: Valuation] = [:]
  private var recent: [Valuation] = []
  /// What was found for conditions as a whole.
  private var solutions: [TermID: SolverResult] = [:]

  /// Makes a session for the paths of a table.
  package init(_ paths: PathTable, limits: SolverLimits = SolverLimits()) {
    self.paths = paths
    terms = paths.terms
    self.limits = limits
  }

  // MARK: - Feasibility

  /// Whether some valuation fulfils a path and one condition more.
  package func feasibility(of condition: TermID, under path: PathID) -> Feasibility {
    figures.questions += 1
    if paths.known(condition, under: path) == .fails {
      figures.syntactic += 1
      return .infeasible
    }
    guard let whole = paths.adding(condition, to: path) else {
      figures.syntactic += 1
      return .infeasible
    }
    if let known = answers[whole] {
      figures.memoised += 1
      return known
    }
    if let model = witness(condition, path, whole) {
      figures.witnessed += 1
      witnesses[whole] = model
      answers[whole] = .feasible
      return .feasible
    }
    let answer = decide(whole)
    answers[whole] = answer
    if answer == .infeasible, answers[path] == .feasible,
      let other = paths.adding(terms.not(condition), to: path), answers[other] == nil
    {
      // All valuations of the path are on the other side.
      answers[other] = .feasible
      witnesses[other] = witnesses[path]
    }
    return answer
  }

  /// Whether a path has a solution.
  package func feasibility(of path: PathID) -> Feasibility {
    feasibility(of: .always, under: path)
  }

  /// Whether a condition holds for all valuations of a path.
  package func entails(_ path: PathID, _ condition: TermID) -> Entailment {
    switch feasibility(of: terms.not(condition), under: path) {
    case .infeasible: .valid
    case .feasible: .invalid(witness(of: paths.adding(terms.not(condition), to: path)))
    case .unknown(let reason): .unknown(reason)
    }
  }

  /// Whether every valuation of one path is one of another.
  package func entails(_ path: PathID, _ other: PathID) -> Entailment {
    path == other ? .valid : entails(path, paths.condition(other))
  }

  /// A known solution of a path.
  private func witness(of path: PathID?) -> Valuation? { path.flatMap { witnesses[$0] } }

  private func witness(_ condition: TermID, _ path: PathID, _ whole: PathID) -> Valuation? {
    guard limits.models > 0 else { return nil }
    if let model = witnesses[path], terms.holds(condition, model) { return model }
    let all = paths.condition(whole)
    return recent.last { terms.holds(all, $0) }
  }

  private func decide(_ path: PathID) -> Feasibility {
    if !terms.applications(in: paths.condition(path)).isEmpty {
      switch solution(of: [paths.condition(path)]) {
      case .satisfiable(let model):
        witnesses[path] = model
        return .feasible
      case .unsatisfiable: return .infeasible
      case .unknown(let reason): return .unknown(reason)
      }
    }
    let result =
      analysed(paths.condition(path))
      ?? solve(wanting: limits.models > 0 ? .model : .answer) {
        context, translator throws(Untranslatable) in
        try self.enter(path, context, translator)
      }
    switch result {
    case .satisfiable where limits.models == 0: return .feasible
    case .satisfiable(let model):
      // A model of real numbers need not be one of doubles.
      let condition = paths.condition(path)
      if !terms.holds(condition, model) {
        if !terms.isModuloRounding(condition) { figures.mismatches += 1 }
      } else {
        witnesses[path] = model
        remember(model)
      }
      return .feasible
    case .unsatisfiable: return .infeasible
    case .unknown(let reason): return .unknown(reason)
    }
  }

  /// Asserts a path: what it shares with the one asserted before stays.
  private func enter(
    _ path: PathID, _ context: Z3Context, _ translator: TermTranslator
  ) throws(Untranslatable) {
    // The nearest path on the way here whose literals are asserted, and the step before the last:
    // siblings of the last step are asked next.
    var shared = 0
    var next = path
    while next != .empty {
      if let place = stack.lastIndex(of: next) {
        shared = place + 1
        break
      }
      next = paths.parent(next)
    }
    let base = shared == 0 ? PathID.empty : stack[shared - 1]
    let parent = paths.parent(path)
    let ends =
      base == path ? [] : parent == base || parent == .empty ? [path] : [parent, path]
    var scopes: [[Z3Term]] = []
    var before = paths.literals(base)
    for end in ends {
      let literals = paths.literals(end)
      var added: [Z3Term] = []
      for literal in literals where !before.contains(literal) {
        added.append(try translator.translate(literal))
      }
      scopes.append(added + (try translator.memberships(literals)))
      before = literals
    }
    let pending = translator.takePending()
    if !pending.isEmpty {
      leaveAll(context)
      for formula in pending { context.assert(formula) }
      try enter(path, context, translator)
      return
    }
    context.pop(stack.count - shared)
    stack.removeLast(stack.count - shared)
    for (end, formulas) in zip(ends, scopes) {
      context.push()
      stack.append(end)
      for formula in formulas { context.assert(formula) }
    }
  }

  private func leaveAll(_ context: Z3Context) {
    context.pop(context.depth)
    stack = []
  }

  // MARK: - Models

  /// Whether conditions have a solution together, and one if so.
  package func solution(of conditions: [TermID]) -> SolverResult {
    if let reason = stopReason { return .unknown(reason) }
    figures.questions += 1
    let all = terms.all(conditions)
    if all == .never || all == .always {
      figures.syntactic += 1
      return all == .never ? .unsatisfiable : .satisfiable([:])
    }
    if let known = solutions[all] {
      figures.memoised += 1
      return known
    }
    if let model = recent.last(where: { terms.holds(all, $0) }) {
      figures.witnessed += 1
      return .satisfiable(model)
    }
    let result = analysed(all) ?? refined(all)
    if case .unknown = result { return result }
    solutions[all] = result
    if case .satisfiable(let model) = result, terms.holds(all, model) { remember(model) }
    return result
  }

  private func remember(_ model: Valuation) {
    recent.append(model)
    if recent.count > limits.models { recent.removeFirst() }
  }

  /// Notes a question that trying a few values answered.
  func countAnalysed() {
    figures.questions += 1
    figures.analysed += 1
  }

  /// The answer to a condition that a few cases decide.
  private func analysed(_ condition: TermID) -> SolverResult? {
    let found = CaseAnalysis.decide(condition, in: terms, limit: limits.cases)
    if found != nil { figures.analysed += 1 }
    return found
  }

  /// Why nothing more is answered; nil where it is.
  package var stopReason: String? {
    if isCancelled() { return "interrupted" }
    guard let deadline = limits.deadline, ContinuousClock.now >= deadline else { return nil }
    return "the limit on time was reached; raise --time-limit"
  }

  /// A limit on time, or what is left before the deadline.
  package func milliseconds(atMost limit: Int) -> Int {
    guard let deadline = limits.deadline else { return limit }
    let left = (deadline - ContinuousClock.now).components
    let rest = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
    return Int(max(1, min(Int64(limit), rest)))
  }

  /// What Z3 says of a condition, whose functions it does not look into.
  func solved(_ all: TermID) -> SolverResult {
    let literals = if case .all(let parts) = terms.node(all) { parts } else { [all] }
    return solve(wanting: .model) { context, translator throws(Untranslatable) in
      var formulas: [Z3Term] = []
      for literal in literals { formulas.append(try translator.translate(literal)) }
      formulas += try translator.memberships(literals)
      self.leaveAll(context)
      for formula in translator.takePending() { context.assert(formula) }
      context.push()
      for formula in formulas { context.assert(formula) }
    }
  }

  // MARK: - Z3

  private enum Wish {
    case answer
    case model
  }

  /// Makes a check of what is asserted.
  private func solve(
    wanting wish: Wish, _ assert: (Z3Context, TermTranslator) throws(Untranslatable) -> Void
  ) -> SolverResult {
    if uses.scan(terms) || (context?.size ?? 0) > limits.formulas { restart() }
    let result: SolverResult
    do throws(NoContext) {
      result = try check(wanting: wish, assert)
    } catch {
      return .unknown(error.reason)
    }
    if case .unknown = result { figures.unknown += 1 }
    return result
  }

  /// Why there is nothing to check.
  private struct NoContext: Error { let reason: String }

  /// A context in which all is asserted, with how many scopes that took.
  private func prepare(
    _ assert: (Z3Context, TermTranslator) throws(Untranslatable) -> Void
  ) throws(NoContext) -> (context: Z3Context, translator: TermTranslator, depth: Int) {
    guard let (context, translator) = open() else { throw NoContext(reason: "Z3 does not start") }
    do throws(Untranslatable) {
      try assert(context, translator)
    } catch {
      restart()
      throw NoContext(reason: "no formula for \(error.reason)")
    }
    return (context, translator, context.depth)
  }

  /// Asserts and checks.
  ///
  /// Where sequences are too hard, short ones are tried for the rest of the time: a solution is a
  /// solution. A solution with what is no Unicode text is looked for again without it. A context that
  /// was interrupted is not used any more, not even to leave its scopes: it may be in a state that
  /// Z3 does not expect.
  private func check(
    wanting wish: Wish, _ assert: (Z3Context, TermTranslator) throws(Untranslatable) -> Void
  ) throws(NoContext) -> SolverResult {
    var (context, translator, depth) = try prepare(assert)
    let hasSequences = !translator.sequences.isEmpty
    let first = hasSequences ? limits.milliseconds * 2 / 3 : limits.milliseconds
    var (answer, wasInterrupted) = run(context, milliseconds: first)
    var shown = answer
    var unlessLong: String?
    if hasSequences, case .unknown(let reason) = answer {
      unlessLong = reason
      if wasInterrupted {
        restart()
        (context, translator, depth) = try prepare(assert)
      }
      context.push()
      for formula in translator.areShort(8) { context.assert(formula) }
      let retry = run(context, milliseconds: limits.milliseconds - first)
      wasInterrupted = retry.wasInterrupted
      if retry.answer == .satisfiable { answer = .satisfiable }
    }
    var texts: Set<Int> = []
    var found: SolverResult?
    while answer == .satisfiable, found == nil {
      guard !wasInterrupted, wish == .model || hasSequences,
        let values = context.values(of: translator.symbols.map(\.term))
      else {
        found = .satisfiable([:])
        break
      }
      let wrong = zip(translator.symbols, values).filter {
        $0.1 == .invalidString && !texts.contains($0.0.number)
      }.map { $0.0 }
      if wrong.isEmpty {
        found = .satisfiable(model(values, translator))
        break
      }
      context.push()
      for symbol in wrong {
        texts.insert(symbol.number)
        context.assert(translator.isText(symbol.term))
      }
      let next = run(context, milliseconds: limits.milliseconds / 4)
      (answer, wasInterrupted) = (next.answer, next.wasInterrupted)
      shown = answer
    }
    if wasInterrupted {
      restart()
    } else if stack.isEmpty {
      leaveAll(context)
    } else {
      context.pop(context.depth - depth)
    }
    if let found { return found }
    if case .unknown(let reason) = shown { return .unknown(reason) }
    // That no short text is a solution says nothing of the others.
    return unlessLong.map(SolverResult.unknown) ?? .unsatisfiable
  }

  private func run(
    _ context: Z3Context, milliseconds: Int
  ) -> (answer: Z3Answer, wasInterrupted: Bool) {
    figures.checks += 1
    let start = Watchdog.now()
    defer { figures.nanoseconds += Watchdog.now() - start }
    let found = context.check(milliseconds: self.milliseconds(atMost: milliseconds))
    if case .unknown = found.answer, let reason = stopReason { return (.unknown(reason), true) }
    return found
  }

  private func model(_ values: [Z3Value?], _ translator: TermTranslator) -> Valuation {
    var result: Valuation = [:]
    for (symbol, value) in zip(translator.symbols, values) {
      if let value { result[symbol.number] = translator.constant(value, ofSymbol: symbol.number) }
    }
    return result
  }

  private func open() -> (Z3Context, TermTranslator)? {
    if let context, let translator { return (context, translator) }
    guard let made = Z3Context(memoryMegabytes: limits.megabytes) else { return nil }
    let translator = TermTranslator(terms, made, uses)
    context = made
    self.translator = translator
    return (made, translator)
  }

  private func restart() {
    if context != nil { figures.restarts += 1 }
    context = nil
    translator = nil
    stack = []
  }
}

/// What a check found.
package enum SolverResult: Equatable, Sendable {
  case satisfiable(Valuation)
  case unsatisfiable
  case unknown(String)
}

/// Whether something follows.
package enum Entailment: Equatable, Sendable {
  case valid
  /// It does not, with values that show it where they are known.
  case invalid(Valuation?)
  case unknown(String)
}
