package import CEL

/// Models with small values: what a user can follow.
extension SolverSession {
  /// A solution in which each symbol, in the order of their declaration, is as small as those
  /// before it allow: integers near zero first, false, the first of the values a string may have,
  /// the shortest text.
  ///
  /// Where a limit is reached on the way the values found so far stay.
  package func leastSolution(of conditions: [TermID]) -> SolverResult {
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
