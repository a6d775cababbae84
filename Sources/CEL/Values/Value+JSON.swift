extension Value {
  /// The value of a JSON value: numbers keep their kind, objects become maps with sorted keys.
  ///
  /// What is not known is pinned; ``SymbolicRun`` lifts values that are to stay unknown.
  package init(_ json: JSONValue) {
    switch json {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .int(let number): self = .int(number)
    case .double(let number): self = .double(number)
    case .string(let text): self = .string(text)
    case .array(let items): self = .list(items.map(Value.init))
    case .object(let object): self = .map(MapValue(object))
    case .symbolic(let leaf): self.init(leaf.pinned)
    }
  }

  /// The value as JSON, to be put into an object.
  ///
  /// An unsigned integer must fit a signed one, bytes become base64 text, times and opaque values
  /// their text, an optional its value or null; a map needs string keys.
  package func json() throws(EvaluationError) -> JSONValue {
    switch self {
    case .null, .optional(.none): return .null
    case .bool(let flag): return .bool(flag)
    case .int(let number): return .int(number)
    case .uint(let number):
      guard let signed = Int64(exactly: number) else {
        throw EvaluationError(.overflow, "\(number) does not fit a JSON integer")
      }
      return .int(signed)
    case .double(let number):
      guard number.isFinite else {
        throw EvaluationError(.conversion, "\(self) has no JSON form")
      }
      return .double(number)
    case .string(let text): return .string(text)
    case .bytes(let bytes): return .string(base64Text(bytes))
    case .duration(let duration): return .string(duration.description)
    case .timestamp(let timestamp): return .string(timestamp.description)
    case .type(let type):
      throw EvaluationError(.conversion, "the type \(type.runtimeName) has no JSON form")
    case .list(let items):
      var array: [JSONValue] = []
      array.reserveCapacity(items.count)
      for item in items { array.append(try item.json()) }
      return .array(array)
    case .map(let map): return .object(try map.jsonObject())
    case .optional(.some(let value)): return try value.json()
    case .opaque(let value): return .string(value.text)
    case .symbolic(let value):
      throw EvaluationError(.conversion, "the value \(value) is not known, so it has no JSON form")
    }
  }
}

extension MapValue {
  /// The map as a JSON object; throws where a key is no string.
  package func jsonObject() throws(EvaluationError) -> JSONObject {
    if let json { return json }
    var object = JSONObject()
    for (key, value) in entries {
      guard case .string(let name) = key else {
        throw EvaluationError(
          .conversion, "the map key \(key) is no string, so it has no JSON form")
      }
      object[name] = try value.json()
    }
    return object
  }
}

/// Standard base64 with padding (RFC 4648, section 4).
package func base64Text(_ bytes: [UInt8]) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var text: [UInt8] = []
  text.reserveCapacity((bytes.count + 2) / 3 * 4)
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    var bits: UInt32 = 0
    for position in 0..<3 {
      bits = bits << 8 | (position < group.count ? UInt32(group[start + position]) : 0)
    }
    for position in 0..<4 {
      text.append(
        position <= group.count
          ? alphabet[Int(bits >> UInt32(18 - 6 * position)) & 63] : UInt8(ascii: "="))
    }
  }
  return String(decoding: text, as: UTF8.self)
}
