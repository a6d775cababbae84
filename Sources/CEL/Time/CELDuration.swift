/// A CEL duration: a signed count of nanoseconds.
///
/// 64 bits, about 292 years either way, as in the Go implementation the Kubernetes API server
/// runs; the protocol buffer type would reach further, but no expression there can.
package struct CELDuration: Hashable, Sendable {
  /// The length in nanoseconds.
  package let nanoseconds: Int64

  /// Makes a duration of so many nanoseconds.
  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Makes a duration of so many seconds; throws past the range.
  package init(seconds: Int64) throws(CELTimeError) {
    let (value, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { throw .outOfRange("duration") }
    nanoseconds = value
  }

  /// No time at all.
  package static let zero = CELDuration(nanoseconds: 0)
}

extension CELDuration: Comparable {
  package static func < (left: CELDuration, right: CELDuration) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

// MARK: - Arithmetic

extension CELDuration {
  /// The sum; throws past the range.
  package func adding(_ other: CELDuration) throws(CELTimeError) -> CELDuration {
    let (value, overflow) = nanoseconds.addingReportingOverflow(other.nanoseconds)
    guard !overflow else { throw .outOfRange("duration") }
    return CELDuration(nanoseconds: value)
  }

  /// The difference; throws past the range.
  package func subtracting(_ other: CELDuration) throws(CELTimeError) -> CELDuration {
    let (value, overflow) = nanoseconds.subtractingReportingOverflow(other.nanoseconds)
    guard !overflow else { throw .outOfRange("duration") }
    return CELDuration(nanoseconds: value)
  }

  /// The duration with the other sign; throws for the least one.
  package func negated() throws(CELTimeError) -> CELDuration {
    try CELDuration.zero.subtracting(self)
  }
}

// MARK: - Getters

extension CELDuration {
  /// The whole length in hours, towards zero (`getHours`).
  package var hours: Int64 { nanoseconds / 3_600_000_000_000 }

  /// The whole length in minutes, towards zero (`getMinutes`).
  package var minutes: Int64 { nanoseconds / 60_000_000_000 }

  /// The whole length in seconds, towards zero (`getSeconds`).
  package var seconds: Int64 { nanoseconds / 1_000_000_000 }

  /// The whole length in milliseconds, towards zero.
  package var milliseconds: Int64 { nanoseconds / 1_000_000 }

  /// The milliseconds past the last whole second (`getMilliseconds` as the CEL specification and
  /// its conformance tests have it; cel-go answers ``milliseconds``).
  package var millisecondComponent: Int64 { milliseconds % 1000 }
}
