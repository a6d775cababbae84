internal import CEL

/// How conditions are taken apart in a case.
extension CaseAnalysis {
  // MARK: - Assumptions

  /// Adds that a condition holds or does not; false where that contradicts the case.
  func assume(_ term: TermID, _ value: Bool, _ here: inout Case) throws -> Bool {
    if let known = here.facts[term] { return known == value }
    switch terms.node(term) {
    case .constant(let constant): return constant.isTrue == value
    case .not(let inner): return try assume(inner, !value, &here)
    case .all(let parts):
      here.facts[term] = value
      guard value else {
        here.open.append(Open(term: term, value: value))
        return true
      }
      for part in parts {
        guard try assume(part, true, &here) else { return false }
      }
      return true
    case .atMost, .equals, .choose:
      here.facts[term] = value
      here.open.append(Open(term: term, value: value))
      return true
    default:
      here.facts[term] = value
      here.opaque.append(term)
      return isConsistent(term, value, here)
    }
  }

  /// Whether what a string is compared with agrees with the other facts about it.
  private func isConsistent(_ term: TermID, _ value: Bool, _ here: Case) -> Bool {
    guard let (subject, text) = comparison(term) else { return true }
    var excluded: [String] = []
    for other in here.opaque {
      guard let (same, otherText) = comparison(other), same == subject else { continue }
      if here.facts[other] == false {
        excluded.append(otherText)
      } else if value, !otherText.isExactly(text) {
        return false
      }
    }
    guard let values = terms.symbol(subject)?.values else { return true }
    return values.contains { choice in !excluded.contains { $0.isExactly(choice) } }
  }

  /// Whether a condition holds in the whole of a case, or in none of it; nil where neither is seen.
  func evaluate(_ term: TermID, _ here: Case) throws -> Bool? {
    if let known = here.facts[term] { return known }
    switch terms.node(term) {
    case .constant(let constant): return constant.isTrue
    case .not(let inner): return try evaluate(inner, here).map { !$0 }
    case .all(let parts):
      var isOpen = false
      for part in parts {
        switch try evaluate(part, here) {
        case false?: return false
        case nil: isOpen = true
        case true?: break
        }
      }
      return isOpen ? nil : true
    case .choose(let condition, let one, let other):
      return try evaluate(condition, here).flatMap { try evaluate($0 ? one : other, here) }
    case .atMost(let operand, let bound):
      guard case .sum(let parts, let constant) = try read(operand, here) else { return nil }
      let range = here.system.range(of: parts, ranges)
      if let most = range.upper, most + constant <= bound { return true }
      if let least = range.lower, least + constant > bound { return false }
      return nil
    case .equals(let operand, let value):
      guard case .sum(let parts, let constant) = try read(operand, here) else { return nil }
      let range = here.system.range(of: parts, ranges)
      if let most = range.upper, most + constant < value { return false }
      if let least = range.lower, least + constant > value { return false }
      return range.lower == range.upper && range.lower != nil ? true : nil
    default:
      if let (subject, text) = comparison(term) {
        for other in here.opaque where here.facts[other] == true {
          guard let (same, otherText) = comparison(other), same == subject else { continue }
          return otherText.isExactly(text)
        }
      }
      return byEvaluation(term, here)
    }
  }

  /// The value of a condition whose symbols are all known.
  private func byEvaluation(_ term: TermID, _ here: Case) -> Bool? {
    var values: Valuation = [:]
    for number in symbols(term) {
      guard let value = fixed(number, here) else { return nil }
      values[number] = value
    }
    return terms.holds(term, values)
  }

  // MARK: - Sums

  enum Reading {
    case sum([LinearSystem.Part], Int128)
    /// It depends on a condition that is not decided.
    case undecided(TermID)
  }

  /// An integer as a sum of integers that are not taken apart.
  func read(_ term: TermID, _ here: Case) throws -> Reading {
    var parts: [Int: Int128] = [:]
    var constant: Int128 = 0
    if let condition = try add(term, 1, here, &parts, &constant) { return .undecided(condition) }
    let sum = parts.filter { $0.value != 0 }.sorted { $0.key < $1.key }
    return .sum(
      sum.map { LinearSystem.Part(unknown: $0.key, coefficient: $0.value) }, constant)
  }

