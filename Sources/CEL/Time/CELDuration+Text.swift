/// Durations as text: Go's notation when read, seconds when written.

extension CELDuration {
  /// Reads Go's notation: signed decimal numbers with units, such as `1h30m`, `1.5s`, `-2ms`.
  ///
  /// Follows Go's time.ParseDuration, down to the binary rounding of long fractions.
  package init(_ text: String) throws(CELTimeError) {
    let malformed = CELTimeError.malformed("invalid duration '\(text)'")
    var rest = Array(text.utf8)[...]
    var negative = false
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      negative = sign == UInt8(ascii: "-")
      rest = rest.dropFirst()
    }
    if rest.elementsEqual("0".utf8) {
      nanoseconds = 0
      return
    }
    guard !rest.isEmpty else { throw malformed }
    var total: UInt64 = 0
    while !rest.isEmpty {
      let part = try Self.component(&rest, malformed: malformed)
      let (sum, overflow) = total.addingReportingOverflow(part)
      guard !overflow, sum <= Self.limit else { throw .outOfRange("duration") }
      total = sum
    }
    if negative {
      nanoseconds = total == Self.limit ? .min : -Int64(total)
    } else {
      guard total < Self.limit else { throw .outOfRange("duration") }
      nanoseconds = Int64(total)
    }
  }

  /// One more than the greatest count of nanoseconds: the magnitude of the least.
  private static let limit: UInt64 = 1 << 63

  /// Reads one number with its unit and returns its nanoseconds.
  private static func component(
    _ rest: inout ArraySlice<UInt8>, malformed: CELTimeError
  ) throws(CELTimeError) -> UInt64 {
    var whole: UInt64 = 0
    var digits = 0
    while let digit = rest.first.flatMap(decimalDigit) {
      let (tens, overflow) = whole.multipliedReportingOverflow(by: 10)
      guard !overflow, tens <= limit else { throw .outOfRange("duration") }
      whole = tens + UInt64(digit)
      digits += 1
      rest = rest.dropFirst()
    }
    var fraction: UInt64 = 0
    var scale = 1.0
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      var full = false
      while let digit = rest.first.flatMap(decimalDigit) {
        digits += 1
        rest = rest.dropFirst()
        // Digits past 63 bits do not count, as in Go.
        if full || fraction > (limit - 1) / 10 || fraction * 10 + UInt64(digit) > limit {
          full = true
          continue
        }
        fraction = fraction * 10 + UInt64(digit)
        scale *= 10
      }
    }
    guard digits > 0 else { throw malformed }
    let name = rest.prefix { $0 != UInt8(ascii: ".") && decimalDigit($0) == nil }
    rest = rest.dropFirst(name.count)
    guard let unit = unitLength(name) else { throw malformed }
    let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
    guard !overflow, product <= limit else { throw .outOfRange("duration") }
    guard fraction > 0 else { return product }
    let value = product + UInt64(Double(fraction) * (Double(unit) / scale))
    guard value <= limit else { throw .outOfRange("duration") }
    return value
  }

  private static func decimalDigit(_ byte: UInt8) -> UInt8? {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? byte - UInt8(ascii: "0") : nil
  }

  /// The nanoseconds of a unit.
  private static func unitLength(_ name: ArraySlice<UInt8>) -> UInt64? {
    if name.elementsEqual("ns".utf8) { return 1 }
    // Micro comes as u, as U+00B5 and as U+03BC.
    if name.elementsEqual("us".utf8) || name.elementsEqual("\u{B5}s".utf8)
      || name.elementsEqual("\u{3BC}s".utf8)
    {
      return 1_000
    }
    if name.elementsEqual("ms".utf8) { return 1_000_000 }
    if name.elementsEqual("s".utf8) { return 1_000_000_000 }
    if name.elementsEqual("m".utf8) { return 60_000_000_000 }
    if name.elementsEqual("h".utf8) { return 3_600_000_000_000 }
    return nil
  }
}

extension CELDuration: CustomStringConvertible {
  /// CEL's text, what `string(d)` gives: seconds, with the fraction only where there is one.
  ///
  /// Through the nearest double, as cel-go does (`FormatFloat(d.Seconds(), 'f', -1, 64)`), so a
  /// length of more than about a hundred days loses its last nanoseconds here.
  package var description: String {
    let whole = nanoseconds / 1_000_000_000
    let part = nanoseconds % 1_000_000_000
    return plainDecimal(Double(whole) + Double(part) / 1e9) + "s"
  }
}

/// The shortest decimal text that reads back to a finite double, without an exponent.
package func plainDecimal(_ value: Double) -> String {
  var text = value.description
  if text.hasSuffix(".0") { text.removeLast(2) }
  guard let mark = text.firstIndex(of: "e"), let power = Int(text[text.index(after: mark)...])
  else { return text }
  let sign = text.hasPrefix("-") ? "-" : ""
  let mantissa = text[..<mark].drop { $0 == "-" }
  let parts = mantissa.split(separator: ".", maxSplits: 1)
  let head = parts.first.map(String.init) ?? "0"
  let tail = parts.count > 1 && parts[1] != "0" ? String(parts[1]) : ""
  if power < 0 {
    return sign + "0." + String(repeating: "0", count: -power - head.count) + head + tail
  }
  if tail.count <= power {
    return sign + head + tail + String(repeating: "0", count: power - tail.count)
  }
  return sign + head + tail.prefix(power) + "." + tail.dropFirst(power)
}
