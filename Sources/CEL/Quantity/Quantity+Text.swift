/// Quantities as text, read and written as k8s.io/apimachinery/pkg/api/resource/quantity.go does.

extension Quantity {
  /// The parts of a quantity's text.
  private struct Parts {
    var negative = false
    var whole: Substring.UTF8View
    var fraction: Substring.UTF8View
    var suffix: Substring.UTF8View
  }

  /// The finest power of ten a quantity keeps.
  private static let nano = -9

  /// Reads a quantity.
  package init(_ text: String) throws(QuantityError) {
    guard !text.isEmpty else { throw .malformed }
    let parts = try Self.split(text)
    guard let suffix = QuantitySuffix(parts.suffix) else { throw .suffix }
    if let fast = try Self.fastPath(text, parts, suffix) {
      self = fast
      return
    }
    self = try Self.slowPath(parts, suffix)
  }

  /// Cuts the text into sign, digits, fraction and suffix (parseQuantityString).
  private static func split(_ text: String) throws(QuantityError) -> Parts {
    var rest = text.utf8[...]
    var parts = Parts(whole: "".utf8[...], fraction: "".utf8[...], suffix: "".utf8[...])
    func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
      parts.negative = first == UInt8(ascii: "-")
      rest = rest.dropFirst()
    }
    rest = rest.drop { $0 == UInt8(ascii: "0") }
    parts.whole = rest.prefix(while: isDigit)
    rest = rest.dropFirst(parts.whole.count)
    if parts.whole.isEmpty { parts.whole = "0".utf8[...] }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      parts.fraction = rest.prefix(while: isDigit)
      rest = rest.dropFirst(parts.fraction.count)
    }
    parts.suffix = rest
    var tail = rest.drop { "eEinumkKMGTP".utf8.contains($0) }
    if let first = tail.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
      tail = tail.dropFirst()
    }
    guard tail.allSatisfy(isDigit) else { throw .malformed }
    return parts
  }

  /// The 64-bit representation, where upstream uses it; nil where it does not.
  private static func fastPath(
    _ text: String, _ parts: Parts, _ suffix: QuantitySuffix
  ) throws(QuantityError) -> Quantity? {
    let (whole, fraction) = (parts.whole.count, parts.fraction.count)
    var multiplier: Int64 = 1
    var scale = 0
    let room: Int
    switch suffix.format {
    case .decimalExponent, .decimalSI:
      scale = suffix.exponent
      // 18 digits always fit into 64 bits.
      room = 18 - (whole + fraction)
    case .binarySI:
      guard fraction == 0 else { return nil }
      multiplier = 1 << Int64(suffix.exponent)
      room = 15 - whole - suffix.exponent * 3 / 10 - 1
    }
    scale -= fraction
    guard room >= 0, scale >= nano else { return nil }
    let digits = String(Substring(parts.whole)) + String(Substring(parts.fraction))
    guard let value = Int64(digits) else { throw .number }
    let (product, overflow) = value.multipliedReportingOverflow(by: multiplier)
    guard !overflow else { return nil }
    let canonical =
      suffix.format == .binarySI
      ? value & 7 != 0 : scale % 3 == 0 && !digits.hasSuffix("000") && !digits.hasPrefix("0")
    return Quantity(
      amount: .integer(parts.negative ? -product : product, scale: scale), format: suffix.format,
      cachedText: canonical ? text : nil)
  }

  /// The decimal representation: rounded up to nano, binary ones capped at 2^63 - 1.
  private static func slowPath(
    _ parts: Parts, _ suffix: QuantitySuffix
  ) throws(QuantityError) -> Quantity {
    var number = FixedPoint(coefficient: 0, exponent: 0)
    var ignored = false
    for byte in parts.whole {
      guard number.append(byte) else { throw .outOfRange }
    }
    for byte in parts.fraction where !ignored {
      // Digits far below nano only matter as "not zero", for the rounding up.
      if number.exponent + (suffix.base == 10 ? suffix.exponent : 0) < nano - 20 {
        ignored = true
      } else {
        guard number.append(byte) else { throw .outOfRange }
        number.exponent -= 1
      }
    }
    if ignored, parts.fraction.contains(where: { $0 != UInt8(ascii: "0") }) {
      number.coefficient = number.coefficient / 10 * 10 + 1
    }
    if suffix.base == 10 {
      number.exponent += suffix.exponent
    } else {
      let (product, overflow) = number.coefficient.multipliedReportingOverflow(
        by: 1 << Int128(suffix.exponent))
      guard !overflow else { throw .outOfRange }
      number.coefficient = product
    }
    number = number.roundedAwayFromZero(toExponent: nano)
    number = number.rescaled(toExponent: nano) ?? number
    var format = suffix.format
    if format == .binarySI {
      let greatest = FixedPoint(coefficient: Int128(Int64.max), exponent: 0)
      if number.compare(greatest) > 0 { number = greatest }
      let one = FixedPoint(coefficient: 1, exponent: 0)
      if number.coefficient > 0, number.compare(one) < 0 { format = .decimalSI }
    }
    if parts.negative { number.coefficient = -number.coefficient }
    return Quantity(amount: .decimal(number), format: format)
  }
}

extension FixedPoint {
  /// Appends a decimal digit; false where it does not fit.
  fileprivate mutating func append(_ digit: UInt8) -> Bool {
    let (tens, overflow) = coefficient.multipliedReportingOverflow(by: 10)
    guard !overflow else { return false }
    let (sum, carry) = tens.addingReportingOverflow(Int128(digit - UInt8(ascii: "0")))
    coefficient = sum
    return !carry
  }
}

extension Quantity: CustomStringConvertible {
  /// The canonical text: no fraction, the greatest suffix that loses nothing.
  package var description: String {
    if let cachedText { return cachedText }
    let number = number.normalized
    if number.coefficient == 0 { return "0" }
    if format == .binarySI, let text = binaryText(number) { return text }
    let family: Format = format == .decimalExponent ? .decimalExponent : .decimalSI
    // The exponent becomes a multiple of three, and the digits take what it loses.
    let excess = ((number.exponent % 3) + 3) % 3
    let digits = String(number.coefficient) + String(repeating: "0", count: excess)
    return digits + QuantitySuffix.text(powerOfTen: number.exponent - excess, format: family)
  }

  /// The text with a binary suffix; nil for fractions and for numbers between -1024 and 1024.
  private func binaryText(_ number: FixedPoint) -> String? {
    let limit = FixedPoint(coefficient: 1024, exponent: 0)
    let magnitude = FixedPoint(
      coefficient: number.coefficient < 0 ? -number.coefficient : number.coefficient,
      exponent: number.exponent)
    guard magnitude.compare(limit) >= 0, var value = number.rescaled(toExponent: 0)?.coefficient
    else { return nil }
    var power = 0
    while value % 1024 == 0, power < 6 {
      value /= 1024
      power += 1
    }
    return QuantitySuffix.text(powerOf1024: power).map { String(value) + $0 }
  }
}
