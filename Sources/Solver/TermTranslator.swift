internal import CEL
internal import Foundation

/// Why a term has no formula.
struct Untranslatable: Error { let reason: String }

/// Terms as Z3's formulas, each once.
///
/// Integers are mathematical integers with the ranges of their symbols: 64-bit vectors took a
/// thousand times as long. Strings that are only compared are numbers (``StringUse``).
final class TermTranslator {
  let terms: TermTable
  let context: Z3Context
  private let uses: StringUse
  private var known: [TermID: Z3Term] = [:]
  /// The numbers of interned texts; the same text, the same number.
  private var texts: [String: Int] = [:]
  /// What holds of the unknowns by their declaration, not asserted yet.
  private(set) var pending: [Z3Term] = []
  private(set) var symbols: [(number: Int, term: Z3Term)] = []
  /// Whether unknowns were made that no symbol is.
  private(set) var hasDefinitions = false
  /// The unknowns that are sequences.
  private(set) var sequences: [Z3Term] = []

  init(_ terms: TermTable, _ context: Z3Context, _ uses: StringUse) {
    self.terms = terms
    self.context = context
    self.uses = uses
  }

  /// Takes what is to be asserted of the unknowns that were met since the last time.
  func takePending() -> [Z3Term] {
    defer { pending = [] }
    return pending
  }

  /// The formula or term.
  func translate(_ term: TermID) throws(Untranslatable) -> Z3Term {
    if let formula = known[term] { return formula }
    let formula = try build(term)
    known[term] = formula
    return formula
  }

  private func many(_ all: [TermID]) throws(Untranslatable) -> [Z3Term] {
    var result: [Z3Term] = []
    result.reserveCapacity(all.count)
    for term in all { result.append(try translate(term)) }
    return result
  }

  private func build(_ term: TermID) throws(Untranslatable) -> Z3Term {
    switch terms.node(term) {
    case .constant(let value): return try constant(value)
    case .symbol(let number): return try symbol(number, term)
    case .not(let operand): return context.not(try translate(operand))
    case .all(let operands): return context.all(try many(operands))
    case .choose(let condition, let left, let right):
      let test = try translate(condition)
      guard terms.sort(term) == .string else {
        return context.choose(test, try translate(left), try translate(right))
      }
      let isSequence = uses.isSequence(term)
      return context.choose(
        test, try string(left, isSequence: isSequence), try string(right, isSequence: isSequence))
    case .atMost(let operand, let bound):
      return context.atMost(try translate(operand), context.integer(bound))
    case .equals(let operand, let value):
      return context.equal(try translate(operand), context.integer(value))
    case .doubleAtMost(let left, let right):
      return context.atMost(try translate(left), try translate(right))
    case .doubleEquals(let left, let right):
      return context.equal(try translate(left), try translate(right))
    case .stringEquals(let left, let right):
      let isSequence = uses.isSequence(terms.constant(left) == nil ? left : right)
      return context.equal(
        try string(left, isSequence: isSequence), try string(right, isSequence: isSequence))
    case .sum(let parts, let constant):
      var summands: [Z3Term] = []
      for part in parts {
        let operand = try translate(part.term)
        summands.append(
          part.coefficient == 1
            ? operand : context.product([context.integer(part.coefficient), operand]))
      }
      if constant != 0 { summands.append(context.integer(constant)) }
      return summands.count == 1 ? summands[0] : context.sum(summands)
    case .product(let factors): return context.product(try many(factors))
    case .quotient(let left, let right): return try quotient(left, right, term)
    case .remainder(let left, let right):
      let whole = try translate(terms.quotient(left, right, terms.sort(term)))
      let rest = context.difference(
        try translate(left), context.product([try translate(right), whole]))
      guard terms.interval(right).contains(0) else { return rest }
      return context.choose(
        context.equal(try translate(right), context.integer(0)), context.integer(0), rest)
    case .toDouble(let operand): return context.toReal(try translate(operand))
    case .doubleOperation(let operation, let left, let right):
      let (one, two) = (try translate(left), try translate(right))
      return switch operation {
      case .add: context.sum([one, two])
      case .subtract: context.difference(one, two)
      case .multiply: context.product([one, two])
      case .divide: context.divided(one, two)
      }
    case .rounded(let rounding, let operand): return rounded(rounding, try translate(operand))
    case .application(let number, let arguments): return try application(number, arguments, term)
    case .length, .position, .stringTest, .matches, .concatenation, .part:
      return try sequence(term)
    }
  }

