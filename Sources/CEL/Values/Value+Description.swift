extension Value: CustomStringConvertible {
  /// The value as a CEL literal, or as close to one as its kind has; for messages.
  package var description: String {
    switch self {
    case .null: "null"
    case .bool(let flag): String(flag)
    case .int(let number): String(number)
    case .uint(let number): "\(number)u"
    case .double(let number): number.description
    case .string(let text): quoted(text)
    case .bytes(let bytes): "b\"\(bytes.map(escaped).joined())\""
    case .duration(let duration): "duration(\"\(duration)\")"
    case .timestamp(let timestamp): "timestamp(\"\(timestamp)\")"
    case .type(let type): type.runtimeName
    case .list(let items): "[\(items.map(\.description).joined(separator: ", "))]"
    case .map(let map):
      "{\(map.entries.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
    case .optional(.none): "optional.none()"
    case .optional(.some(let value)): "optional.of(\(value))"
    case .opaque(let value): "\(value.type.runtimeName)(\(quoted(value.text)))"
    case .symbolic(let value): value.description
    }
  }
}

/// A CEL string literal of the text.
package func quoted(_ text: String) -> String {
  var literal = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": literal += "\\\""
    case "\\": literal += "\\\\"
    case "\n": literal += "\\n"
    case "\r": literal += "\\r"
    case "\t": literal += "\\t"
    case "\u{0}"..<"\u{20}": literal += escaped(UInt8(scalar.value))
    default: literal.unicodeScalars.append(scalar)
    }
  }
  return literal + "\""
}

/// A byte as it stands in a bytes literal.
private func escaped(_ byte: UInt8) -> String {
  if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
    return String(UnicodeScalar(byte))
  }
  let digits = String(byte, radix: 16)
  return "\\x" + (digits.count < 2 ? "0" : "") + digits
}
