/// What the type parameters met so far stand for.
///
/// Follows cel-go's checker (checker/types.go: internalIsAssignable, isValidTypeSubstitution,
/// mostGeneral): assignability with the most general common type kept for each parameter.
struct Substitution {
  private var bindings: [String: CELType] = [:]
  private var freshCount = 0

  /// A type parameter that nothing else mentions.
  mutating func fresh() -> CELType {
    freshCount += 1
    return .parameter("_\(freshCount)")
  }

  /// The type with everything known put in; what is still open becomes dyn at the end.
  func resolve(_ type: CELType, finally: Bool = false) -> CELType {
    if case .parameter(let name) = type {
      if let bound = bindings[name] { return resolve(bound, finally: finally) }
      return finally ? .dyn : type
    }
    return type.mapParameters { resolve($0, finally: finally) }
  }

  /// The type of a declaration with its type parameters replaced by fresh ones.
  mutating func instantiate(_ signature: Signature) -> (parameters: [CELType], result: CELType) {
    guard !signature.typeParameters.isEmpty else {
      return (signature.parameters, signature.result)
    }
    var fresh: [String: CELType] = [:]
    for name in signature.typeParameters { fresh[name] = self.fresh() }
    return (
      signature.parameters.map { replace($0, fresh) }, replace(signature.result, fresh)
    )
  }

  private func replace(_ type: CELType, _ names: [String: CELType]) -> CELType {
    if case .parameter(let name) = type { return names[name] ?? type }
    return type.mapParameters { replace($0, names) }
  }

  /// Whether types may stand where others are expected, each for each; then what that says about
  /// type parameters is kept, else nothing is.
  mutating func assign(_ types: [CELType], to expected: [CELType]) -> Bool {
    guard types.count == expected.count else { return false }
    var trial = self
    for (type, other) in zip(types, expected) where !trial.isAssignable(type, other) {
      return false
    }
    self = trial
    return true
  }

  /// The type both agree with, if they do.
  mutating func join(_ first: CELType, _ second: CELType) -> CELType? {
    assign([first], to: [second]) ? mostGeneral(first, second) : nil
  }

  // MARK: - Assignability

  private mutating func isAssignable(_ first: CELType, _ second: CELType) -> Bool {
    // Parameters are not replaced by what they stand for here: a later, more general argument may
    // still widen that.
    if case .parameter(let name) = second {
      let (isValid, isKnown) = bind(name, to: first)
      if isKnown || isValid { return isValid }
    }
    if case .parameter(let name) = first { return bind(name, to: second).isValid }
    if first == .dyn || second == .dyn { return true }
    if first == .null { return second.isNullable }
    if second == .null { return first.isNullable }
    switch (first, second) {
    case (.wrapper(let inner), .wrapper(let other)): return isAssignable(inner, other)
    case (.wrapper(let inner), _): return isAssignable(inner, second)
    case (_, .wrapper(let inner)): return isAssignable(first, inner)
    case (.type, .type): return true
    case (.list, .list), (.map, .map), (.optional, .optional): break
    case (.opaque(let name, _), .opaque(let other, _)): guard name == other else { return false }
    default: return first == second
    }
    let inner = first.parameters
    let other = second.parameters
    guard inner.count == other.count else { return false }
    for (one, two) in zip(inner, other) where !isAssignable(one, two) { return false }
    return true
  }

  /// Makes a parameter stand for a type, or for the most general of what it stood for and that.
  private mutating func bind(_ name: String, to type: CELType) -> (isValid: Bool, isKnown: Bool) {
    if type == .parameter(name) { return (true, true) }
    if let bound = bindings[name] {
      if type == bound { return (true, true) }
      guard isAssignable(type, bound) else { return (false, true) }
      let general = mostGeneral(type, bound)
      if !mentions(general, name) { bindings[name] = general }
      return (true, true)
    }
    guard !mentions(type, name) else { return (false, false) }
    bindings[name] = type
    return (true, false)
  }

  private func mentions(_ type: CELType, _ name: String) -> Bool {
    if case .parameter(let other) = type {
      if other == name { return true }
      return bindings[other].map { mentions($0, name) } ?? false
    }
    return type.parameters.contains { mentions($0, name) }
  }

  private func mostGeneral(_ first: CELType, _ second: CELType) -> CELType {
    if isEqualOrMoreGeneral(first, second) { return first }
    if isEqualOrMoreGeneral(second, first) { return second }
    return first
  }

  private func isEqualOrMoreGeneral(_ first: CELType, _ second: CELType) -> Bool {
    switch (first, second) {
    case (.dyn, _), (.parameter, _): return true
    case (_, .dyn), (_, .parameter): return false
    case (.type, .type): return true
    case (.list, .list), (.map, .map), (.optional, .optional), (.wrapper, .wrapper),
      (.opaque, .opaque):
      let inner = first.parameters
      let other = second.parameters
      return first.runtimeName == second.runtimeName && inner.count == other.count
        && zip(inner, other).allSatisfy { isEqualOrMoreGeneral($0, $1) }
    case (.wrapper(let inner), _): return inner == second
    default: return first == second
    }
  }
}

extension CELType {
  /// Whether null may stand for the type: wrappers, and what protocol buffers let be null.
  fileprivate var isNullable: Bool {
    switch self {
    case .null, .wrapper, .opaque, .optional, .duration, .timestamp: true
    default: false
    }
  }
}