  /// A call of a function of which equal arguments have equal results.
  private func application(
    _ number: Int, _ arguments: [TermID], _ term: TermID
  ) throws(Untranslatable) -> Z3Term {
    func kind(_ term: TermID) -> Z3Context.Kind {
      switch terms.sort(term) {
      case .bool: .bool
      case .double: .real
      case .string: uses.isSequence(term) ? .string : .integer
      default: .integer
      }
    }
    var operands: [Z3Term] = []
    for argument in arguments {
      operands.append(
        terms.sort(argument) == .string
          ? try string(argument, isSequence: uses.isSequence(argument)) : try translate(argument))
    }
    let kinds = arguments.map(kind)
    let result = kind(term)
    // Texts may be sequences in one place and numbers in another: those are two functions.
    let name = ([terms.functions[number].key] + (kinds + [result]).map { "\($0)" })
      .joined(separator: " ")
    return context.apply(name, kinds, result, operands)
  }

  // MARK: - Leaves

  private func constant(_ value: TermConstant) throws(Untranslatable) -> Z3Term {
    switch value {
    case .bool(let flag): return context.bool(flag)
    case .integer(let number): return context.integer(number)
    case .double(let number):
      guard number.isFinite else { throw Untranslatable(reason: "a double that is no number") }
      return context.real(exactText(number))
    case .string(let text): return context.string(text)
    }
  }

  private func symbol(_ number: Int, _ term: TermID) throws(Untranslatable) -> Z3Term {
    let declaration = terms.symbols[number]
    let isSequence = declaration.sort == .string && uses.isSequence(term)
    let kind: Z3Context.Kind =
      switch declaration.sort {
      case .bool: .bool
      case .double: .real
      case .string: isSequence ? .string : .integer
      default: .integer
      }
    // The number keeps apart what users may have named alike.
    let unknown = context.unknown("\(declaration.name)#\(number)", kind)
    symbols.append((number, unknown))
    if isSequence { sequences.append(unknown) }
    if let range = declaration.range {
      if range.upper < Interval.limit {
        pending.append(context.atMost(unknown, context.integer(range.upper)))
      }
      if range.lower > -Interval.limit {
        pending.append(context.atMost(context.integer(range.lower), unknown))
      }
    }
    if let values = declaration.values {
      var cases: [Z3Term] = []
      for value in values {
        cases.append(context.equal(unknown, text(value, isSequence: isSequence)))
      }
      pending.append(context.any(cases))
    } else if kind == .integer, declaration.sort == .string {
      pending.append(context.atMost(context.integer(0), unknown))
    }
    return unknown
  }

  private func text(_ text: String, isSequence: Bool) -> Z3Term {
    isSequence ? context.string(text) : context.integer(Int128(number(of: text)))
  }

  func string(_ term: TermID, isSequence: Bool) throws(Untranslatable) -> Z3Term {
    guard let value = terms.constant(term)?.string else { return try translate(term) }
    return text(value, isSequence: isSequence)
  }

  /// Texts have even numbers, so that odd ones are always texts nobody mentioned.
  private func number(of text: String) -> Int {
    // Swift compares up to canonical equivalence; the bytes tell texts apart.
    let key = text.utf8.map { String($0, radix: 16) }.joined(separator: ",")
    if let number = texts[key] { return number }
    texts[key] = texts.count * 2
    originals[texts.count * 2 - 2] = text
    return texts.count * 2 - 2
  }

