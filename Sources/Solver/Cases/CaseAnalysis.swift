internal import CEL

/// Decides small questions without Z3: by cases, bounds and elimination.
///
/// Conditions are taken apart; where one is a disjunction or depends on a choice its cases are told
/// apart, and what is left in a case are linear inequalities (``LinearSystem``) and facts that are
/// not looked into. A case without a solution of the inequalities, or with facts that contradict each
/// other, is closed; values that fulfil everything, by evaluation, are an answer. All that is not
/// decided in a few hundred cases is left to Z3.
final class CaseAnalysis {
  /// What is known in one case.
  struct Case {
    /// Conditions that are decided.
    var facts: [TermID: Bool] = [:]
    /// Those of them that only evaluation understands, in the order in which they came up.
    var opaque: [TermID] = []
    /// Conditions that must hold or not and are not taken apart yet.
    var open: [Open] = []
    var system = LinearSystem()
    /// How many of the axioms are in the system.
    var axioms = 0
  }

  /// A condition and whether it must hold.
  struct Open {
    let term: TermID
    let value: Bool
  }

  /// There are more cases than are looked at.
  struct TooMany: Error {}

  private enum Found {
    case nothing
    case model(Valuation)
    case unknown
  }

  let terms: TermTable
  private let whole: TermID
  private var left: Int
  /// The integers that are not taken apart, by number.
  private(set) var atoms: [TermID] = []
  private var numbers: [TermID: Int] = [:]
  private(set) var ranges: [(lower: Int128, upper: Int128)] = []
  /// What holds of quotients by definition.
  var axioms: [LinearSystem.Row] = []
  private var symbolCache: [TermID: [Int]] = [:]

  private init(_ terms: TermTable, _ whole: TermID, limit: Int) {
    self.terms = terms
    self.whole = whole
    left = limit
  }

  /// Whether a condition has a solution, and one if so; nil where that takes more cases than the
  /// limit, or more than is understood here.
  static func decide(_ condition: TermID, in terms: TermTable, limit: Int) -> SolverResult? {
    guard limit > 0 else { return nil }
    if let found = SmallDomains.decide(condition, in: terms, limit: 64) { return found }
    let analysis = CaseAnalysis(terms, condition, limit: limit)
    do {
      var start = Case()
      guard try analysis.assume(condition, true, &start) else { return .unsatisfiable }
      switch try analysis.search(start) {
      case .nothing: return .unsatisfiable
      case .model(let values): return .satisfiable(values)
      case .unknown: return nil
      }
    } catch {
      return nil
    }
  }

  private func search(_ given: Case) throws -> Found {
    if left == 0 { throw TooMany() }
    left -= 1
    var here = given
    guard try propagate(&here) else { return .nothing }
    let outcome = Elimination.solve(here.system)
    if outcome == .infeasible { return .nothing }
    let values: [Int128]? = if case .values(let found) = outcome { found } else { nil }
    let model = valuation(here, values)
    if terms.holds(whole, model) { return .model(model) }
    guard let branches = branches(here) else { return .unknown }
    var isKnown = true
    for branch in branches {
      var next = here
      var mayBe = true
      for assumption in branch where mayBe {
        mayBe = try assume(assumption.term, assumption.value, &next)
      }
      guard mayBe else { continue }
      switch try search(next) {
      case .model(let found): return .model(found)
      case .unknown: isKnown = false
      case .nothing: break
      }
    }
    return isKnown ? .nothing : .unknown
  }

  // MARK: - Integers

  /// The number of an integer that is not taken apart.
  func number(of atom: TermID) -> Int {
    if let known = numbers[atom] { return known }
    let range = terms.interval(atom)
    atoms.append(atom)
    ranges.append((range.lower, range.upper))
    numbers[atom] = atoms.count - 1
    return atoms.count - 1
  }

  // MARK: - Values

  /// The symbols of a term.
  func symbols(_ term: TermID) -> [Int] {
    if let known = symbolCache[term] { return known }
    let found = terms.symbols(in: [term])
    symbolCache[term] = found
    return found
  }

