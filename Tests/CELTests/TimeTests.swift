import Testing

@testable import CEL

@Suite("Timestamps and durations")
struct TimeTests {
  @Test(
    "Go's duration notation is read",
    arguments: [
      ("0", 0), ("5s", 5_000_000_000), ("1h30m", 5_400_000_000_000), ("-2ms", -2_000_000),
      ("1.5s", 1_500_000_000), ("+.5h", 1_800_000_000_000), ("1us", 1000), ("1\u{B5}s", 1000),
      ("1\u{3BC}s", 1000), ("100ns", 100), ("1.000000001s", 1_000_000_001),
      ("0.1h", 360_000_000_000),
      ("-9223372036854775808ns", Int64.min), ("9223372036854775807ns", Int64.max),
      ("0.9223372036854775807999h", 3_320_413_933_267),
    ])
  func durations(text: String, nanoseconds: Int64) throws {
    #expect(try CELDuration(text).nanoseconds == nanoseconds)
  }

  @Test(
    "what is no duration is refused",
    arguments: ["", "-", "5", "s", ".s", "1x", "1s 2s", "1d", "--1s", "1e3s"])
  func malformedDurations(text: String) {
    #expect(throws: CELTimeError.malformed("invalid duration '\(text)'")) { try CELDuration(text) }
  }

  @Test(
    "durations past 64 bits are out of range",
    arguments: ["9223372036854775808ns", "-320000000000s", "99999999999999999999s", "3000000h"])
  func longDurations(text: String) {
    #expect(throws: CELTimeError.outOfRange("duration")) { try CELDuration(text) }
  }

  @Test(
    "durations are written in seconds",
    arguments: [
      ("1h30m", "5400s"), ("1.5s", "1.5s"), ("-2ms", "-0.002s"), ("1ns", "0.000000001s"),
      ("15ns", "0.000000015s"), ("0", "0s"), ("1000000s", "1000000s"),
      (
        "2540400h10m10.1s",
        "9145440610.1s"
      ),
    ])
  func durationTexts(text: String, written: String) throws {
    #expect(try CELDuration(text).description == written)
  }

  @Test("the getters of a duration round towards zero")
  func durationGetters() throws {
    let duration = try CELDuration("-1h2m3.321456789s")
    #expect(duration.hours == -1)
    #expect(duration.minutes == -62)
    #expect(duration.seconds == -3723)
    #expect(duration.milliseconds == -3_723_321)
    #expect(duration.millisecondComponent == -321)
  }

  @Test("arithmetic on durations is checked")
  func durationArithmetic() throws {
    let greatest = CELDuration(nanoseconds: .max)
    let least = CELDuration(nanoseconds: .min)
    let one = CELDuration(nanoseconds: 1)
    #expect(try one.adding(one).nanoseconds == 2)
    #expect(throws: CELTimeError.outOfRange("duration")) { try greatest.adding(one) }
    #expect(throws: CELTimeError.outOfRange("duration")) { try least.subtracting(one) }
    #expect(throws: CELTimeError.outOfRange("duration")) { try least.negated() }
    #expect(throws: CELTimeError.outOfRange("duration")) { try CELDuration(seconds: .max) }
  }

  @Test(
    "RFC 3339 is read and written",
    arguments: [
      ("1970-01-01T00:00:00Z", 0, 0, "1970-01-01T00:00:00Z"),
      ("2009-02-13T23:31:30Z", 1_234_567_890, 0, "2009-02-13T23:31:30Z"),
      ("2009-02-14T00:31:30.5+01:00", 1_234_567_890, 500_000_000, "2009-02-13T23:31:30.5Z"),
      ("2009-02-13T22:01:30-01:30", 1_234_567_890, 0, "2009-02-13T23:31:30Z"),
      ("1969-12-31T23:59:59.999999999Z", -1, 999_999_999, "1969-12-31T23:59:59.999999999Z"),
      ("0001-01-01T00:00:00Z", -62_135_596_800, 0, "0001-01-01T00:00:00Z"),
      (
        "9999-12-31T23:59:59.1234567899Z", 253_402_300_799, 123_456_789,
        "9999-12-31T23:59:59.123456789Z"
      ),
      ("2009-02-12T23:31:30-24:00", 1_234_567_890, 0, "2009-02-13T23:31:30Z"),
      ("2000-02-29T12:00:00Z", 951_825_600, 0, "2000-02-29T12:00:00Z"),
    ])
  func timestamps(text: String, seconds: Int64, nanoseconds: Int32, written: String) throws {
    let timestamp = try CELTimestamp(text)
    #expect(timestamp.seconds == seconds)
    #expect(timestamp.nanoseconds == nanoseconds)
    #expect(timestamp.description == written)
  }