  /// Adds a multiple of a term to a sum; gives the condition that it depends on instead.
  private func add(
    _ term: TermID, _ factor: Int128, _ here: Case, _ parts: inout [Int: Int128],
    _ constant: inout Int128
  ) throws -> TermID? {
    func product(_ left: Int128, _ right: Int128) throws -> Int128 {
      let (result, overflows) = left.multipliedReportingOverflow(by: right)
      if overflows || abs(result) > 1 << 100 { throw LinearSystem.TooLarge() }
      return result
    }
    switch terms.node(term) {
    case .constant(let value): constant += try product(factor, value.integer ?? 0)
    case .sum(let summands, let rest):
      constant += try product(factor, rest)
      for summand in summands {
        let inner = try product(factor, summand.coefficient)
        if let found = try add(summand.term, inner, here, &parts, &constant) { return found }
      }
    case .choose(let condition, let one, let other):
      guard let value = try evaluate(condition, here) else { return condition }
      return try add(value ? one : other, factor, here, &parts, &constant)
    default:
      let isNew = atoms.count
      let number = number(of: term)
      if atoms.count > isNew { try define(term, number, here) }
      parts[number, default: 0] += factor
    }
    if abs(constant) > 1 << 100 { throw LinearSystem.TooLarge() }
    return nil
  }

  /// What holds of a quotient by a known divisor of what is not negative.
  private func define(_ term: TermID, _ number: Int, _ here: Case) throws {
    guard case .quotient(let dividend, let divisor) = terms.node(term),
      let size = terms.constant(divisor)?.integer, size > 0, terms.interval(dividend).lower >= 0,
      case .sum(let parts, let constant) = try read(dividend, Case())
    else { return }
    func row(_ factor: Int128, _ bound: Int128) -> LinearSystem.Row {
      var sum: [Int: Int128] = [number: factor * size]
      for part in parts { sum[part.unknown, default: 0] -= factor * part.coefficient }
      return LinearSystem.Row(
        parts: sum.sorted { $0.key < $1.key }.map {
          LinearSystem.Part(unknown: $0.key, coefficient: $0.value)
        }, bound: bound)
    }
    // size·q <= dividend <= size·q + size - 1
    axioms.append(row(1, constant))
    axioms.append(row(-1, size - 1 - constant))
  }

  /// Adds that a sum is at most a number.
  private func add(
    _ parts: [LinearSystem.Part], atMost bound: Int128, _ here: inout Case
  ) throws -> Bool {
    here.system.extend(with: ranges)
    return try here.system.add(parts, atMost: bound)
  }

  private func negated(_ parts: [LinearSystem.Part]) -> [LinearSystem.Part] {
    parts.map { LinearSystem.Part(unknown: $0.unknown, coefficient: -$0.coefficient) }
  }

  // MARK: - Propagation

  /// Takes apart what the case decides; false where nothing fulfils it.
  func propagate(_ here: inout Case) throws -> Bool {
    var isChanged = true
    while isChanged {
      isChanged = false
      here.system.extend(with: ranges)
      while here.axioms < axioms.count {
        let axiom = axioms[here.axioms]
        here.axioms += 1
        guard try add(axiom.parts, atMost: axiom.bound, &here) else { return false }
      }
      guard here.system.tighten() else { return false }
      let open = here.open
      here.open = []
      for item in open {
        let before = here.open.count
        guard try settle(item, &here) else { return false }
        let isKept = here.open.count == before + 1 && here.open.last?.term == item.term
        if !isKept { isChanged = true }
      }
    }
    for term in here.opaque {
      if let value = byEvaluation(term, here), value != here.facts[term] { return false }
    }
    return true
  }

