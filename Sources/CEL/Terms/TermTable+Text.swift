/// Terms as users read them: CEL, or close to it.
extension TermTable {
  /// How tightly an operator binds; a looser one inside a tighter one needs parentheses.
  private enum Binding: Int {
    case choice
    case disjunction
    case conjunction
    case comparison
    case sum
    case product
    case unary
    case atom
  }

  /// The term as CEL text, such as `load < 217 || load > 263`.
  package func text(_ term: TermID) -> String { text(term, .choice) }

  private func text(_ term: TermID, _ outer: Binding) -> String {
    let (text, inner) = plainText(term)
    return inner.rawValue < outer.rawValue ? "(\(text))" : text
  }

  private func plainText(_ term: TermID) -> (String, Binding) {
    switch node(term) {
    case .constant(let value): return constantText(value, sort(term))
    case .symbol(let number): return (symbols[number].name, .atom)
    case .not(let operand): return negationText(operand)
    case .all(let operands):
      return (operands.map { text($0, .conjunction) }.joined(separator: " && "), .conjunction)
    case .choose(let condition, let left, let right):
      return (
        "\(text(condition, .disjunction)) ? \(text(left, .disjunction)) : \(text(right, .choice))",
        .choice
      )
    case .atMost(let subject, -1): return comparison(subject, "<", 0, flipped: ">")
    case .atMost(let subject, let bound): return comparison(subject, "<=", bound, flipped: ">=")
    case .equals(let subject, let value): return comparison(subject, "==", value, flipped: "==")
    case .doubleAtMost(let left, let right): return infix(left, "<=", right)
    case .doubleEquals(let left, let right), .stringEquals(let left, let right):
      return constant(left) != nil ? infix(right, "==", left) : infix(left, "==", right)
    case .stringTest(.precedes, let left, let right): return infix(left, "<", right)
    case .stringTest(let test, let left, let right):
      return ("\(text(left, .atom)).\(test)(\(text(right)))", .atom)
    case .matches(let operand, let pattern):
      return ("\(text(operand, .atom)).matches(\(quoted(patterns[pattern].pattern)))", .atom)
    case .sum(let parts, let constant):
      return sumText(parts, constant, sort(term))
    case .product(let factors):
      return (factors.map { text($0, .unary) }.joined(separator: " * "), .product)
    case .quotient(let left, let right):
      return ("\(text(left, .product)) / \(text(right, .unary))", .product)
    case .remainder(let left, let right):
      return ("\(text(left, .product)) % \(text(right, .unary))", .product)
    case .rounded(.towardZero, let operand): return ("int(\(text(operand)))", .atom)
    case .rounded(.down, let operand): return ("floor(\(text(operand)))", .atom)
    case .rounded(.up, let operand): return ("ceil(\(text(operand)))", .atom)
    case .length(let operand): return ("size(\(text(operand)))", .atom)
    case .position(let operand, let part, let start):
      let from = constant(start)?.integer == 0 ? "" : ", \(text(start))"
      return ("\(text(operand, .atom)).indexOf(\(text(part))\(from))", .atom)
    case .toDouble(let operand): return ("double(\(text(operand)))", .atom)
    case .doubleOperation(let operation, let left, let right):
      return doubleText(operation, left, right)
    case .application(let number, let arguments):
      let function = functions[number]
      let texts = arguments.map { text($0) }
      guard function.isMember, let receiver = arguments.first else {
        return ("\(function.name)(\(texts.joined(separator: ", ")))", .atom)
      }
      let rest = texts.dropFirst().joined(separator: ", ")
      return ("\(text(receiver, .atom)).\(function.name)(\(rest))", .atom)
    case .concatenation(let parts):
      return (parts.map { text($0, .product) }.joined(separator: " + "), .sum)
    case .part(let operand, let start, let count):
      let end = text(add(start, count))
      return ("\(text(operand, .atom)).substring(\(text(start)), \(end))", .atom)
    }
  }

  private func infix(_ left: TermID, _ sign: String, _ right: TermID) -> (String, Binding) {
    ("\(text(left, .sum)) \(sign) \(text(right, .sum))", .comparison)
  }