  @Test(
    "what is no timestamp is refused",
    arguments: [
      "", "2009-02-13", "2009-02-13 23:31:30Z", "2009-02-13T23:31:30", "2009-02-13t23:31:30z",
      "2009-02-30T00:00:00Z", "2100-02-29T00:00:00Z", "2009-13-01T00:00:00Z",
      "2009-02-13T24:00:00Z", "2009-02-13T23:60:00Z", "2009-02-13T23:31:60Z",
      "2009-02-13T23:31:30.Z", "2009-02-13T23:31:30Zx", "2009-02-13T23:31:30+0100",
      "2009-00-01T00:00:00Z",
    ])
  func malformedTimestamps(text: String) {
    #expect(throws: CELTimeError.malformed("invalid timestamp '\(text)'")) {
      try CELTimestamp(text)
    }
  }

  @Test("timestamps outside the years 1 to 9999 are out of range")
  func timestampRange() throws {
    let first = try CELTimestamp("0001-01-01T00:00:00Z")
    let last = try CELTimestamp("9999-12-31T23:59:59.999999999Z")
    let tick = CELDuration(nanoseconds: 1)
    let range = CELTimeError.outOfRange("timestamp")
    #expect(throws: range) { try CELTimestamp("0000-01-01T00:00:00Z") }
    #expect(throws: range) { try CELTimestamp("0001-01-01T00:00:00+00:01") }
    #expect(throws: range) { try CELTimestamp(secondsSinceEpoch: 253_402_300_800) }
    #expect(throws: range) { try first.subtracting(tick) }
    #expect(throws: range) { try last.adding(tick) }
    #expect(throws: CELTimeError.outOfRange("duration")) { () throws -> CELDuration in
      try last.subtracting(first)
    }
    #expect(try first.adding(tick).subtracting(first) == tick)
  }

  @Test(
    "getters answer in a zone",
    arguments: [
      (CELTimestamp.Field.fullYear, nil, 2009), (.month, nil, 1), (.dayOfYear, nil, 43),
      (.dayOfMonth, nil, 12), (.date, nil, 13), (.dayOfWeek, nil, 5), (.hours, nil, 23),
      (.minutes, nil, 31), (.seconds, nil, 30), (.milliseconds, nil, 123),
      (.date, "Australia/Sydney", 14), (.hours, "02:00", 1), (.hours, "-08:00", 15),
      (.minutes, "America/St_Johns", 1), (.dayOfMonth, "US/Central", 12), (.hours, "UTC", 23),
      (.hours, "Europe/Berlin", 0), (.minutes, "-00:30", 1),
    ] as [(CELTimestamp.Field, String?, Int64)])
  func fields(field: CELTimestamp.Field, zone: String?, expected: Int64) throws {
    let timestamp = try CELTimestamp("2009-02-13T23:31:30.123456789Z")
    #expect(try timestamp.get(field, inZone: zone) == expected)
  }

  @Test("an unknown zone is an error", arguments: ["Nowhere/City", "1:2:3", "25:00", "Local"])
  func unknownZones(zone: String) {
    #expect(throws: CELTimeError.unknownZone(zone)) {
      try CELTimestamp.epoch.get(.hours, inZone: zone)
    }
  }

  @Test("every day from 1600 to 2400 has the fields it was made from")
  func everyDay() {
    var weekday = 6
    for year in 1600...2400 {
      var dayOfYear = 0
      for month in 1...12 {
        for day in 1...CivilTime.days(inMonth: month, ofYear: year) {
          dayOfYear += 1
          let days = CivilTime.daysSinceEpoch(year: year, month: month, day: day)
          let time = CivilTime(secondsSinceEpoch: Int64(days) * 86_400 + 86_399)
          guard time.year == year, time.month == month, time.day == day, time.hour == 23,
            time.dayOfYear == dayOfYear, time.weekday == weekday
          else {
            Issue.record("wrong fields for \(year)-\(month)-\(day): \(time)")
            return
          }
          weekday = (weekday + 1) % 7
        }
      }
    }
  }
}
