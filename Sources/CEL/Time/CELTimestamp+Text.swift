/// Timestamps as text: RFC 3339, read and written.

extension CELTimestamp {
  /// Reads RFC 3339 with upper-case `T` and `Z`; digits past the nanosecond are cut off, as Go does.
  package init(_ text: String) throws(CELTimeError) {
    guard let fields = Fields(text) else {
      throw .malformed("invalid timestamp '\(text)'")
    }
    let days = CivilTime.daysSinceEpoch(year: fields.year, month: fields.month, day: fields.day)
    let seconds = Int64(days) * 86_400 + Int64(fields.secondOfDay) - Int64(fields.offset)
    try self.init(secondsSinceEpoch: seconds, nanoseconds: fields.nanoseconds)
  }

  /// What the text says, each field in its range.
  private struct Fields {
    var year = 0
    var month = 0
    var day = 0
    var secondOfDay = 0
    var nanoseconds: Int32 = 0
    var offset = 0

    init?(_ text: String) {
      var rest = Array(text.utf8)[...]
      func number(_ digits: Int, upTo greatest: Int) -> Int? {
        guard rest.count >= digits else { return nil }
        var value = 0
        for byte in rest.prefix(digits) {
          guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
          value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        rest = rest.dropFirst(digits)
        return value <= greatest ? value : nil
      }
      func accept(_ character: Unicode.Scalar) -> Bool {
        guard let byte = rest.first, byte == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
      }
      guard let year = number(4, upTo: 9999), accept("-"),
        let month = number(2, upTo: 12), month > 0, accept("-"),
        let day = number(2, upTo: CivilTime.days(inMonth: month, ofYear: year)), day > 0,
        accept("T"),
        let hour = number(2, upTo: 23), accept(":"),
        let minute = number(2, upTo: 59), accept(":"),
        let second = number(2, upTo: 59)
      else { return nil }
      self.year = year
      self.month = month
      self.day = day
      secondOfDay = hour * 3600 + minute * 60 + second
      if accept(".") {
        var unit: Int32 = 100_000_000
        var digits = 0
        while let digit = number(1, upTo: 9) {
          nanoseconds += Int32(digit) * unit
          unit /= 10
          digits += 1
        }
        guard digits > 0 else { return nil }
      }
      if !accept("Z") {
        let negative = accept("-")
        guard negative || accept("+"), let hours = number(2, upTo: 24), accept(":"),
          let minutes = number(2, upTo: 60)
        else { return nil }
        offset = (hours * 3600 + minutes * 60) * (negative ? -1 : 1)
      }
      guard rest.isEmpty else { return nil }
    }
  }
}

extension CELTimestamp: CustomStringConvertible {
  /// RFC 3339 in UTC, with as many digits of the fraction as it has.
  package var description: String {
    let time = CivilTime(secondsSinceEpoch: seconds)
    var text = padded(time.year, to: 4) + "-" + padded(time.month, to: 2)
    text += "-" + padded(time.day, to: 2) + "T" + padded(time.hour, to: 2)
    text += ":" + padded(time.minute, to: 2) + ":" + padded(time.second, to: 2)
    if nanoseconds > 0 {
      var fraction = padded(Int(nanoseconds), to: 9)
      while fraction.hasSuffix("0") { fraction.removeLast() }
      text += "." + fraction
    }
    return text + "Z"
  }
}

private func padded(_ number: Int, to width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
