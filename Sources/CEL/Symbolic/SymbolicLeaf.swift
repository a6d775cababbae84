/// A scalar inside an object that is not known: a term, or what is computed from one.
///
/// Who only passes it on leaves it as it is; who looks at it pins it (``pinned``) or asks what it
/// needs to know (``SymbolicRun/decide(_:)``, ``SymbolicRun/tabulate(_:limit:_:)``).
package final class SymbolicLeaf: Sendable {
  /// The kind of JSON value that a leaf is, under every valuation.
  package enum Kind: Hashable, Sendable {
    case bool
    case int
    case string

    /// What Go's JSON decoder calls it.
    package var goName: String {
      switch self {
      case .bool: "bool"
      case .int: "number"
      case .string: "string"
      }
    }

    /// What an OpenAPI schema calls it.
    package var schemaName: String {
      switch self {
      case .bool: "boolean"
      case .int: "integer"
      case .string: "string"
      }
    }
  }

  struct Identity: Hashable {
    let term: TermID
    let view: String
    var isName = false
    var isOmittedAtZero = false
  }

  /// How a leaf is computed from the value of its term.
  struct View: Sendable {
    /// What tells this computation from all others.
    let name: String
    /// Whether different values give different results.
    let isInjective: Bool
    let compute: @Sendable (Int64) -> JSONValue
  }

  /// The run it belongs to.
  package let run: SymbolicRun
  /// The term that it is, or is computed from.
  package let term: TermID
  package let kind: Kind
  /// How it is computed from the value of the term; nil where it is the term.
  private let view: View?
  /// Whether it is the name of an object: whoever looks at the text compares it with other names
  /// (``SymbolicRun/decideNames()``).
  private let isName: Bool
  /// Whether it is not there where it is 0, as Go leaves such a number out; only in abstract runs
  /// (``SymbolicRun/isAbstract``), in others that is decided.
  let isOmittedAtZero: Bool
  /// Its value, not recorded: for hashing, and for what is shown of this one valuation.
  package let current: JSONValue

  fileprivate init(
    _ run: SymbolicRun, _ term: TermID, _ kind: Kind,
    _ view: View?, isName: Bool = false, isOmittedAtZero: Bool = false
  ) {
    self.isName = isName
    self.isOmittedAtZero = isOmittedAtZero
    self.run = run
    self.term = term
    self.kind = kind
    self.view = view
    let constant = run.value(of: term)
    if let view, let integer = constant.integer {
      current = view.compute(Int64(truncatingIfNeeded: integer))
    } else {
      current = JSONValue(constant)
    }
  }

  /// The term itself; nil for a leaf that is computed from one.
  package var itself: TermID? { view == nil ? term : nil }

  /// What tells its computation from all others; nil where it is the term.
  package var viewName: String? { view?.name }

  /// The same of another term, in another run.
  package func moved(to term: TermID, in run: SymbolicRun) -> JSONValue {
    guard let view else {
      return isOmittedAtZero
        ? JSONValue(omittedAtZero: term, in: run) : JSONValue(term, in: run)
    }
    return JSONValue(term, in: run, as: kind, view)
  }

  /// Its value, which is recorded.
  package var pinned: JSONValue {
    if isName { return .string(run.text(ofName: term)) }
    guard let view else { return JSONValue(run.pin(term)) }
    return run.tabulate(term, view.compute)
  }

  /// The term as a value of an expression; what is computed from one is pinned.
  package var lifted: Value { run.lifted(.symbolic(self)) }

  /// Whether it has a value; recorded.
  package func equals(_ value: JSONValue) -> Bool {
    if let condition = condition(of: value) { return run.decide(condition) }
    if case .symbolic(let other) = value {
      if isName, other.isName { return run.text(ofName: term) == run.text(ofName: other.term) }
      guard view?.name == other.view?.name else { return pinned == other.pinned }
      return run.decide(run.terms.areSame(term, other.term)) || pinned == other.pinned
    }
    if isName, case .string(let text) = value {
      run.noteKnownName(text)
      return run.text(ofName: term).isExactly(text)
    }
    guard let view else { return false }
    return run.tabulate(term) { view.compute($0) == value }
  }

  /// The condition under which it has a value; nil where it must be looked at for that.
  private func condition(of value: JSONValue) -> TermID? {
    let terms = run.terms
    if case .symbolic(let other) = value {
      if other === self { return .always }
      guard !(isName && other.isName) else { return nil }
      guard kind == other.kind else { return .never }
      guard view?.name == other.view?.name, view?.isInjective ?? true else { return nil }
      return terms.areSame(term, other.term)
    }
    if isName, case .string = value { return nil }
    guard let view else {
      return TermConstant(value, kind).map { terms.isEqual(term, to: $0) } ?? .never
    }
    guard view.name == Integer.decimal else { return nil }
    guard case .string(let text) = value, let number = Int64(text), String(number) == text else {
      return .never
    }
    return terms.isEqual(term, to: .integer(Int128(number)))
  }

  /// Whether all of these are equal: one condition, and further ones only for what has none.
  static func areAllEqual(_ pairs: [JSONValue.UnknownPair]) -> Bool {
    guard let run = pairs.first?.leaf.run else { return true }
    if pairs.count == 1 { return pairs[0].leaf.equals(pairs[0].other) }
    var conditions: [TermID] = []
    var others: [JSONValue.UnknownPair] = []
    for pair in pairs {
      guard let condition = pair.leaf.condition(of: pair.other) else {
        others.append(pair)
        continue
      }
      if condition == .never { return false }
      conditions.append(condition)
    }
    return run.decide(run.terms.all(conditions)) && others.allSatisfy { $0.leaf.equals($0.other) }
  }
}

