/// Timestamps and durations: conversions and getters.
extension StandardFunctions {
  static let times: [Overload] =
    convert(
      "timestamp", to: .timestamp, from: [.timestamp, .string, .int],
      preparation: converting(toTimestamp), toTimestamp)
    + convert(
      "duration", to: .duration, from: [.duration, .string],
      preparation: converting(toDuration), toDuration)
    + CELTimestamp.Field.allCases.flatMap(getters)
    + [
      getter("getHours") { $0.hours },
      getter("getMinutes") { $0.minutes },
      getter("getSeconds") { $0.seconds },
      getter("getMilliseconds") { $0.millisecondComponent },
    ]

  private static func toTimestamp(_ value: Value) throws(EvaluationError) -> Value? {
    switch value {
    case .timestamp: return value
    case .string(let text):
      return .timestamp(try timed { () throws(CELTimeError) in try CELTimestamp(text) })
    case .int(let seconds):
      return .timestamp(
        try timed { () throws(CELTimeError) in try CELTimestamp(secondsSinceEpoch: seconds) })
    default: return nil
    }
  }

  private static func toDuration(_ value: Value) throws(EvaluationError) -> Value? {
    switch value {
    case .duration: return value
    case .string(let text):
      return .duration(try timed { () throws(CELTimeError) in try CELDuration(text) })
    default: return nil
    }
  }

  /// A field of a timestamp, in UTC or a zone.
  private static func getters(_ field: CELTimestamp.Field) -> [Overload] {
    let name = field.rawValue
    let get: Implementation = { arguments throws(EvaluationError) in
      guard case .timestamp(let timestamp) = arguments[0] else {
        throw EvaluationError.noMatchingOverload(name, arguments)
      }
      var zone: String?
      if arguments.count > 1, case .string(let text) = arguments[1] { zone = text }
      return .int(
        try timed { () throws(CELTimeError) in try timestamp.get(field, inZone: zone) })
    }
    return [
      .member(name, id: "timestamp_\(name)", on: .timestamp, to: .int, get),
      .member(name, id: "timestamp_\(name)_with_tz", on: .timestamp, [.string], to: .int, get),
    ]
  }

  /// The id of the overload of `getMilliseconds` on durations.
  static let millisecondsID = "duration_getMilliseconds"

  /// A getter of durations.
  static func getter(
    _ name: String, _ get: @escaping @Sendable (CELDuration) -> Int64
  ) -> Overload {
    .member(name, id: "duration_\(name)", on: .duration, to: .int) {
      arguments throws(EvaluationError) in
      guard case .duration(let duration) = arguments[0] else {
        throw EvaluationError.noMatchingOverload(name, arguments)
      }
      return .int(get(duration))
    }
  }
}
