extension Value {
  /// CEL's `==`: total, heterogeneous, numbers by value, NaN unequal to itself.
  package func isEqual(to other: Value) -> Bool {
    var budget = Int.max
    // Nothing else than the budget makes the comparison fail.
    return (try? isEqual(to: other, budget: &budget)) ?? false
  }

  /// The same, taking each comparison off a budget: parts can be shared, and then a small value
  /// takes exponential time to compare.
  func isEqual(to other: Value, budget: inout Int) throws(EvaluationError) -> Bool {
    budget -= 1
    guard budget >= 0 else { throw EvaluationError(.limit, "the comparison takes too long") }
    switch (self, other) {
    case (.null, .null): return true
    case (.bool(let left), .bool(let right)): return left == right
    case (.int(let left), .int(let right)): return left == right
    case (.uint(let left), .uint(let right)): return left == right
    case (.string(let left), .string(let right)): return left.isExactly(right)
    case (.bytes(let left), .bytes(let right)): return left == right
    case (.duration(let left), .duration(let right)): return left == right
    case (.timestamp(let left), .timestamp(let right)): return left == right
    case (.type(let left), .type(let right)): return left.runtimeName == right.runtimeName
    case (.list(let left), .list(let right)):
      guard left.count == right.count else { return false }
      for (first, second) in zip(left, right)
      where !(try first.isEqual(to: second, budget: &budget)) {
        return false
      }
      return true
    case (.map(let left), .map(let right)): return try left.isEqual(to: right, budget: &budget)
    case (.optional(.none), .optional(.none)): return true
    case (.optional(.some(let left)), .optional(.some(let right))):
      return try left.isEqual(to: right, budget: &budget)
    case (.opaque(let left), .opaque(let right)):
      return left.type.runtimeName == right.type.runtimeName && left.isEqual(to: right)
    case (.symbolic, _), (_, .symbolic):
      preconditionFailure("a symbolic value is compared by the evaluator, as a term")
    default: return numericOrder(self, other) == .equal
    }
  }

  /// Whether every part is the same in kind too, and NaN is NaN: what tests and caches mean by
  /// equal.
  package func isSame(as other: Value) -> Bool {
    switch (self, other) {
    case (.double(let left), .double(let right)):
      left == right ? left.sign == right.sign : left.isNaN && right.isNaN
    case (.list(let left), .list(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
    case (.map(let left), .map(let right)):
      left.count == right.count
        && left.entries.allSatisfy { key, value in
          guard right.keys.contains(where: { $0.isSame(as: key) }), let partner = right[key] else {
            return false
          }
          return value.isSame(as: partner)
        }
    case (.optional(.some(let left)), .optional(.some(let right))): left.isSame(as: right)
    case (.symbolic(let left), .symbolic(let right)): left.isSame(as: right)
    case (.symbolic, _), (_, .symbolic): false
    default: type.runtimeName == other.type.runtimeName && isEqual(to: other)
    }
  }
}

extension MapValue {
  /// Whether the maps have equal keys with equal values, in any order.
  func isEqual(to other: MapValue, budget: inout Int) throws(EvaluationError) -> Bool {
    guard count == other.count else { return false }
    for (key, value) in entries {
      guard let partner = other[key], try value.isEqual(to: partner, budget: &budget) else {
        return false
      }
    }
    return true
  }
}

/// How two numbers of any kinds relate.
package enum NumericOrder: Sendable {
  case less
  case equal
  case greater
  /// One is NaN.
  case unordered
}

/// Compares two numbers by value; nil where one is no number.
package func numericOrder(_ left: Value, _ right: Value) -> NumericOrder? {
  switch (left, right) {
  case (.int(let a), .int(let b)): order(a, b)
  case (.uint(let a), .uint(let b)): order(a, b)
  case (.int(let a), .uint(let b)): a < 0 ? .less : order(UInt64(a), b)
  case (.uint(let a), .int(let b)): b < 0 ? .greater : order(a, UInt64(b))
  case (.double(let a), .double(let b)):
    a < b ? .less : a > b ? .greater : a == b ? .equal : .unordered
  case (.double(let a), .int(let b)): order(a, b)
  case (.double(let a), .uint(let b)): order(a, b)
  case (.int(let a), .double(let b)): reversed(order(b, a))
  case (.uint(let a), .double(let b)): reversed(order(b, a))
  default: nil
  }
}

private func order<Number: Comparable>(_ left: Number, _ right: Number) -> NumericOrder {
  left < right ? .less : left > right ? .greater : .equal
}

private func reversed(_ order: NumericOrder) -> NumericOrder {
  switch order {
  case .less: .greater
  case .greater: .less
  default: order
  }
}

/// Follows cel-go and the conformance suite: the integer is rounded to a double, so that past 2^53
/// neighbours can be equal.
private func order(_ left: Double, _ right: some FixedWidthInteger) -> NumericOrder {
  if left.isNaN { return .unordered }
  return order(left, Double(right))
}
