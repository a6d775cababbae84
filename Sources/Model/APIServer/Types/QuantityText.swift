/// A resource quantity and its canonical text.
///
/// Follows staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go: the family of the suffix
/// is kept (binary, decimal, exponent), the mantissa is an integer and as small as the family
/// allows; values are rounded up to nano.
struct QuantityText: Comparable, Sendable {
  private enum Family { case binary, decimal, exponent }

  /// The value in billionths.
  let nano: Int128
  private let family: Family

  /// Reads a quantity; nil where the text is none or is out of range.
  init?(_ text: String) {
    var rest = Array(text.utf8)[...]
    var isNegative = false
    if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      isNegative = sign == UInt8(ascii: "-")
      rest = rest.dropFirst()
    }
    var digits: Int128 = 0
    var scale = 0
    var hasPoint = false
    var count = 0
    while let byte = rest.first {
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else if (0x30...0x39).contains(byte) {
        guard count < 24 else { return nil }
        digits = digits * 10 + Int128(byte - 0x30)
        count += 1
        if hasPoint { scale += 1 }
      } else {
        break
      }
      rest = rest.dropFirst()
    }
    guard count > 0 else { return nil }
    let suffix = String(decoding: rest, as: UTF8.self)
    guard let (multiplier, power, family) = Self.scale(of: suffix) else { return nil }
    var (value, overflow) = digits.multipliedReportingOverflow(by: multiplier)
    if overflow { return nil }
    let exponent = 9 + power - scale
    guard abs(exponent) <= 36 else { return nil }
    for _ in 0..<max(0, exponent) {
      (value, overflow) = value.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
    }
    for _ in 0..<max(0, -exponent) { value = (value + 9) / 10 }
    nano = isNegative ? -value : value
    self.family = family
  }

  private static func scale(of suffix: String) -> (Int128, Int, Family)? {
    switch suffix {
    case "": return (1, 0, .decimal)
    case "n": return (1, -9, .decimal)
    case "u": return (1, -6, .decimal)
    case "m": return (1, -3, .decimal)
    case "k": return (1, 3, .decimal)
    case "M": return (1, 6, .decimal)
    case "G": return (1, 9, .decimal)
    case "T": return (1, 12, .decimal)
    case "P": return (1, 15, .decimal)
    case "E": return (1, 18, .decimal)
    case "Ki": return (1 << 10, 0, .binary)
    case "Mi": return (1 << 20, 0, .binary)
    case "Gi": return (1 << 30, 0, .binary)
    case "Ti": return (1 << 40, 0, .binary)
    case "Pi": return (1 << 50, 0, .binary)
    case "Ei": return (1 << 60, 0, .binary)
    default:
      guard suffix.hasPrefix("e") || suffix.hasPrefix("E"), let power = Int(suffix.dropFirst()),
        abs(power) <= 27
      else { return nil }
      return (1, power, .exponent)
    }
  }

  /// The text that the API server writes.
  var canonical: String {
    if nano == 0 { return "0" }
    let one: Int128 = 1_000_000_000
    if family == .binary, nano % one == 0, abs(nano / one) >= 1024 {
      var value = nano / one
      var index = 0
      while value % 1024 == 0, index < 6 {
        value /= 1024
        index += 1
      }
      return "\(value)" + ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][index]
    }
    var value = nano
    var index = 0
    while value % 1000 == 0, index < 9 {
      value /= 1000
      index += 1
    }
    if family == .exponent {
      let power = index * 3 - 9
      return power == 0 ? "\(value)" : "\(value)e\(power)"
    }
    return "\(value)" + ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"][index]
  }

  static func < (left: QuantityText, right: QuantityText) -> Bool { left.nano < right.nano }
  static func == (left: QuantityText, right: QuantityText) -> Bool { left.nano == right.nano }
}
