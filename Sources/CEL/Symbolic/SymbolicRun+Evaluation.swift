/// Evaluation over values of which some are not known.
extension SymbolicRun {
  /// The value of a program, with the lists, maps and choices decided; scalars may be terms.
  ///
  /// Throws what the program throws under the run's valuation.
  func evaluate(_ program: Program, _ activation: any Activation, stepLimit: Int) throws -> Value {
    let context = SymbolicContext(terms)
    context.decide = { [self] in decide($0) }
    context.pick = { [self] in pin($0) }
    context.abstracts = true
    let lifting = LiftingActivation(inner: activation, run: self)
    do {
      let outcome = try program.evaluate(lifting, in: context, stepLimit: stepLimit)
      note(context.notes, program)
      if !decide(outcome.error) { return try settled(outcome.value, context) }
    } catch let outside as OutsideFragment {
      note(outside, program)
    } catch let error as EvaluationError where error.kind != .limit {
      // Which error it is under these values is said by the known values alone.
    }
    lifting.startAgain()
    return try program.evaluateKnown(lifting, stepLimit)
  }

  /// A value with what depends on conditions decided.
  private func settled(_ value: Value, _ context: SymbolicContext) throws -> Value {
    switch value {
    case .symbolic(.term): return value
    case .symbolic(.list(let items)):
      return .list(
        try items.filter { decide($0.guardTerm) }.map { try settled($0.value, context) })
    case .symbolic(.map(let entries)):
      return .map(
        try MapValue(
          try entries.filter { decide($0.guardTerm) }.map {
            ($0.key, try settled($0.value, context))
          }))
    case .symbolic(.choice(let cases)):
      for item in cases where decide(item.guardTerm) { return try settled(item.value, context) }
      throw EvaluationError(.invalidArgument, "no case of the value has a result")
    case .list(let items):
      return items.contains(where: \.isSymbolic)
        ? .list(try items.map { try settled($0, context) }) : value
    case .map(let map):
      guard value.isSymbolic else { return value }
      return .map(try MapValue(try map.entries.map { ($0.key, try settled($0.value, context)) }))
    case .optional(.some(let content)): return .optional(try settled(content, context))
    default: return value
    }
  }

  /// A value without terms; their values are recorded.
  func pinned(_ value: Value) -> Value {
    switch value {
    case .symbolic(.term(let term, let sort)):
      return Value(pin(term), sort) ?? .null
    case .list(let items):
      return items.contains(where: \.isSymbolic) ? .list(items.map { pinned($0) }) : value
    case .map(let map):
      guard value.isSymbolic,
        let known = try? MapValue(map.entries.map { ($0.key, pinned($0.value)) })
      else { return value }
      return .map(known)
    case .optional(.some(let content)): return .optional(pinned(content))
    default: return value
    }
  }

  /// A JSON value in which what is not known stays so.
  func lifted(_ json: JSONValue) -> Value {
    switch json {
    case .symbolic(let leaf):
      guard let term = leaf.itself else { return Value(leaf.pinned) }
      return .symbolic(.term(term, terms.sort(term)))
    case .array(let items): return .list(items.map { lifted($0) })
    case .object(let object):
      guard json.hasUnknown else { return Value(json) }
      let pairs = object.entries.map { (Value.string($0.key), lifted($0.value)) }
      return (try? MapValue(pairs)).map(Value.map) ?? Value(json)
    default: return Value(json)
    }
  }

  /// A value in which the parts that are JSON are lifted.
  func lifted(_ value: Value) -> Value {
    switch value {
    case .map(let map): map.json.map { lifted(.object($0)) } ?? value
    case .list(let items): .list(items.map { lifted($0) })
    case .optional(.some(let content)): .optional(lifted(content))
    default: value
    }
  }

  /// The value as JSON; terms become leaves.
  package func json(_ value: Value) throws -> JSONValue {
    switch value {
    case .symbolic(.term(let term, let sort)):
      switch sort {
      case .bool, .int, .string: return JSONValue(term, in: self)
      case .uint, .double, .duration, .timestamp, .quantity: return try pinned(value).json()
      }
    case .list(let items): return .array(try items.map { try json($0) })
    case .map(let map):
      guard value.isSymbolic else { return try value.json() }
      var object = JSONObject()
      for (key, value) in map.entries {
        guard case .string(let name) = pinned(key) else {
          throw EvaluationError(
            .conversion, "the map key \(key) is no string, so it has no JSON form")
        }
        object[name] = try json(value)
      }
      return .object(object)
    case .optional(.some(let content)): return try json(content)
    default: return try value.json()
    }
  }
}

/// The variables of a program with what they do not know as terms; in a second evaluation, pinned.
///
/// What host functions answered is kept for the second evaluation: asking again may be a question
/// of its own, as for `fresh()`.
private final class LiftingActivation: Activation {
  private let inner: any Activation
  private let run: SymbolicRun
  private var pins = false
  private var answers: [(function: String, arguments: [Value], answer: Value)] = []
  private var answered = 0

  init(inner: any Activation, run: SymbolicRun) {
    self.inner = inner
    self.run = run
  }

  /// From here on values are pinned, and what was asked is not asked again.
  func startAgain() {
    pins = true
    answered = 0
  }

  func value(of name: String) throws -> Value? {
    try inner.value(of: name).map { pins ? run.pinned(decided($0)) : run.lifted(decided($0)) }
  }

  /// A host function is asked with known arguments.
  func call(_ function: String, _ arguments: [Value]) throws -> Value {
    let arguments = arguments.map { run.pinned($0) }
    let answer: Value
    if let known = known(function, arguments) {
      answer = known
    } else {
      answer = try inner.call(function, arguments)
      answers.append((function, arguments, answer))
    }
    return pins ? run.pinned(decided(answer)) : run.lifted(decided(answer))
  }

  /// The value with each number of an object decided that may be left out: expressions can tell.
  private func decided(_ value: Value) -> Value {
    guard run.isAbstract else { return value }
    switch value {
    case .map(let map):
      guard let object = map.json,
        case .object(let decided) = JSONValue.object(object).withDecidedZeros
      else { return value }
      return .map(MapValue(decided))
    case .list(let items): return .list(items.map { decided($0) })
    case .optional(.some(let content)): return .optional(decided(content))
    default: return value
    }
  }

  private func known(_ function: String, _ arguments: [Value]) -> Value? {
    guard pins, answered < answers.count else { return nil }
    let next = answers[answered]
    guard next.function == function, next.arguments.count == arguments.count,
      zip(next.arguments, arguments).allSatisfy({ $0.isSame(as: $1) })
    else { return nil }
    answered += 1
    return next.answer
  }
}

extension JSONValue {
  /// Whether some part is not known.
  package var hasUnknown: Bool { unknownRun != nil }

  /// The run of the first part that is not known.
  package var unknownRun: SymbolicRun? {
    switch self {
    case .symbolic(let leaf): leaf.run
    case .array(let items): items.lazy.compactMap(\.unknownRun).first
    case .object(let object): object.entries.lazy.compactMap(\.value.unknownRun).first
    default: nil
    }
  }
}