extension JSONValue {
  /// The value of a term of a run; known values stay known.
  package init(_ term: TermID, in run: SymbolicRun) {
    if let constant = run.terms.constant(term) {
      self = JSONValue(constant)
      return
    }
    let kind: SymbolicLeaf.Kind =
      switch run.terms.sort(term) {
      case .bool: .bool
      case .int, .uint: .int
      case .string: .string
      case .double, .duration, .timestamp, .quantity:
        preconditionFailure("no JSON value is a term of this sort")
      }
    self = .symbolic(
      run.leaf(SymbolicLeaf.Identity(term: term, view: "")) {
        SymbolicLeaf(run, term, kind, nil)
      })
  }

  /// An integer that is not there where it is 0.
  init(omittedAtZero term: TermID, in run: SymbolicRun) {
    if let constant = run.terms.constant(term) {
      self = JSONValue(constant)
      return
    }
    self = .symbolic(
      run.leaf(SymbolicLeaf.Identity(term: term, view: "", isOmittedAtZero: true)) {
        SymbolicLeaf(run, term, .int, nil, isOmittedAtZero: true)
      })
  }

  /// A term as the name of an object.
  init(name term: TermID, in run: SymbolicRun) {
    if let text = run.terms.constant(term)?.string {
      self = .string(text)
      return
    }
    self = .symbolic(
      run.leaf(SymbolicLeaf.Identity(term: term, view: "", isName: true)) {
        SymbolicLeaf(run, term, .string, nil, isName: true)
      })
  }

  /// What is computed from an integer term.
  ///
  /// Its results are of one kind.
  init(_ term: TermID, in run: SymbolicRun, as kind: SymbolicLeaf.Kind, _ view: SymbolicLeaf.View) {
    if let integer = run.terms.constant(term)?.integer {
      self = view.compute(Int64(truncatingIfNeeded: integer))
      return
    }
    self = .symbolic(
      run.leaf(SymbolicLeaf.Identity(term: term, view: view.name)) {
        SymbolicLeaf(run, term, kind, view)
      })
  }
}

extension JSONValue {
  /// The value of a constant of a term.
  package init(_ constant: TermConstant) {
    switch constant {
    case .bool(let flag): self = .bool(flag)
    case .integer(let number): self = .int(Int64(truncatingIfNeeded: number))
    case .double(let number): self = .double(number)
    case .string(let text): self = .string(text)
    }
  }
}

extension TermConstant {
  /// The constant of a value of a kind; nil for a value of another kind.
  init?(_ value: JSONValue, _ kind: SymbolicLeaf.Kind) {
    switch (value, kind) {
    case (.bool(let flag), .bool): self = .bool(flag)
    case (.int(let number), .int): self = .integer(Int128(number))
    case (.string(let text), .string): self = .string(text)
    default: return nil
    }
  }
}

extension JSONValue {
  /// Two texts as one, known or not.
  package func appending(_ other: JSONValue) -> JSONValue {
    if case .string(let left) = self, case .string(let right) = other {
      return .string(left + right)
    }
    guard let run = unknownRun ?? other.unknownRun, let left = textTerm(in: run),
      let right = other.textTerm(in: run)
    else { return .string((string ?? "") + (other.string ?? "")) }
    return JSONValue(run.terms.concatenation([left, right]), in: run)
  }

  private func textTerm(in run: SymbolicRun) -> TermID? {
    switch self {
    case .string(let text): run.terms.string(text)
    case .symbolic(let leaf) where leaf.kind == .string: leaf.itself
    default: nil
    }
  }
}