  private func negationText(_ operand: TermID) -> (String, Binding) {
    switch node(operand) {
    case .all(let operands):
      return (
        operands.map { text(not($0), .disjunction) }.joined(separator: " || "), .disjunction
      )
    case .atMost(let subject, let bound):
      return bound < 0
        ? comparison(subject, ">=", bound + 1, flipped: "<=")
        : comparison(subject, ">", bound, flipped: "<")
    case .equals(let subject, let value): return comparison(subject, "!=", value, flipped: "!=")
    case .doubleAtMost(let left, let right): return infix(left, ">", right)
    case .doubleEquals(let left, let right), .stringEquals(let left, let right):
      return constant(left) != nil ? infix(right, "!=", left) : infix(left, "!=", right)
    case .stringTest(.precedes, let left, let right): return infix(left, ">=", right)
    default: return ("!\(text(operand, .unary))", .unary)
    }
  }

  /// A comparison of a sum with a number: what is subtracted stands on the other side.
  private func comparison(
    _ subject: TermID, _ sign: String, _ bound: Int128, flipped: String
  ) -> (String, Binding) {
    guard case .sum(let parts, _) = node(subject) else {
      return ("\(text(subject, .sum)) \(sign) \(numberText(bound, sort(subject)))", .comparison)
    }
    let kind = parts.map { sort($0.term) }.first ?? .int
    let left = parts.filter { $0.coefficient > 0 }
    let right = parts.filter { $0.coefficient < 0 }.map { LinearPart(-$0.coefficient, $0.term) }
    if left.isEmpty {
      let (text, _) = sumText(right, 0, kind)
      return ("\(text) \(flipped) \(numberText(-bound, kind))", .comparison)
    }
    // A constant stands on the side on which it is added.
    let (one, _) = sumText(left, bound < 0 && !right.isEmpty ? -bound : 0, kind)
    let (two, _) = sumText(right, bound < 0 && !right.isEmpty ? 0 : bound, kind)
    return ("\(one) \(sign) \(two)", .comparison)
  }

  private func sumText(
    _ parts: [LinearPart], _ constant: Int128, _ sort: TermSort
  ) -> (String, Binding) {
    var result = ""
    // What is added first, so that a sum seldom starts with a sign.
    for part in parts.filter({ $0.coefficient > 0 }) + parts.filter({ $0.coefficient < 0 }) {
      let size = abs(part.coefficient)
      let factor = size == 1 ? "" : "\(size) * "
      let operand = text(part.term, size == 1 && part.coefficient > 0 ? .sum : .product)
      if result.isEmpty {
        result = (part.coefficient < 0 ? "-" : "") + factor + operand
      } else {
        result += (part.coefficient < 0 ? " - " : " + ") + factor + operand
      }
    }
    if result.isEmpty { return (numberText(constant, sort), .atom) }
    if constant != 0 {
      result += constant < 0 ? " - " : " + "
      result += numberText(abs(constant), sort == .timestamp ? .duration : sort)
    } else if parts.count == 1 {
      let size = parts[0].coefficient
      return (result, size == 1 ? .atom : .product)
    }
    return (result, .sum)
  }

  private func doubleText(
    _ operation: TermNode.DoubleOperation, _ left: TermID, _ right: TermID
  ) -> (String, Binding) {
    switch operation {
    case .add: ("\(text(left, .sum)) + \(text(right, .product))", .sum)
    case .subtract: ("\(text(left, .sum)) - \(text(right, .product))", .sum)
    case .multiply: ("\(text(left, .product)) * \(text(right, .unary))", .product)
    case .divide: ("\(text(left, .product)) / \(text(right, .unary))", .product)
    }
  }

  private func constantText(_ value: TermConstant, _ sort: TermSort) -> (String, Binding) {
    switch value {
    case .bool(let flag): (String(flag), .atom)
    case .integer(let number): (numberText(number, sort), number < 0 ? .unary : .atom)
    case .double(let number): (number.description, number.sign == .minus ? .unary : .atom)
    case .string(let text): (quoted(text), .atom)
    }
  }

  private func numberText(_ number: Int128, _ sort: TermSort) -> String {
    guard let value = Value(.integer(number), sort) else { return String(number) }
    return switch value {
    case .uint(let plain): String(plain)
    case .opaque(let quantity): "quantity(\(quoted(quantity.text)))"
    default: value.description
    }
  }
}
