/// A function of scalars that formulas do not look into.
///
/// A solver knows of it that equal arguments have equal results (an uninterpreted function); its values
/// are computed by the function itself. It has a result for all arguments, so that no formula has to say
/// when it fails.
package struct TermFunction: Sendable {
  /// The name in CEL.
  package let name: String
  /// Whether its first argument stands before its name.
  package let isMember: Bool
  package let result: TermSort
  /// What it takes, as part of what tells two functions apart.
  package let parameters: [TermSort]
  private let implementation: Implementation

  private struct Signature: Hashable {
    let name: String
    let parameters: [TermSort]
  }

  /// The functions that have a result for all arguments, and its sort.
  private static let total: [Signature: (result: TermSort, isMember: Bool)] = [
    Signature(name: "lowerAscii", parameters: [.string]): (.string, true),
    Signature(name: "upperAscii", parameters: [.string]): (.string, true),
    Signature(name: "trim", parameters: [.string]): (.string, true),
    Signature(name: "reverse", parameters: [.string]): (.string, true),
    Signature(name: "strings.quote", parameters: [.string]): (.string, false),
    Signature(name: "lastIndexOf", parameters: [.string, .string]): (.int, true),
    Signature(name: "string", parameters: [.int]): (.string, false),
    Signature(name: "string", parameters: [.uint]): (.string, false),
    Signature(name: "isIP", parameters: [.string]): (.bool, false),
    Signature(name: "isCIDR", parameters: [.string]): (.bool, false),
    Signature(name: "isURL", parameters: [.string]): (.bool, false),
    Signature(name: "isQuantity", parameters: [.string]): (.bool, false),
    Signature(name: "isSemver", parameters: [.string]): (.bool, false),
  ]

  /// The function of a call; nil for one that may fail.
  init?(
    _ name: String, _ parameters: [TermSort], _ implementation: @escaping Implementation
  ) {
    guard let found = Self.total[Signature(name: name, parameters: parameters)] else { return nil }
    self.name = name
    self.parameters = parameters
    self.implementation = implementation
    (result, isMember) = found
  }

  /// What tells it from others.
  package var key: String { name + parameters.map { "/\($0)" }.joined() }

  /// The result for known arguments.
  package func value(_ arguments: [TermConstant]) -> TermConstant {
    let values = zip(arguments, parameters).compactMap { Value($0, $1) }
    if values.count == parameters.count, let value = try? implementation(values),
      let (constant, sort) = value.termConstant, sort == result
    {
      return constant
    }
    return switch result {
    case .bool: .bool(false)
    case .string: .string("")
    case .double: .double(0)
    default: .integer(0)
    }
  }
}

extension TermTable {
  /// A call of a function; folded where the arguments are known.
  package func apply(_ function: TermFunction, _ arguments: [TermID]) -> TermID {
    let known = arguments.compactMap { constant($0) }
    if known.count == arguments.count { return constant(function.value(known), function.result) }
    return intern(.application(number(of: function), arguments), function.result)
  }

  /// The calls of such functions inside a term, innermost first.
  package func applications(in term: TermID) -> [TermID] {
    var found: Set<TermID> = []
    var seen: Set<TermID> = []
    var stack = [term]
    while let next = stack.popLast() {
      guard seen.insert(next).inserted else { continue }
      if case .application = node(next) { found.insert(next) }
      stack += operands(next)
    }
    // What a term is made of is older than the term.
    return found.sorted()
  }

  /// The texts that a term mentions, in the order of their terms.
  package func texts(in term: TermID) -> [String] {
    var found: Set<TermID> = []
    var seen: Set<TermID> = []
    var stack = [term]
    while let next = stack.popLast() {
      guard seen.insert(next).inserted else { continue }
      if constant(next)?.string != nil { found.insert(next) }
      stack += operands(next)
    }
    return found.sorted().compactMap { constant($0)?.string }
  }
}
