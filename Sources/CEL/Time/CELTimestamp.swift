/// A CEL timestamp: an instant from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.
///
/// It has no zone: equal instants are equal values with equal texts. (cel-go keeps the offset a
/// text was written with, so there two equal timestamps can print differently.)
package struct CELTimestamp: Hashable, Sendable {
  /// Whole seconds since the start of 1970, rounded towards the past.
  package let seconds: Int64
  /// Nanoseconds after that second, 0 to 999,999,999.
  package let nanoseconds: Int32

  /// The least second CEL can represent.
  package static let leastSecond: Int64 = -62_135_596_800
  /// The greatest second CEL can represent.
  package static let greatestSecond: Int64 = 253_402_300_799

  /// Makes the instant so many seconds after the start of 1970; throws out of CEL's range.
  package init(secondsSinceEpoch seconds: Int64, nanoseconds: Int32 = 0) throws(CELTimeError) {
    precondition((0..<1_000_000_000).contains(nanoseconds), "nanoseconds are part of a second")
    guard (Self.leastSecond...Self.greatestSecond).contains(seconds) else {
      throw .outOfRange("timestamp")
    }
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// The start of 1970.
  package static let epoch = CELTimestamp()

  private init() {
    seconds = 0
    nanoseconds = 0
  }
}

extension CELTimestamp: Comparable {
  package static func < (left: CELTimestamp, right: CELTimestamp) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}

// MARK: - Arithmetic

extension CELTimestamp {
  /// Nanoseconds since the start of 1970, which need more than 64 bits.
  private var total: Int128 { Int128(seconds) * 1_000_000_000 + Int128(nanoseconds) }

  private init(total: Int128) throws(CELTimeError) {
    let (quotient, remainder) = total.quotientAndRemainder(dividingBy: 1_000_000_000)
    let negative = remainder < 0
    try self.init(
      secondsSinceEpoch: Int64(negative ? quotient - 1 : quotient),
      nanoseconds: Int32(negative ? remainder + 1_000_000_000 : remainder))
  }

  /// The instant a duration later; throws out of the range of timestamps.
  package func adding(_ duration: CELDuration) throws(CELTimeError) -> CELTimestamp {
    try CELTimestamp(total: total + Int128(duration.nanoseconds))
  }

  /// The instant a duration earlier; throws out of the range of timestamps.
  package func subtracting(_ duration: CELDuration) throws(CELTimeError) -> CELTimestamp {
    try CELTimestamp(total: total - Int128(duration.nanoseconds))
  }

  /// The time from another instant to this one; throws out of the range of durations.
  package func subtracting(_ other: CELTimestamp) throws(CELTimeError) -> CELDuration {
    guard let nanoseconds = Int64(exactly: total - other.total) else {
      throw .outOfRange("duration")
    }
    return CELDuration(nanoseconds: nanoseconds)
  }
}

// MARK: - Fields

extension CELTimestamp {
  /// A field a CEL getter reads.
  package enum Field: String, CaseIterable, Sendable {
    case fullYear = "getFullYear"
    case month = "getMonth"
    case dayOfYear = "getDayOfYear"
    case dayOfMonth = "getDayOfMonth"
    case date = "getDate"
    case dayOfWeek = "getDayOfWeek"
    case hours = "getHours"
    case minutes = "getMinutes"
    case seconds = "getSeconds"
    case milliseconds = "getMilliseconds"
  }

  /// The date and time of day in a zone: nil is UTC, else an offset or an IANA name.
  package func civilTime(inZone zone: String? = nil) throws(CELTimeError) -> CivilTime {
    guard let zone else { return CivilTime(secondsSinceEpoch: seconds) }
    let offset = try zoneOffset(zone, atSecondsSinceEpoch: seconds)
    return CivilTime(secondsSinceEpoch: seconds + offset)
  }

  /// What a getter gives; months and the days of year, month (but `getDate`) and week count from 0.
  package func get(_ field: Field, inZone zone: String? = nil) throws(CELTimeError) -> Int64 {
    let time = try civilTime(inZone: zone)
    return switch field {
    case .fullYear: Int64(time.year)
    case .month: Int64(time.month - 1)
    case .dayOfYear: Int64(time.dayOfYear - 1)
    case .dayOfMonth: Int64(time.day - 1)
    case .date: Int64(time.day)
    case .dayOfWeek: Int64(time.weekday)
    case .hours: Int64(time.hour)
    case .minutes: Int64(time.minute)
    case .seconds: Int64(time.second)
    case .milliseconds: Int64(nanoseconds / 1_000_000)
    }
  }
}