  /// Takes one condition apart as far as the case allows; what is left is open again.
  private func settle(_ item: Open, _ here: inout Case) throws -> Bool {
    switch terms.node(item.term) {
    case .all(let parts):
      var open: TermID?
      var count = 0
      for part in parts {
        switch try evaluate(part, here) {
        case false?: return true
        case nil:
          open = open ?? part
          count += 1
        case true?: break
        }
      }
      guard let open else { return false }
      if count == 1 { return try assume(open, false, &here) }
      here.open.append(item)
      return true
    case .choose(let condition, let one, let other):
      if let value = try evaluate(condition, here) {
        return try assume(value ? one : other, item.value, &here)
      }
      here.open.append(item)
      return true
    case .atMost(let operand, let bound):
      guard case .sum(let parts, let constant) = try read(operand, here) else {
        here.open.append(item)
        return true
      }
      return item.value
        ? try add(parts, atMost: bound - constant, &here)
        : try add(negated(parts), atMost: constant - bound - 1, &here)
    case .equals(let operand, let value):
      guard case .sum(let parts, let constant) = try read(operand, here) else {
        here.open.append(item)
        return true
      }
      if item.value {
        guard try add(parts, atMost: value - constant, &here) else { return false }
        return try add(negated(parts), atMost: constant - value, &here)
      }
      return try exclude(item, parts, value - constant, &here)
    default: return true
    }
  }

  /// Adds that a sum is not a number, where that is at an end of what it can be, or the case says on
  /// which side of it the sum is.
  private func exclude(
    _ item: Open, _ parts: [LinearSystem.Part], _ value: Int128, _ here: inout Case
  ) throws -> Bool {
    let range = here.system.range(of: parts, ranges)
    if let least = range.lower, least > value { return true }
    if let most = range.upper, most < value { return true }
    if range.lower == value {
      return try add(negated(parts), atMost: -value - 1, &here)
    }
    if range.upper == value { return try add(parts, atMost: value - 1, &here) }
    if case .equals(let operand, let number) = terms.node(item.term) {
      let sides = apart(operand, number)
      for side in sides.joined() where try evaluate(side.term, here) == side.value { return true }
    }
    here.open.append(item)
    return true
  }

  // MARK: - Cases

  /// The cases of a condition that is open, which are all together; nil where none is open.
  func branches(_ here: Case) -> [[Open]]? {
    var clause: (parts: [TermID], open: [TermID])?
    for item in here.open {
      switch terms.node(item.term) {
      case .all(let parts):
        let open = parts.filter { (try? evaluate($0, here)) == nil }
        if clause == nil || open.count < clause?.open.count ?? 0 { clause = (parts, open) }
      case .choose(let condition, _, _): return both(condition)
      case .atMost(let operand, _), .equals(let operand, _):
        switch try? read(operand, here) {
        case .undecided(let condition)?: return both(innermost(condition, here))
        case .sum?:
          guard case .equals(_, let value) = terms.node(item.term), !item.value else { continue }
          return apart(operand, value)
        case nil: continue
        }
      default: continue
      }
    }
    guard let open = clause?.open else { return nil }
    return open.indices.map { index in
      open[..<index].map { Open(term: $0, value: true) } + [Open(term: open[index], value: false)]
    }
  }

  private func both(_ condition: TermID) -> [[Open]] {
    [[Open(term: condition, value: true)], [Open(term: condition, value: false)]]
  }

  /// A part of a condition that is open itself: a comparison, where there is one.
  private func innermost(_ condition: TermID, _ here: Case) -> TermID {
    switch terms.node(condition) {
    case .not(let inner): innermost(inner, here)
    case .all(let parts):
      parts.first { (try? evaluate($0, here)) == nil }.map { innermost($0, here) }
        ?? condition
    default: condition
    }
  }

  /// A sum is below a number, or above it.
  private func apart(_ operand: TermID, _ value: Int128) -> [[Open]] {
    let below = terms.atMost(operand, value - 1)
    let above = terms.atMost(operand, value)
    return [[Open(term: below, value: true)], [Open(term: above, value: false)]]
  }
}
