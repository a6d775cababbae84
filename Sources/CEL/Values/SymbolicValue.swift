/// A value that is not fully known: what it is depends on symbols.
///
/// The evaluator makes and reads these where it runs with a ``SymbolicContext``; the table of that
/// context holds the terms.
package enum SymbolicValue: Sendable {
  /// A value of a sort.
  case term(TermID, TermSort)
  /// A list of which each element is there iff its guard holds, in this order.
  case list([GuardedElement])
  /// A map of which each entry is there iff its guard holds; keys are known and unique.
  case map([GuardedEntry])
  /// One of several values: exactly one guard holds. No value is itself a choice.
  case choice([GuardedElement])
}

/// A value under a condition.
package struct GuardedElement: Sendable {
  package let guardTerm: TermID
  package let value: Value

  package init(_ guardTerm: TermID, _ value: Value) {
    self.guardTerm = guardTerm
    self.value = value
  }
}

/// An entry of a map under a condition.
package struct GuardedEntry: Sendable {
  package let guardTerm: TermID
  package let key: Value
  package let value: Value

  package init(_ guardTerm: TermID, _ key: Value, _ value: Value) {
    self.guardTerm = guardTerm
    self.key = key
    self.value = value
  }
}

extension SymbolicValue {
  /// The type, dyn for a choice.
  package var type: CELType {
    switch self {
    case .term(_, let sort): sort.type
    case .list: .list(.dyn)
    case .map: .map(.dyn, .dyn)
    case .choice: .dyn
    }
  }

  /// As for values: whether a parameter takes this.
  func matches(_ parameter: CELType) -> Bool {
    switch (self, parameter) {
    case (.term(_, let sort), .opaque(let name, _)): sort.type.runtimeName == name
    case (.term(_, let sort), _): sort.type == parameter
    case (.list(let items), .list(let element)): items.first?.value.matches(element) ?? true
    case (.map, .map): true
    // Whoever takes it apart looks at each case.
    case (.choice, _): true
    default: false
    }
  }

  /// Whether both are written the same way.
  func isSame(as other: SymbolicValue) -> Bool {
    switch (self, other) {
    case (.term(let one, let sort), .term(let two, let otherSort)): one == two && sort == otherSort
    case (.list(let one), .list(let two)), (.choice(let one), .choice(let two)):
      one.count == two.count
        && zip(one, two).allSatisfy {
          $0.guardTerm == $1.guardTerm && $0.value.isSame(as: $1.value)
        }
    case (.map(let one), .map(let two)):
      one.count == two.count
        && zip(one, two).allSatisfy {
          $0.guardTerm == $1.guardTerm && $0.key.isSame(as: $1.key)
            && $0.value.isSame(as: $1.value)
        }
    default: false
    }
  }
}

extension SymbolicValue: CustomStringConvertible {
  /// The shape, for messages; terms are numbers, since only their table knows them.
  package var description: String {
    switch self {
    case .term(let term, let sort): "<\(sort) term \(term.index)>"
    case .list(let items): "<list of at most \(items.count)>"
    case .map(let entries): "<map of at most \(entries.count)>"
    case .choice(let cases): "<one of \(cases.count)>"
    }
  }
}

extension Value {
  /// Whether the value itself, or what an optional holds, is not known.
  var hasUnknownShape: Bool {
    switch self {
    case .symbolic: true
    case .optional(.some(let content)): content.hasUnknownShape
    default: false
    }
  }

  /// Whether some part is not known; JSON holds known parts only.
  package var isSymbolic: Bool {
    switch self {
    case .symbolic: true
    case .list(let items): items.contains(where: \.isSymbolic)
    case .map(let map): map.json == nil && map.entries.contains { $0.value.isSymbolic }
    case .optional(.some(let content)): content.isSymbolic
    default: false
    }
  }
}
