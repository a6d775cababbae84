/// Why a text is no time or duration, or why time arithmetic has no result.
///
/// The three cases are told apart because CEL's compile-time check of literals reports the first as
/// a mistake in the source, and because the range errors are the user's to see with the limits.
package enum CELTimeError: Error, Hashable, Sendable {
  /// The text does not have the form of a timestamp or a duration.
  case malformed(String)
  /// The value lies outside what CEL can represent.
  case outOfRange(String)
  /// The text names no time zone.
  case unknownZone(String)
}

extension CELTimeError: CustomStringConvertible {
  /// The sentence an evaluation error shows.
  package var description: String {
    switch self {
    case .malformed(let text): text
    case .outOfRange(let text): "\(text) out of range"
    case .unknownZone(let name): "unknown time zone '\(name)'"
    }
  }
}
