internal import Transitions

/// What the evaluation of properties came to at least once, so that one that never says anything is
/// told.
///
/// A property whose `when` is never true holds whatever the controllers do. Every state at which a
/// property is judged has its predicates evaluated, and a reduced search keeps what they read, so
/// what never occurs in it never occurs.
struct Occurrences {
  /// A bit for each ``PredicateValue`` that was seen, by predicate.
  private var values: [UInt8]
  /// The step rules that some step came under.
  private var rules: Set<Int> = []

  init(predicates: Int) { values = Array(repeating: 0, count: predicates) }

  mutating func note(_ value: PredicateValue, of predicate: Int) {
    values[predicate] |= 1 << value.rawValue
  }

  mutating func noteRule(_ property: Int) { rules.insert(property) }

  fileprivate func applies(_ predicate: Int) -> Bool {
    values[predicate] & ~(1 << PredicateValue.isInapplicable.rawValue) != 0
  }

  fileprivate func isMet(_ predicate: Int) -> Bool {
    values[predicate] & (1 << PredicateValue.isTrue.rawValue) != 0
  }

  fileprivate func hasRule(_ property: Int) -> Bool { rules.contains(property) }
}

extension Composition {
  /// Why a property that holds says nothing.
  package enum Vacuity: Hashable, Sendable {
    /// Its `when` was true nowhere.
    case neverApplies
    /// The `from` of its `leadsTo` was true nowhere.
    case neverBegins
  }

  /// Whether a property of this component, by its place there, was never put to the test.
  package func vacuity(of property: Int) -> Vacuity? {
    switch properties[property] {
    case .always(let predicate), .sometimes(let predicate), .settled(let predicate),
      .eventually(let predicate):
      return occurrences.applies(predicate) ? nil : .neverApplies
    case .leadsTo(let from, _):
      if !occurrences.applies(from) { return .neverApplies }
      return occurrences.isMet(from) ? nil : .neverBegins
    case .stepRule: return occurrences.hasRule(property) ? nil : .neverApplies
    case .converges, .confluent: return nil
    }
  }
}
