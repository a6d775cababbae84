/// The macros over lists and maps.
extension Evaluator {
  mutating func run(_ loop: Loop) throws -> Value {
    let range = try evaluate(loop.range)
    if let symbolic { return try runSymbolically(symbolic, loop, range) }
    let pairs: [(first: Value, second: Value)]
    switch range {
    case .list(let items):
      pairs =
        loop.hasTwoVariables
        ? items.enumerated().map { (.int(Int64($0.offset)), $0.element) }
        : items.map { ($0, .null) }
    case .map(let map):
      pairs =
        loop.hasTwoVariables
        ? map.entries.map { ($0.key, $0.value) } : map.keys.map { ($0, .null) }
    default:
      throw EvaluationError(
        .noMatchingOverload, "\(range.type.runtimeName) has no elements to range over",
        at: loop.span)
    }
    switch loop.kind {
    case .all: return .bool(try quantify(loop, pairs, decisive: false))
    case .exists: return .bool(try quantify(loop, pairs, decisive: true))
    case .existsOne: return .bool(try existsOne(loop, pairs))
    case .list, .map, .mapEntries: return try collect(loop, pairs, range)
    }
  }

  private mutating func enter(_ loop: Loop, _ pair: (first: Value, second: Value)) throws {
    try spend()
    slots[loop.slot] = pair.first
    if loop.hasTwoVariables { slots[loop.slot + 1] = pair.second }
  }

  /// Whether the condition holds for the elements in the slots; true without one.
  private mutating func holds(_ loop: Loop) throws -> Bool {
    guard let condition = loop.condition else { return true }
    let value = try evaluate(condition)
    guard case .bool(let flag) = value else {
      throw EvaluationError(
        .noMatchingOverload, "the condition is \(value.type.runtimeName), not bool", at: loop.span)
    }
    return flag
  }

  /// The error of a loop over elements of which several fail: data that is only pending counts least,
  /// so that which of the two it is does not depend on the order of the elements.
  private func stronger(_ known: EvaluationError?, _ error: EvaluationError) -> EvaluationError {
    guard let known else { return error }
    return known.isDataPending && !error.isDataPending ? error : known
  }

  /// `all` and `exists`: one decisive answer beats errors, as for `&&` and `||`.
  private mutating func quantify(
    _ loop: Loop, _ pairs: [(first: Value, second: Value)], decisive: Bool
  ) throws -> Bool {
    var failure: EvaluationError?
    for pair in pairs {
      try enter(loop, pair)
      do {
        if try holds(loop) == decisive { return decisive }
      } catch let error as EvaluationError where error.kind != .limit {
        failure = stronger(failure, error)
      }
    }
    if let failure { throw failure }
    return !decisive
  }

  private mutating func existsOne(
    _ loop: Loop, _ pairs: [(first: Value, second: Value)]
  ) throws -> Bool {
    var count = 0
    var failure: EvaluationError?
    for pair in pairs {
      try enter(loop, pair)
      do {
        if try holds(loop) { count += 1 }
      } catch let error as EvaluationError where error.isDataPending {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
    return count == 1
  }

  private mutating func collect(
    _ loop: Loop, _ pairs: [(first: Value, second: Value)], _ range: Value
  ) throws -> Value {
    guard let result = loop.result else {
      preconditionFailure("a comprehension that collects has a result")
    }
    var items: [Value] = []
    var entries: [(Value, Value)] = []
    var failure: EvaluationError?
    for pair in pairs {
      try enter(loop, pair)
      let value: Value
      do {
        guard try holds(loop) else { continue }
        value = try evaluate(result)
      } catch let error as EvaluationError where error.isDataPending {
        failure = failure ?? error
        continue
      }
      switch loop.kind {
      case .list: items.append(value)
      case .map: entries.append((pair.first, value))
      default:
        guard case .map(let map) = value else {
          throw EvaluationError(
            .noMatchingOverload, "transformMapEntry needs a map, not \(value.type.runtimeName)",
            at: loop.span)
        }
        try spend(map.count)
        entries.append(contentsOf: map.entries.map { ($0.key, $0.value) })
      }
    }
    if let failure { throw failure }
    if loop.kind == .list { return .list(items) }
    return try placed(loop.span) { () throws(EvaluationError) in .map(try MapValue(entries)) }
  }
}
