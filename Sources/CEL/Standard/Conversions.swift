/// Conversions between the kinds of values; Go's rules for texts and ranges.
extension StandardFunctions {
  static let conversions: [Overload] =
    convert("bool", to: .bool, from: [.bool, .string], toBool)
    + convert("int", to: .int, from: [.int, .uint, .double, .string, .timestamp], toInt)
    + convert("uint", to: .uint, from: [.uint, .int, .double, .string], toUInt)
    + convert("double", to: .double, from: [.double, .int, .uint, .string], toDouble)
    + convert(
      "string", to: .string,
      from: [.string, .bool, .int, .uint, .double, .bytes, .timestamp, .duration], toString)
    + convert("bytes", to: .bytes, from: [.bytes, .string], toBytes)
    + [
      .global("dyn", id: "to_dyn", [.parameter("A")], to: .dyn) { arguments in arguments[0] },
      .global("type", id: "type", [.parameter("A")], to: .type(.parameter("A"))) { arguments in
        .type(arguments[0].type)
      },
    ]

  /// One overload for each kind of source, sharing what converts.
  static func convert(
    _ name: String, to result: CELType, from sources: [CELType],
    preparation: Overload.Preparation? = nil,
    _ conversion: @escaping @Sendable (Value) throws(EvaluationError) -> Value?
  ) -> [Overload] {
    sources.map { source in
      .global(
        name, id: "\(source)_to_\(name)", [source], to: result,
        preparation: source == .string ? preparation : nil
      ) { arguments throws(EvaluationError) in
        guard let value = try conversion(arguments[0]) else {
          throw EvaluationError.noMatchingOverload(name, arguments)
        }
        return value
      }
    }
  }

  /// Converts a literal text once, so that a wrong one shows when the program is compiled.
  ///
  /// Kubernetes does so for times only.
  static func converting(
    _ conversion: @escaping @Sendable (Value) throws(EvaluationError) -> Value?
  ) -> Overload.Preparation {
    { constants throws(EvaluationError) in
      guard let constant = constants[0], let value = try conversion(constant) else { return nil }
      return { _ in value }
    }
  }

  private static func failure(_ value: Value, _ type: String) -> EvaluationError {
    EvaluationError(.conversion, "cannot convert \(value) to \(type)")
  }

  private static func range(_ value: Value, _ type: String) -> EvaluationError {
    EvaluationError(.overflow, "range error: \(value) does not fit \(type)")
  }

  /// The texts of strconv.ParseBool.
  private static func toBool(_ value: Value) throws(EvaluationError) -> Value? {
    switch value {
    case .bool: return value
    case .string("1"), .string("t"), .string("T"), .string("true"), .string("TRUE"),
      .string("True"):
      return .bool(true)
    case .string("0"), .string("f"), .string("F"), .string("false"), .string("FALSE"),
      .string("False"):
      return .bool(false)
    case .string: throw failure(value, "bool")
    default: return nil
    }
  }

  private static func toInt(_ value: Value) throws(EvaluationError) -> Value? {
    switch value {
    case .int: return value
    case .uint(let number):
      guard let result = Int64(exactly: number) else { throw range(value, "int") }
      return .int(result)
    case .double(let number):
      // The bounds themselves are refused, as in cel-go (common/types/overflow.go).
      guard number > -0x1p63, number < 0x1p63 else { throw range(value, "int") }
      return .int(Int64(number))
    case .string(let text):
      guard let result = Int64(text) else { throw failure(value, "int") }
      return .int(result)
    case .timestamp(let timestamp): return .int(timestamp.seconds)
    default: return nil
    }
  }

  private static func toUInt(_ value: Value) throws(EvaluationError) -> Value? {
    switch value {
    case .uint: return value
    case .int(let number):
      guard let result = UInt64(exactly: number) else { throw range(value, "uint") }
      return .uint(result)
    case .double(let number):
      guard number >= 0, number < 0x1p64 else { throw range(value, "uint") }
      return .uint(UInt64(number))
    case .string(let text):
      guard !text.hasPrefix("+"), let result = UInt64(text) else { throw failure(value, "uint") }
      return .uint(result)
    default: return nil
    }
  }

  private static func toDouble(_ value: Value) throws(EvaluationError) -> Value? {
    switch value {
    case .double: return value
    case .int(let number): return .double(Double(number))
    case .uint(let number): return .double(Double(number))
    case .string(let text):
      guard let result = Double(text) else { throw failure(value, "double") }
      let namesInfinity = text.unicodeScalars.contains { $0 == "n" || $0 == "N" }
      guard result.isFinite || namesInfinity else { throw range(value, "double") }
      return .double(result)
    default: return nil
    }
  }

  private static func toString(_ value: Value) throws(EvaluationError) -> Value? {
    switch value {
    case .string: return value
    case .bool(let flag): return .string(String(flag))
    case .int(let number): return .string(String(number))
    case .uint(let number): return .string(String(number))
    case .double(let number): return .string(text(number))
    case .bytes(let bytes):
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw EvaluationError(.conversion, "the bytes are not UTF-8, so no string")
      }
      return .string(text)
    case .timestamp(let timestamp): return .string(timestamp.description)
    case .duration(let duration): return .string(duration.description)
    default: return nil
    }
  }

  /// The text of a double as Go's FormatFloat(d, 'f', -1, 64) gives it.
  private static func text(_ number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
    return plainDecimal(number)
  }

  private static func toBytes(_ value: Value) throws(EvaluationError) -> Value? {
    switch value {
    case .bytes: value
    case .string(let text): .bytes(Array(text.utf8))
    default: nil
    }
  }
}
