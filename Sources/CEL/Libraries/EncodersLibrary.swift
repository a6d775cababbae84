extension Library {
  /// cel-go's ext.Encoders: base64.
  ///
  /// Follows cel-go ext/encoders.go: padding may be left out when decoding.
  package static let encoders = Library(
    name: "encoders",
    functions: [
      .global("base64.encode", id: "base64_encode_bytes", [.bytes], to: .string) {
        arguments throws(EvaluationError) in .string(base64Text(try arguments.bytes(0)))
      },
      .global("base64.decode", id: "base64_decode_string", [.string], to: .bytes) {
        arguments throws(EvaluationError) in
        guard let bytes = base64Bytes(try arguments.string(0)) else {
          throw EvaluationError(.conversion, "illegal base64 data")
        }
        return .bytes(bytes)
      },
    ])
}

/// The bytes of standard base64 text, with or without padding; nil for other text.
///
/// As in Go's decoder line breaks do not count, and the unused bits of the last digit may be set.
func base64Bytes(_ text: String) -> [UInt8]? {
  var digits = text.utf8.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
  if digits.last == UInt8(ascii: "=") {
    guard digits.count % 4 == 0 else { return nil }
    digits.removeLast()
    if digits.last == UInt8(ascii: "=") { digits.removeLast() }
  }
  guard digits.count % 4 != 1 else { return nil }
  var bytes: [UInt8] = []
  var bits: UInt32 = 0
  var count = 0
  for digit in digits {
    let value: UInt8
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = digit - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): value = digit - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): value = 62
    case UInt8(ascii: "/"): value = 63
    default: return nil
    }
    bits = bits << 6 | UInt32(value)
    count += 6
    if count >= 8 {
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      bits &= (1 << UInt32(count)) - 1
    }
  }
  return bytes
}
