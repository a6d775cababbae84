/// All terms of a verification, each once.
///
/// Terms are made by functions that fold constants, bring operands into one order and use the
/// ranges of the symbols, so a condition that is decided by them is ``TermID/always`` or
/// ``TermID/never`` and no solver is asked. A table belongs to one thread.
package final class TermTable {
  struct Key: Hashable {
    let node: TermNode
    let sort: TermSort
  }

  private var nodes: [Key] = []
  private var ids: [Key: TermID] = [:]
  /// The values each term can have by the ranges of its symbols; for integers.
  private var intervals: [Interval] = []
  /// The symbols in the order in which they were declared.
  package private(set) var symbols: [TermSymbol] = []
  private var symbolIDs: [String: TermID] = [:]
  /// The patterns that terms mention, in the order in which they came up.
  package private(set) var patterns: [RegularExpression] = []
  private var patternNumbers: [String: Int] = [:]
  /// The functions that terms mention and formulas do not look into, in the order in which they came up.
  package private(set) var functions: [TermFunction] = []

  /// Makes a table with the two conditions that are constant.
  package init() {
    let never = intern(.constant(.bool(false)), .bool)
    let always = intern(.constant(.bool(true)), .bool)
    precondition(never == .never && always == .always, "the first terms are the constants")
  }

  /// How many terms there are.
  package var count: Int { nodes.count }

  /// What a term is made of.
  package func node(_ term: TermID) -> TermNode { nodes[Int(term.index)].node }

  /// What a term stands for.
  package func sort(_ term: TermID) -> TermSort { nodes[Int(term.index)].sort }

  /// The value of a term that is known.
  package func constant(_ term: TermID) -> TermConstant? {
    if case .constant(let value) = node(term) { value } else { nil }
  }

  /// The values an integer term can have by the ranges of its symbols.
  package func interval(_ term: TermID) -> Interval { intervals[Int(term.index)] }

  /// The id of a node in normal form.
  func intern(_ node: TermNode, _ sort: TermSort) -> TermID {
    let key = Key(node: node, sort: sort)
    if let id = ids[key] { return id }
    let id = TermID(index: UInt32(nodes.count))
    nodes.append(key)
    intervals.append(sort.isInteger ? computeInterval(node, sort) : .all)
    ids[key] = id
    return id
  }

  // MARK: - Leaves

  /// A symbol; the same name must come with the same declaration.
  package func symbol(
    _ name: String, _ sort: TermSort, range: Interval? = nil, values: [String]? = nil
  ) -> TermID {
    var bounds = sort.range
    if let range, sort.isInteger { bounds = bounds.map { $0.intersection(range) } ?? range }
    let symbol = TermSymbol(name: name, sort: sort, range: bounds, values: values)
    if let known = symbolIDs[name] {
      guard case .symbol(let number) = node(known), symbols[number] == symbol else {
        preconditionFailure("the symbol '\(name)' has two declarations")
      }
      return known
    }
    symbols.append(symbol)
    let id = intern(.symbol(symbols.count - 1), sort)
    symbolIDs[name] = id
    return id
  }

  /// The term of a symbol by its name.
  package func symbol(named name: String) -> TermID? { symbolIDs[name] }

  /// The symbol a term is; nil for other terms.
  package func symbol(_ term: TermID) -> TermSymbol? {
    if case .symbol(let number) = node(term) { symbols[number] } else { nil }
  }

  /// The term of a symbol by its number.
  package func term(ofSymbol number: Int) -> TermID {
    intern(.symbol(number), symbols[number].sort)
  }

  /// A constant condition.
  package func bool(_ flag: Bool) -> TermID { flag ? .always : .never }

  /// A constant integer of a sort.
  package func integer(_ value: Int128, _ sort: TermSort = .int) -> TermID {
    precondition(sort.isInteger, "an integer has an integer sort")
    return intern(.constant(.integer(value)), sort)
  }

  /// A constant double.
  package func double(_ value: Double) -> TermID { intern(.constant(.double(value)), .double) }

  /// A constant string.
  package func string(_ text: String) -> TermID { intern(.constant(.string(text)), .string) }

  /// A constant of a sort.
  package func constant(_ value: TermConstant, _ sort: TermSort) -> TermID {
    switch value {
    case .bool(let flag): bool(flag)
    case .integer(let number): integer(number, sort)
    case .double(let number): double(number)
    case .string(let text): string(text)
    }
  }

  /// The number of a pattern.
  func number(of pattern: RegularExpression) -> Int {
    if let known = patternNumbers[pattern.pattern] { return known }
    patterns.append(pattern)
    patternNumbers[pattern.pattern] = patterns.count - 1
    return patterns.count - 1
  }

  /// The number of a function.
  func number(of function: TermFunction) -> Int {
    if let known = functions.firstIndex(where: { $0.key == function.key }) { return known }
    functions.append(function)
    return functions.count - 1
  }

  /// The texts of all constants and of the values symbols may have.
  package var constantTexts: Set<String> {
    var found: Set<String> = []
    for key in nodes { if case .constant(.string(let text)) = key.node { found.insert(text) } }
    for symbol in symbols { found.formUnion(symbol.values ?? []) }
    return found
  }

  // MARK: - Walks

  /// The terms directly below a term.
  package func operands(_ term: TermID) -> [TermID] {
    switch node(term) {
    case .constant, .symbol: []
    case .not(let operand), .atMost(let operand, _), .equals(let operand, _),
      .matches(let operand, _), .rounded(_, let operand), .length(let operand),
      .toDouble(let operand):
      [operand]
    case .all(let operands), .product(let operands), .concatenation(let operands),
      .application(_, let operands):
      operands
    case .choose(let condition, let left, let right): [condition, left, right]
    case .doubleAtMost(let left, let right), .doubleEquals(let left, let right),
      .stringEquals(let left, let right), .stringTest(_, let left, let right),
      .quotient(let left, let right), .remainder(let left, let right),
      .doubleOperation(_, let left, let right):
      [left, right]
    case .sum(let parts, _): parts.map(\.term)
    case .position(let text, let part, let start): [text, part, start]
    case .part(let text, let start, let count): [text, start, count]
    }
  }

  /// The numbers of the symbols some terms mention, in ascending order.
  package func symbols(in terms: [TermID]) -> [Int] {
    var found: Set<Int> = []
    var seen: Set<TermID> = []
    var stack = terms
    while let term = stack.popLast() {
      guard seen.insert(term).inserted else { continue }
      if case .symbol(let number) = node(term) { found.insert(number) }
      stack.append(contentsOf: operands(term))
    }
    return found.sorted()
  }

  /// Whether a term compares doubles in a way that the solver knows up to rounding only.
  package func isModuloRounding(_ term: TermID) -> Bool {
    var seen: Set<TermID> = []
    var stack = [term]
    while let term = stack.popLast() {
      guard seen.insert(term).inserted else { continue }
      switch node(term) {
      case .doubleAtMost, .doubleEquals, .rounded: return true
      default: stack.append(contentsOf: operands(term))
      }
    }
    return false
  }
}
