/// A time at which a CronJob's schedule fires: the first, the second and so on of a run.
///
/// There is no clock: the times are minutes after the instant of everything, and whether one has come
/// is asked of the oracle. So they can be told apart, written into a status and put in order, and
/// nothing else (upstream: pkg/controller/cronjob/utils.go, nextScheduleTime).
struct ScheduledTime: Hashable, Comparable {
  /// From 1.
  let number: Int

  init(number: Int) { self.number = number }

  /// Reads a time that was written here; nil for any other.
  init?(_ text: String) {
    guard text.hasPrefix(Self.day), text.hasSuffix(":00Z") else { return nil }
    let parts = text.dropFirst(Self.day.count).dropLast(4).split(separator: ":").map { Int($0) }
    guard parts.count == 2, let hours = parts[0], let minutes = parts[1] else { return nil }
    number = 60 * hours + minutes
  }

  static func < (left: ScheduledTime, right: ScheduledTime) -> Bool { left.number < right.number }

  private static let day = "2020-01-01T"
  /// The first minute of that day, counted from 1970 (getTimeHashInMinutes).
  private static let firstMinute = 26_297_280
  /// How many there can be.
  static let limit = 24 * 60 - 1

  /// The time in RFC 3339.
  var text: String {
    func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(Self.day)\(digits(number / 60)):\(digits(number % 60)):00Z"
  }

  /// The end of the name of the Job for this time.
  var minutes: Int { Self.firstMinute + number }
}