  private var originals: [Int: String] = [:]

  /// The text of a number in a model: a mentioned one, or one made up.
  func text(ofNumber number: Int) -> String {
    if let known = originals[number] { return known }
    var made = "other-\(number)"
    while terms.constantTexts.contains(made) { made += "'" }
    return made
  }

  // MARK: - Arithmetic

  /// Division towards zero, zero for a divisor of zero.
  ///
  /// By a known divisor it is SMT-LIB's; else quotient and remainder are unknowns with the equation
  /// that defines them, which nonlinear arithmetic takes much better.
  private func quotient(
    _ left: TermID, _ right: TermID, _ term: TermID
  ) throws(Untranslatable) -> Z3Term {
    let (a, b) = (try translate(left), try translate(right))
    let zero = context.integer(0)
    if let divisor = terms.constant(right)?.integer {
      let size = context.integer(abs(divisor))
      let plain = context.divided(a, size)
      let towardZero =
        terms.interval(left).lower >= 0
        ? plain
        : context.choose(
          context.atMost(zero, a), plain,
          context.negated(context.divided(context.negated(a), size)))
      return divisor < 0 ? context.negated(towardZero) : towardZero
    }
    hasDefinitions = true
    let whole = context.unknown("q#\(term.index)", .integer)
    let rest = context.unknown("r#\(term.index)", .integer)
    let isZero = context.equal(b, zero)
    let equation = context.equal(a, context.sum([context.product([b, whole]), rest]))
    let (left, right) = (terms.interval(left), terms.interval(right))
    // |r| < |b|, and r has the sign of a.
    var size = b
    if right.lower < 0 {
      size =
        right.upper <= 0
        ? context.negated(b) : context.choose(context.less(b, zero), context.negated(b), b)
    }
    let above = context.all([context.atMost(zero, rest), context.less(rest, size)])
    let below = context.all([
      context.atMost(rest, zero), context.less(context.negated(size), rest),
    ])
    let bounds =
      left.lower >= 0
      ? above
      : left.upper <= 0 ? below : context.choose(context.atMost(zero, a), above, below)
    let division = context.all([equation, bounds])
    let nothing = context.all([context.equal(whole, zero), context.equal(rest, zero)])
    pending.append(right.contains(0) ? context.choose(isZero, nothing, division) : division)
    return whole
  }

  private func rounded(_ rounding: TermNode.Rounding, _ operand: Z3Term) -> Z3Term {
    let down = context.floor(operand)
    let up = context.negated(context.floor(context.negated(operand)))
    return switch rounding {
    case .down: down
    case .up: up
    case .towardZero: context.choose(context.atMost(context.real("0"), operand), down, up)
    }
  }

  // MARK: - Models

  /// The value a model gives a symbol; nil where it is no value of its sort.
  func constant(_ value: Z3Value, ofSymbol number: Int) -> TermConstant? {
    let declaration = terms.symbols[number]
    switch (declaration.sort, value) {
    case (.bool, .bool(let flag)): return .bool(flag)
    case (.string, .string(let text)): return .string(text)
    case (.string, .number(let digits)): return Int(digits).map { .string(text(ofNumber: $0)) }
    case (.double, .number(let text)):
      let parts = text.split(separator: "/").compactMap { Double($0) }
      guard let top = parts.first else { return nil }
      return .double(parts.count == 2 ? top / parts[1] : top)
    case (_, .number(let digits)): return Int128(digits).map { .integer($0) }
    default: return nil
    }
  }
}

/// A double's exact value in decimal notation, which Z3 reads as a rational number.
private func exactText(_ number: Double) -> String {
  if let whole = Int128(exactly: number) { return String(whole) }
  var text = String(format: "%.1074f", number)
  while text.hasSuffix("0") { text.removeLast() }
  if text.hasSuffix(".") { text += "0" }
  return text
}
