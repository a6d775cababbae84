internal import Foundation

/// The resident memory of this process, from `/proc`.
enum Resident {
  /// Forgets the highest value so far; returns the present one, in bytes.
  static func resetPeak() -> Int {
    try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
    return value("VmRSS:")
  }

  /// The highest value since, in bytes.
  static func peak() -> Int { value("VmHWM:") }

  private static func value(_ key: String) -> Int {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
      return 0
    }
    for line in status.split(separator: "\n") where line.hasPrefix(key) {
      let fields = line.split { $0 == " " || $0 == "\t" }
      return fields.count > 1 ? (Int(fields[1]) ?? 0) * 1024 : 0
    }
    return 0
  }
}
