internal import CEL

/// How long ago something was, as tables say it: `5s`, `3m12s`, `2d4h`.
///
/// Follows staging/src/k8s.io/apimachinery/pkg/util/duration/duration.go (HumanDuration).
enum HumanDuration {
  /// The time from one instant to another; `<unknown>` where one cannot be read.
  static func between(_ start: String?, _ end: String) -> String {
    guard let start = start.flatMap(seconds), let end = seconds(end) else { return "<unknown>" }
    return text(end - start)
  }

  private static func seconds(_ text: String) -> Int64? {
    (try? CELTimestamp(text))?.seconds
  }

  /// The words for a number of seconds.
  static func text(_ seconds: Int64) -> String {
    if seconds < -1 { return "<invalid>" }
    if seconds < 0 { return "0s" }
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400)
    func join(_ large: Int64, _ unit: String, _ small: Int64, _ smallUnit: String) -> String {
      small == 0 ? "\(large)\(unit)" : "\(large)\(unit)\(small)\(smallUnit)"
    }
    if seconds < 120 { return "\(seconds)s" }
    if minutes < 10 { return join(minutes, "m", seconds % 60, "s") }
    if minutes < 180 { return "\(minutes)m" }
    if hours < 8 { return join(hours, "h", minutes % 60, "m") }
    if hours < 48 { return "\(hours)h" }
    if hours < 192 { return join(days, "d", hours % 24, "h") }
    if days < 730 { return "\(days)d" }
    if days < 2920 { return join(days / 365, "y", days % 365, "d") }
    return "\(days / 365)y"
  }
}
