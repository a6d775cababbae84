/// What the symbols are: the number of each symbol with its value.
package typealias Valuation = [Int: TermConstant]

/// Terms under known values of their symbols.
extension TermTable {
  /// The value of a term; a symbol without a value has a value of its domain: its least integer from
  /// zero on, false, zero, its first string or the empty one.
  package func evaluate(_ term: TermID, _ values: Valuation) -> TermConstant {
    var known: [TermID: TermConstant] = [:]
    return evaluate(term, values, &known)
  }

  /// Whether a condition holds.
  package func holds(_ condition: TermID, _ values: Valuation) -> Bool {
    evaluate(condition, values).isTrue
  }

  /// The value of a symbol that a valuation leaves open.
  package func defaultValue(ofSymbol number: Int) -> TermConstant {
    let symbol = symbols[number]
    switch symbol.sort {
    case .bool: return .bool(false)
    case .double: return .double(0)
    case .string: return .string(symbol.values?.first ?? "")
    default:
      let range = symbol.range ?? .all
      return .integer(range.contains(0) ? 0 : range.lower > 0 ? range.lower : range.upper)
    }
  }

  /// The term with some symbols replaced by values, folded.
  package func substituting(_ values: Valuation, in term: TermID) -> TermID {
    var known: [TermID: TermID] = [:]
    return rebuild(term, &known) { number in
      values[number].map { self.constant($0, self.symbols[number].sort) }
    }
  }

  /// The term with some symbols replaced by terms of the same sort.
  package func replacing(_ replacements: [Int: TermID], in term: TermID) -> TermID {
    var known: [TermID: TermID] = [:]
    return rebuild(term, &known) { replacements[$0] }
  }

  private func rebuild(
    _ term: TermID, _ known: inout [TermID: TermID], _ replacement: (Int) -> TermID?
  ) -> TermID {
    if let result = known[term] { return result }
    func go(_ operand: TermID) -> TermID { rebuild(operand, &known, replacement) }
    let sort = sort(term)
    let result: TermID
    switch node(term) {
    case .constant: result = term
    case .symbol(let number): result = replacement(number) ?? term
    case .not(let operand): result = not(go(operand))
    case .all(let operands): result = all(operands.map { go($0) })
    case .choose(let condition, let left, let right):
      result = choose(go(condition), go(left), go(right))
    case .atMost(let operand, let bound): result = atMost(go(operand), bound)
    case .equals(let operand, let value): result = equals(go(operand), value)
    case .doubleAtMost(let left, let right): result = doubleAtMost(go(left), go(right))
    case .doubleEquals(let left, let right): result = doubleEquals(go(left), go(right))
    case .stringEquals(let left, let right): result = stringEquals(go(left), go(right))
    case .stringTest(let kind, let left, let right): result = test(kind, go(left), go(right))
    case .matches(let text, let pattern): result = matches(go(text), patterns[pattern])
    case .sum(let parts, let constant):
      result = sum(parts.map { LinearPart($0.coefficient, go($0.term)) }, constant, sort)
    case .product(let factors):
      result = factors.dropFirst().reduce(go(factors[0])) { multiply($0, go($1), sort) }
    case .quotient(let left, let right): result = quotient(go(left), go(right), sort)
    case .remainder(let left, let right): result = remainder(go(left), go(right), sort)
    case .rounded(let rounding, let operand): result = rounded(rounding, go(operand))
    case .length(let text): result = length(go(text))
    case .position(let text, let part, let start):
      result = position(go(part), of: go(text), from: go(start))
    case .toDouble(let operand): result = toDouble(go(operand))
    case .doubleOperation(let operation, let left, let right):
      result = operate(operation, go(left), go(right))
    case .application(let function, let arguments):
      result = apply(functions[function], arguments.map { go($0) })
    case .concatenation(let parts): result = concatenation(parts.map { go($0) })
    case .part(let text, let start, let count):
      result = part(go(text), from: go(start), count: go(count))
    }
    known[term] = result
    return result
  }

  private func evaluate(
    _ term: TermID, _ values: Valuation, _ known: inout [TermID: TermConstant]
  ) -> TermConstant {
    if let value = known[term] { return value }
    func bool(_ operand: TermID) -> Bool { evaluate(operand, values, &known).isTrue }
    func integer(_ operand: TermID) -> Int128 {
      evaluate(operand, values, &known).integer ?? 0
    }
    func double(_ operand: TermID) -> Double { evaluate(operand, values, &known).double ?? 0 }
    func string(_ operand: TermID) -> String { evaluate(operand, values, &known).string ?? "" }
    let result: TermConstant
    switch node(term) {
    case .constant(let value): result = value
    case .symbol(let number): result = values[number] ?? defaultValue(ofSymbol: number)
    case .not(let operand): result = .bool(!bool(operand))
    case .all(let operands): result = .bool(operands.allSatisfy { bool($0) })
    case .choose(let condition, let left, let right):
      result = evaluate(bool(condition) ? left : right, values, &known)
    case .atMost(let operand, let bound): result = .bool(integer(operand) <= bound)
    case .equals(let operand, let value): result = .bool(integer(operand) == value)
    case .doubleAtMost(let left, let right): result = .bool(double(left) <= double(right))
    case .doubleEquals(let left, let right): result = .bool(double(left) == double(right))
    case .stringEquals(let left, let right): result = .bool(string(left).isExactly(string(right)))
    case .stringTest(let test, let left, let right):
      result = .bool(test.holds(string(left), string(right)))
    case .matches(let text, let pattern):
      result = .bool(patterns[pattern].matches(string(text)))
    case .sum(let parts, let constant):
      result = .integer(
        parts.reduce(constant) { total, part in
          total &+ clampedProduct(part.coefficient, integer(part.term))
        })
    case .product(let factors):
      result = .integer(factors.reduce(1) { clampedProduct($0, integer($1)) })
    case .quotient(let left, let right):
      let divisor = integer(right)
      result = .integer(divisor == 0 ? 0 : integer(left) / divisor)
    case .remainder(let left, let right):
      let divisor = integer(right)
      result = .integer(divisor == 0 ? 0 : integer(left) % divisor)
    case .rounded(let rounding, let operand):
      result = .integer(Int128(exactly: rounding.round(double(operand))) ?? 0)
    case .length(let text): result = .integer(Int128(string(text).unicodeScalars.count))
    case .position(let text, let part, let start):
      result = .integer(
        StringOperations.position(string(part), of: string(text), from: integer(start)))
    case .toDouble(let operand): result = .double(Double(integer(operand)))
    case .doubleOperation(let operation, let left, let right):
      result = .double(operation.apply(double(left), double(right)))
    case .application(let function, let arguments):
      result = functions[function].value(arguments.map { evaluate($0, values, &known) })
    case .concatenation(let parts): result = .string(parts.map { string($0) }.joined())
    case .part(let text, let start, let count):
      result = .string(
        StringOperations.part(string(text), from: integer(start), count: integer(count)))
    }
    known[term] = result
    return result
  }
}
