internal import CEL
internal import Model

/// The values of the symbols, class by class.
///
/// The values of a class run alike: every decision of the whole verification, taken under one of
/// them, is the same under the others (``SymbolicRun``). So one verification speaks for the class,
/// and when the classes cover all values, all are verified.
struct ValueClasses {
  /// One class: the conditions that its values fulfil.
  struct Class {
    let condition: TermID
    let valuation: Valuation
  }

  /// How many classes are tried at most.
  static let limit = 10_000

  let inputs: UnknownInputs
  private(set) var closed: [Class] = []
  private var finder: UncoveredValues

  init(_ inputs: UnknownInputs) {
    self.inputs = inputs
    finder = UncoveredValues(inputs.terms, domain: inputs.domain)
  }

  /// What the search for the next class found.
  enum Next {
    /// The smallest values that no class has so far.
    case values(Valuation)
    case none
    /// Nobody knows whether there are more, and why.
    case unknown(String)
  }

  /// The next class's first values.
  mutating func next() throws -> Next {
    if closed.count >= Self.limit {
      return .unknown("more than \(Self.limit) classes of values run differently")
    }
    return try finder.next(outside: closed.map(\.condition))
  }

  /// Adds the class of a run that is over.
  @discardableResult
  mutating func close(_ run: SymbolicRun) -> Class {
    let added = Class(condition: inputs.terms.all(run.decisions), valuation: run.values)
    closed.append(added)
    return added
  }
}
