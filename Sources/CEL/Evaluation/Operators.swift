/// CEL's operators on values, chosen by the kinds of the operands.
enum Operators {
  /// The greatest count of elements or bytes a concatenation may have; keeps a short program from
  /// filling the memory.
  static let sizeLimit = 1 << 24

  static func apply(
    _ operation: UnaryOperator, _ operand: Value
  ) throws(EvaluationError) -> Value {
    switch (operation, operand) {
    case (.not, .bool(let flag)): return .bool(!flag)
    case (.negate, .int(let number)):
      let (value, overflow) = Int64(0).subtractingReportingOverflow(number)
      return .int(try checked(value, overflow))
    case (.negate, .double(let number)): return .double(-number)
    default:
      throw EvaluationError.noMatchingOverload("\(operation.rawValue)_", [operand])
    }
  }

  /// All but `==`, `!=` and `in`, which need a budget.
  static func apply(
    _ operation: BinaryOperator, _ left: Value, _ right: Value
  ) throws(EvaluationError) -> Value {
    let result: Value?
    switch operation {
    case .add: result = try add(left, right)
    case .subtract: result = try subtract(left, right)
    case .multiply: result = try multiply(left, right)
    case .divide: result = try divide(left, right)
    case .remainder: result = try remainder(left, right)
    case .less: result = compare(left, right).map { .bool($0 == .less) }
    case .lessOrEqual: result = compare(left, right).map { .bool($0 == .less || $0 == .equal) }
    case .greater: result = compare(left, right).map { .bool($0 == .greater) }
    case .greaterOrEqual:
      result = compare(left, right).map { .bool($0 == .greater || $0 == .equal) }
    case .equal: result = .bool(left.isEqual(to: right))
    case .notEqual: result = .bool(!left.isEqual(to: right))
    case .isIn: result = contains(right, left).map(Value.bool)
    }
    guard let result else {
      throw EvaluationError.noMatchingOverload("_\(operation.rawValue)_", [left, right])
    }
    return result
  }

  /// Membership in a list or of a key in a map; nil for another kind of container.
  static func contains(_ container: Value, _ element: Value) -> Bool? {
    switch container {
    case .list(let items): items.contains { $0.isEqual(to: element) }
    case .map(let map): map[element] != nil
    default: nil
    }
  }

  /// The order of two values of comparable kinds; nil for others.
  static func compare(_ left: Value, _ right: Value) -> NumericOrder? {
    switch (left, right) {
    case (.string(let a), .string(let b)):
      a.isExactly(b) ? .equal : a.precedes(b) ? .less : .greater
    case (.bool(let a), .bool(let b)): a == b ? .equal : b ? .less : .greater
    case (.bytes(let a), .bytes(let b)):
      a == b ? .equal : a.lexicographicallyPrecedes(b) ? .less : .greater
    case (.timestamp(let a), .timestamp(let b)): a == b ? .equal : a < b ? .less : .greater
    case (.duration(let a), .duration(let b)): a == b ? .equal : a < b ? .less : .greater
    default: numericOrder(left, right)
    }
  }

  private static func checked<Number>(
    _ value: Number, _ overflow: Bool
  ) throws(EvaluationError) -> Number {
    guard !overflow else { throw EvaluationError(.overflow, "integer overflow") }
    return value
  }

  private static func sized(_ count: Int) throws(EvaluationError) {
    guard count <= sizeLimit else {
      throw EvaluationError(.limit, "the result of + is too large")
    }
  }

