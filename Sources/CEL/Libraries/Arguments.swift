/// The arguments of a call, read as the kinds the overload declares.
///
/// The evaluator has chosen the overload by these kinds already; only elements of lists may still
/// surprise, so every reader throws instead of trapping.
extension [Value] {
  func string(_ index: Int) throws(EvaluationError) -> String {
    guard case .string(let text) = self[index] else { throw unexpected(index, "string") }
    return text
  }

  func int(_ index: Int) throws(EvaluationError) -> Int64 {
    guard case .int(let number) = self[index] else { throw unexpected(index, "int") }
    return number
  }

  func bytes(_ index: Int) throws(EvaluationError) -> [UInt8] {
    guard case .bytes(let bytes) = self[index] else { throw unexpected(index, "bytes") }
    return bytes
  }

  func list(_ index: Int) throws(EvaluationError) -> [Value] {
    guard case .list(let items) = self[index] else { throw unexpected(index, "list") }
    return items
  }

  func map(_ index: Int) throws(EvaluationError) -> MapValue {
    guard case .map(let map) = self[index] else { throw unexpected(index, "map") }
    return map
  }

  func opaque<Kind: OpaqueValue>(
    _ index: Int, as kind: Kind.Type
  ) throws(EvaluationError) -> Kind {
    guard case .opaque(let value) = self[index], let found = value as? Kind else {
      throw unexpected(index, "\(kind)")
    }
    return found
  }

  private func unexpected(_ index: Int, _ kind: String) -> EvaluationError {
    EvaluationError(
      .noMatchingOverload, "expected a \(kind), found \(self[index].type.runtimeName)")
  }
}

/// Refuses results too large to be meant.
func limited(_ count: Int, _ function: String) throws(EvaluationError) {
  guard count <= Operators.sizeLimit else {
    throw EvaluationError(.limit, "the result of \(function) is too large")
  }
}

/// How many parts of values one call may look at.
///
/// Values share their parts, so a short expression can build one that is small in memory and never
/// ends when it is walked as a tree.
let callBudget = 1 << 20

extension Value {
  /// Refuses a value too large to be written out.
  func limited(_ function: String) throws(EvaluationError) {
    var budget = callBudget
    do throws(EvaluationError) {
      try measure(budget: &budget)
    } catch {
      throw EvaluationError(.limit, "the argument of \(function) is too large")
    }
  }
}

extension [Value] {
  /// The index of the first element equal to a value.
  func firstIndex(
    equalTo item: Value, budget: inout Int
  ) throws(EvaluationError) -> Int? {
    for (index, other) in enumerated()
    where try other.isEqual(to: item, budget: &budget) {
      return index
    }
    return nil
  }
}

extension String {
  /// The string of some scalars.
  init(scalars: some Sequence<Unicode.Scalar>) {
    self.init()
    unicodeScalars.append(contentsOf: scalars)
  }
}
