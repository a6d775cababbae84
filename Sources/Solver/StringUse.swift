internal import CEL

/// Which strings are only compared, so that numbers can stand for them.
///
/// The theory of strings takes 70 to 90 times as long for what is only compared. Strings that are
/// compared with each other need one encoding, so uses spread over equalities and choices.
/// Constants have no encoding of their own: they take that of what they are compared with.
final class StringUse {
  private var parents: [TermID: TermID] = [:]
  private var sequences: Set<TermID> = []
  /// Those that were translated as numbers.
  private var numbers: Set<TermID> = []
  private var scanned = 0
  private var isStale = false

  /// Looks at the terms that are new in the table; says whether a string that a formula has as a
  /// number must be a sequence from now on.
  func scan(_ terms: TermTable) -> Bool {
    isStale = false
    while scanned < terms.count {
      let term = TermID(index: UInt32(scanned))
      scanned += 1
      switch terms.node(term) {
      case .stringEquals(let left, let right): join(left, right, terms)
      case .choose(_, let left, let right) where terms.sort(term) == .string:
        join(term, left, terms)
        join(term, right, terms)
      case .stringTest(_, let left, let right): mark([left, right])
      case .matches(let text, _), .length(let text): mark([text])
      case .position(let text, let part, _): mark([text, part])
      case .part(let text, _, _): mark([text, term])
      case .concatenation(let parts): mark(parts + [term])
      default: break
      }
    }
    if isStale { numbers = [] }
    return isStale
  }

  /// Whether a string must be a sequence of characters; the answer is for a formula.
  func isSequence(_ term: TermID) -> Bool {
    let root = root(term)
    if sequences.contains(root) { return true }
    numbers.insert(root)
    return false
  }

  private func root(_ term: TermID) -> TermID {
    var top = term
    while let parent = parents[top] { top = parent }
    var here = term
    while let parent = parents[here], parent != top {
      parents[here] = top
      here = parent
    }
    return top
  }

  private func mark(_ terms: [TermID]) {
    for term in terms {
      let root = root(term)
      if sequences.insert(root).inserted, numbers.contains(root) { isStale = true }
    }
  }

  private func join(_ left: TermID, _ right: TermID, _ terms: TermTable) {
    if terms.constant(left) != nil || terms.constant(right) != nil { return }
    let (one, two) = (root(left), root(right))
    if one == two { return }
    parents[one] = two
    if numbers.contains(one) { numbers.insert(two) }
    guard sequences.contains(one) || sequences.contains(two) else { return }
    if numbers.contains(two) { isStale = true }
    sequences.insert(two)
  }
}