  private static func add(_ left: Value, _ right: Value) throws(EvaluationError) -> Value? {
    switch (left, right) {
    case (.int(let a), .int(let b)):
      let (value, overflow) = a.addingReportingOverflow(b)
      return .int(try checked(value, overflow))
    case (.uint(let a), .uint(let b)):
      let (value, overflow) = a.addingReportingOverflow(b)
      return .uint(try checked(value, overflow))
    case (.double(let a), .double(let b)): return .double(a + b)
    case (.string(let a), .string(let b)):
      try sized(a.utf8.count + b.utf8.count)
      return .string(a + b)
    case (.bytes(let a), .bytes(let b)):
      try sized(a.count + b.count)
      return .bytes(a + b)
    case (.list(let a), .list(let b)):
      try sized(a.count + b.count)
      return .list(a + b)
    case (.duration(let a), .duration(let b)):
      return .duration(try timed { () throws(CELTimeError) in try a.adding(b) })
    case (.timestamp(let a), .duration(let b)), (.duration(let b), .timestamp(let a)):
      return .timestamp(try timed { () throws(CELTimeError) in try a.adding(b) })
    default: return nil
    }
  }

  private static func subtract(_ left: Value, _ right: Value) throws(EvaluationError) -> Value? {
    switch (left, right) {
    case (.int(let a), .int(let b)):
      let (value, overflow) = a.subtractingReportingOverflow(b)
      return .int(try checked(value, overflow))
    case (.uint(let a), .uint(let b)):
      let (value, overflow) = a.subtractingReportingOverflow(b)
      return .uint(try checked(value, overflow))
    case (.double(let a), .double(let b)): return .double(a - b)
    case (.duration(let a), .duration(let b)):
      return .duration(try timed { () throws(CELTimeError) in try a.subtracting(b) })
    case (.timestamp(let a), .duration(let b)):
      return .timestamp(try timed { () throws(CELTimeError) in try a.subtracting(b) })
    case (.timestamp(let a), .timestamp(let b)):
      return .duration(try timed { () throws(CELTimeError) in try a.subtracting(b) })
    default: return nil
    }
  }

  private static func multiply(_ left: Value, _ right: Value) throws(EvaluationError) -> Value? {
    switch (left, right) {
    case (.int(let a), .int(let b)):
      let (value, overflow) = a.multipliedReportingOverflow(by: b)
      return .int(try checked(value, overflow))
    case (.uint(let a), .uint(let b)):
      let (value, overflow) = a.multipliedReportingOverflow(by: b)
      return .uint(try checked(value, overflow))
    case (.double(let a), .double(let b)): return .double(a * b)
    default: return nil
    }
  }

  private static func divide(_ left: Value, _ right: Value) throws(EvaluationError) -> Value? {
    switch (left, right) {
    case (.int, .int(0)), (.uint, .uint(0)):
      throw EvaluationError(.divideByZero, "division by zero")
    case (.int(let a), .int(let b)):
      let (value, overflow) = a.dividedReportingOverflow(by: b)
      return .int(try checked(value, overflow))
    case (.uint(let a), .uint(let b)): return .uint(a / b)
    case (.double(let a), .double(let b)): return .double(a / b)
    default: return nil
    }
  }

  private static func remainder(_ left: Value, _ right: Value) throws(EvaluationError) -> Value? {
    switch (left, right) {
    case (.int, .int(0)), (.uint, .uint(0)):
      throw EvaluationError(.divideByZero, "modulus by zero")
    case (.int(let a), .int(let b)):
      let (value, overflow) = a.remainderReportingOverflow(dividingBy: b)
      return .int(try checked(value, overflow))
    case (.uint(let a), .uint(let b)): return .uint(a % b)
    default: return nil
    }
  }
}

/// Runs time arithmetic with its error as an evaluation error.
func timed<Result>(
  _ work: () throws(CELTimeError) -> Result
) throws(EvaluationError) -> Result {
  do throws(CELTimeError) {
    return try work()
  } catch {
    throw EvaluationError(error)
  }
}

extension EvaluationError {
  /// The evaluation error of a failed reading or computing of times.
  init(_ error: CELTimeError) {
    let kind: Kind =
      switch error {
      case .malformed: .conversion
      case .outOfRange: .overflow
      case .unknownZone: .invalidArgument
      }
    self.init(kind, error.description)
  }
}