  /// Values for all symbols that may fulfil a case.
  private func valuation(_ here: Case, _ integers: [Int128]?) -> Valuation {
    var result: Valuation = [:]
    for number in symbols(whole) {
      let symbol = terms.term(ofSymbol: number)
      let sort = terms.sort(symbol)
      if sort.isInteger {
        let simplest: Int128?
        if let place = numbers[symbol], place < here.system.lower.count {
          simplest = integers?[place] ?? here.system.simplest(place)
        } else {
          simplest = nil
        }
        result[number] =
          simplest.map { .integer($0) } ?? terms.defaultValue(ofSymbol: number)
      } else if sort == .bool {
        result[number] = .bool(here.facts[symbol] ?? false)
      } else if sort == .string {
        result[number] = .string(text(of: symbol, number, here))
      } else {
        result[number] = terms.defaultValue(ofSymbol: number)
      }
    }
    return result
  }

  /// The values of symbols that a case leaves no choice for.
  func fixed(_ number: Int, _ here: Case) -> TermConstant? {
    let symbol = terms.term(ofSymbol: number)
    let sort = terms.sort(symbol)
    if sort.isInteger {
      guard let place = numbers[symbol], place < here.system.lower.count,
        here.system.lower[place] == here.system.upper[place]
      else { return nil }
      return .integer(here.system.lower[place])
    }
    if sort == .bool { return here.facts[symbol].map { .bool($0) } }
    if sort == .string { return known(symbol, here).map { .string($0) } }
    return nil
  }

  /// The text that a string is said to be.
  private func known(_ symbol: TermID, _ here: Case) -> String? {
    for term in here.opaque where here.facts[term] == true {
      if let (subject, text) = comparison(term), subject == symbol { return text }
    }
    return nil
  }

  /// A string that is compared with a text.
  func comparison(_ term: TermID) -> (subject: TermID, text: String)? {
    guard case .stringEquals(let left, let right) = terms.node(term) else { return nil }
    if let text = terms.constant(left)?.string { return (right, text) }
    if let text = terms.constant(right)?.string { return (left, text) }
    return nil
  }

  /// A text that a string may be: what it is said to be, or the first that it is not said not to be.
  private func text(of symbol: TermID, _ number: Int, _ here: Case) -> String {
    if let text = known(symbol, here) { return text }
    var excluded: [String] = []
    for term in here.opaque where here.facts[term] == false {
      if let (subject, text) = comparison(term), subject == symbol { excluded.append(text) }
    }
    let choices = terms.symbols[number].values ?? ["", "a", "b", "c", "d"]
    return choices.first { choice in !excluded.contains { choice.isExactly($0) } } ?? ""
  }
}

/// Questions about a few values in all: every one is tried.
enum SmallDomains {
  /// The answer; nil where there are more values than the limit, or no bound.
  static func decide(_ condition: TermID, in terms: TermTable, limit: Int) -> SolverResult? {
    let numbers = terms.symbols(in: [condition])
    var domains: [[TermConstant]] = []
    var count = 1
    for number in numbers {
      let symbol = terms.term(ofSymbol: number)
      let values: [TermConstant]
      switch terms.sort(symbol) {
      case .bool: values = [.bool(false), .bool(true)]
      case .string:
        guard let texts = terms.symbol(symbol)?.values else { return nil }
        values = texts.map { .string($0) }
      case .double: return nil
      default:
        let range = terms.interval(symbol)
        guard let size = range.count, size <= Int128(limit) else { return nil }
        values = (0..<size).map { .integer(range.lower + $0) }
      }
      count *= values.count
      if count > limit { return nil }
      domains.append(values)
    }
    var model: Valuation = [:]
    func search(_ depth: Int) -> Bool {
      guard depth < numbers.count else { return terms.holds(condition, model) }
      for value in domains[depth] {
        model[numbers[depth]] = value
        if search(depth + 1) { return true }
      }
      return false
    }
    return search(0) ? .satisfiable(model) : .unsatisfiable
  }
}
