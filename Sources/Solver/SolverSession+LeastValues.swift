package import CEL

/// Models with small values: what a user can follow.
extension SolverSession {
  /// A solution in which each symbol, in the order of their declaration, is as small as those
  /// before it allow: integers near zero first, false, the first of the values a string may have,
  /// the shortest text.
  ///
  /// Where a limit is reached on the way the values found so far stay.
  package func leastSolution(of conditions: [TermID]) -> SolverResult {
    if let model = smallTexts(conditions) {
      countAnalysed()
      return .satisfiable(model)
    }
    var fixed = conditions
    let first = solution(of: conditions)
    guard case .satisfiable(var model) = first else { return first }
    for number in terms.symbols(in: conditions) {
      let symbol = terms.term(ofSymbol: number)
      let value = model[number] ?? terms.defaultValue(ofSymbol: number)
      let least = least(symbol, number, value, fixed, &model)
      fixed.append(least)
    }
    return .satisfiable(model)
  }

  /// A solution of a few short texts, the first in their order; nil where none of them is one.
  ///
  /// Equations between texts put together (`u + "-" + v == w + "-" + x`) take Z3 4.8.12 seconds, if
  /// it answers, and most that have a solution have one of these. What has none is left to Z3.
  private func smallTexts(_ conditions: [TermID]) -> Valuation? {
    let all = terms.all(conditions)
    let numbers = terms.symbols(in: [all])
    guard numbers.count > 1, numbers.count <= 4, all != .never else { return nil }
    var candidates: [(number: Int, values: [TermConstant])] = []
    for number in numbers {
      let symbol = terms.term(ofSymbol: number)
      switch terms.sort(symbol) {
      case .bool: candidates.append((number, [.bool(false), .bool(true)]))
      case .string:
        let texts = terms.symbol(symbol)?.values ?? ["", "a", "b", "a-a", "a-b", "b-a", "a-a-a"]
        candidates.append((number, texts.map(TermConstant.string)))
      default: return nil
      }
    }
    guard candidates.reduce(1, { $0 * $1.values.count }) <= 4096 else { return nil }
    var model: Valuation = [:]
    func search(_ rest: ArraySlice<(number: Int, values: [TermConstant])>) -> Bool {
      guard let next = rest.first else { return terms.holds(all, model) }
      for value in next.values {
        model[next.number] = value
        if search(rest.dropFirst()) { return true }
      }
      return false
    }
    return search(candidates[...]) ? model : nil
  }

  /// The condition that a symbol has its least value; the model is made to fulfil it.
  private func least(
    _ symbol: TermID, _ number: Int, _ value: TermConstant, _ fixed: [TermID],
    _ model: inout Valuation
  ) -> TermID {
    switch value {
    case .bool(let flag):
      if flag, attempt(terms.not(symbol), fixed, &model) { return terms.not(symbol) }
      return flag ? symbol : terms.not(symbol)
    case .integer(let found): return leastInteger(symbol, number, found, fixed, &model)
    case .string: return leastString(symbol, number, fixed, &model)
    case .double(let found):
      for simple in [0, 1, found.rounded()] {
        let condition = terms.doubleEquals(symbol, terms.double(simple))
        if attempt(condition, fixed, &model) { return condition }
      }
      return terms.doubleEquals(symbol, terms.double(found))
    }
  }

  /// Whether a condition can be added; the model then fulfils it.
  private func attempt(_ condition: TermID, _ fixed: [TermID], _ model: inout Valuation) -> Bool {
    if terms.holds(condition, model) { return true }
    guard case .satisfiable(let found) = solution(of: fixed + [condition]),
      terms.holds(terms.all(fixed + [condition]), found)
    else { return false }
    model = found
    return true
  }

  private func leastInteger(
    _ symbol: TermID, _ number: Int, _ found: Int128, _ fixed: [TermID], _ model: inout Valuation
  ) -> TermID {
    let range = terms.interval(symbol)
    let origin = max(min(0, range.upper), range.lower)
    var distance = abs((model[number]?.integer ?? found) - origin)
    var low: Int128 = 0
    // Is there a value as near as this?
    while low < distance {
      let middle = low + (distance - low) / 2
      let near = terms.isWithin(symbol, Interval(origin - middle, origin + middle))
      if attempt(near, fixed, &model) {
        distance = abs((model[number]?.integer ?? origin + middle) - origin)
      } else {
        low = middle + 1
      }
    }
    let above = terms.equals(symbol, origin + distance)
    if attempt(above, fixed, &model) { return above }
    return terms.equals(symbol, origin - distance)
  }

  private func leastString(
    _ symbol: TermID, _ number: Int, _ fixed: [TermID], _ model: inout Valuation
  ) -> TermID {
    let known = terms.symbol(symbol)?.values ?? ["", "a", "b"]
    for text in known {
      let condition = terms.stringEquals(symbol, terms.string(text))
      if attempt(condition, fixed, &model) { return condition }
    }
    let value = model[number] ?? terms.defaultValue(ofSymbol: number)
    let text = value.string ?? ""
    return terms.stringEquals(symbol, terms.string(text))
  }
}
