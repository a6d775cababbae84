/// Conditions and choices in normal form.
extension TermTable {
  /// The negation.
  package func not(_ term: TermID) -> TermID {
    switch node(term) {
    case .constant(let value): bool(!value.isTrue)
    case .not(let inner): inner
    default: intern(.not(term), .bool)
    }
  }

  /// The conjunction.
  package func and(_ left: TermID, _ right: TermID) -> TermID { all([left, right]) }

  /// The disjunction.
  package func or(_ left: TermID, _ right: TermID) -> TermID { any([left, right]) }

  /// The disjunction; kept as the negation of a conjunction, so that there is one connective.
  package func any(_ terms: [TermID]) -> TermID { not(all(terms.map(not))) }

  /// Whether one condition follows from another.
  package func implies(_ left: TermID, _ right: TermID) -> TermID { or(not(left), right) }

  /// Whether two conditions are equal.
  package func equivalent(_ left: TermID, _ right: TermID) -> TermID {
    // Negations outside and operands sorted: one form, whichever way it is written.
    var (one, two) = (left, right)
    var isNegated = false
    if case .not(let inner) = node(one) { (one, isNegated) = (inner, !isNegated) }
    if case .not(let inner) = node(two) { (two, isNegated) = (inner, !isNegated) }
    if one == two { return bool(!isNegated) }
    let (first, second) = (min(one, two), max(one, two))
    let result = choose(first, second, not(second))
    return isNegated ? not(result) : result
  }

  /// The conjunction: flat, sorted, without what the others decide.
  package func all(_ terms: [TermID]) -> TermID {
    var members: Set<TermID> = []
    var stack = Array(terms.reversed())
    while let term = stack.popLast() {
      if term == .always { continue }
      if term == .never { return .never }
      if case .all(let parts) = node(term) {
        stack.append(contentsOf: parts.reversed())
      } else {
        members.insert(term)
      }
    }
    if areIndependent(members) {
      return members.count > 1
        ? intern(.all(members.sorted()), .bool) : members.first ?? .always
    }
    while true {
      guard let tight = tightened(members) else { return .never }
      guard let reduced = propagated(tight) else { return .never }
      if reduced == members { break }
      members = reduced
    }
    switch members.count {
    case 0: return .always
    case 1: return members.first ?? .always
    default: return intern(.all(members.sorted()), .bool)
    }
  }

  /// Whether no member can say anything of another: the usual case, and a quick look.
  private func areIndependent(_ members: Set<TermID>) -> Bool {
    var subjects: Set<TermID> = []
    for term in members {
      var atom = term
      if case .not(let inner) = node(term) {
        atom = inner
        if members.contains(inner) { return false }
        if case .all = node(inner) { return false }
      }
      switch node(atom) {
      case .atMost(let subject, _), .equals(let subject, _):
        if !subjects.insert(subject).inserted { return false }
      default: break
      }
    }
    return true
  }

  /// Unit propagation: a disjunction that holds already goes, a part of one that cannot hold goes;
  /// nil if the members contradict each other.
  private func propagated(_ members: Set<TermID>) -> Set<TermID>? {
    var result = members
    for term in members {
      guard case .not(let inner) = node(term) else { continue }
      if members.contains(inner) { return nil }
      guard case .all(let parts) = node(inner) else { continue }
      if parts.contains(where: { members.contains(not($0)) }) {
        result.remove(term)
        continue
      }
      let open = parts.filter { !members.contains($0) }
      guard open.count < parts.count else { continue }
      if open.isEmpty { return nil }
      result.remove(term)
      let rest = not(all(open))
      if rest == .never { return nil }
      if case .all(let parts) = node(rest) {
        result.formUnion(parts)
      } else if rest != .always {
        result.insert(rest)
      }
    }
    return result
  }

  /// The bounds of each integer in one pair; nil if they exclude each other.
  private func tightened(_ members: Set<TermID>) -> Set<TermID>? {
    var bounds: [TermID: Interval] = [:]
    var bounded: [TermID: [TermID]] = [:]
    for term in members {
      guard let (subject, range) = bound(term) else { continue }
      bounds[subject] = (bounds[subject] ?? interval(subject)).intersection(range)
      bounded[subject, default: []].append(term)
    }
    var result = members
    for (subject, range) in bounds {
      guard range.lower <= range.upper else { return nil }
      guard let terms = bounded[subject], terms.count > 1 else { continue }
      result.subtract(terms)
      if range.lower == range.upper {
        result.insert(equals(subject, range.lower))
      } else {
        let natural = interval(subject)
        if range.upper < natural.upper { result.insert(atMost(subject, range.upper)) }
        if range.lower > natural.lower { result.insert(not(atMost(subject, range.lower - 1))) }
      }
    }
    result.remove(.always)
    return result.contains(.never) ? nil : result
  }

  /// The integer a literal bounds, and how; nil for other conditions.
  package func bound(_ literal: TermID) -> (subject: TermID, range: Interval)? {
    switch node(literal) {
    case .atMost(let subject, let most): return (subject, Interval(-Interval.limit, most))
    case .equals(let subject, let value): return (subject, Interval(value, value))
    case .not(let inner):
      guard case .atMost(let subject, let most) = node(inner) else { return nil }
      return (subject, Interval(most + 1, Interval.limit))
    default: return nil
    }
  }

  /// One of two terms of a sort.
  package func choose(_ condition: TermID, _ left: TermID, _ right: TermID) -> TermID {
    precondition(sort(left) == sort(right), "both branches have one sort")
    if condition == .always || left == right { return left }
    if condition == .never { return right }
    if case .not(let inner) = node(condition) { return choose(inner, right, left) }
    var (left, right) = (left, right)
    if case .choose(condition, let first, _) = node(left) { left = first }
    if case .choose(condition, _, let second) = node(right) { right = second }
    if left == right { return left }
    guard sort(left) == .bool else {
      return intern(.choose(condition, left, right), sort(left))
    }
    if left == condition { left = .always }
    if right == condition { right = .never }
    if left == not(condition) { left = .never }
    if right == not(condition) { right = .always }
    if left == .always { return or(condition, right) }
    if left == .never { return and(not(condition), right) }
    if right == .always { return or(not(condition), left) }
    if right == .never { return and(condition, left) }
    if case .not(let inner) = node(left) {
      // One polarity, so that a choice and its negation share a node.
      return not(choose(condition, inner, not(right)))
    }
    return intern(.choose(condition, left, right), .bool)
  }
}
