internal import Foundation
internal import POR
internal import Transitions

/// What one run of a search cost; the counts come first, they are exact.
struct Measurement: CustomStringConvertible {
  var name: String
  var counts: Baseline.Counts
  var seconds: Double
  /// Of the state store, its index and the tables of the search.
  var bytesPerState: Double
  /// Of the process, at its highest, less what it had before the search.
  var residentPerState: Double

  var statesPerSecond: Double { Double(counts.states) / seconds }

  var description: String {
    String(
      format: """
        %@: states=%d transitions=%d settled=%d
          sec=%.2f states/s=%.0f ns/transition=%.0f bytes/state=%.1f resident/state=%.1f
        """,
      name, counts.states, counts.transitions, counts.settled, seconds, statesPerSecond,
      seconds * 1e9 / Double(counts.transitions), bytesPerState, residentPerState)
  }

  /// Searches a benchmark's system once.
  static func take(_ benchmark: Benchmark) throws -> Measurement {
    let system = try benchmark.makeSystem()
    let before = Resident.resetPeak()
    let start = ProcessorTime.ours()
    let result = try Search().run(system)
    let seconds = ProcessorTime.ours() - start
    let resident = Resident.peak() - before
    return Measurement(
      name: benchmark.name,
      counts: Baseline.Counts(
        states: result.states, transitions: result.transitions, settled: result.settled),
      seconds: seconds,
      bytesPerState: Double(result.bytes) / Double(result.states),
      residentPerState: Double(resident) / Double(result.states))
  }
}

/// Processor seconds, user and system.
///
/// On a machine that does other things too, elapsed time says nothing. Search and pan each run on
/// one thread.
enum ProcessorTime {
  /// Those of this process.
  static func ours() -> Double { seconds(RUSAGE_SELF.rawValue) }

  /// Those of the child processes that have ended.
  static func children() -> Double { seconds(RUSAGE_CHILDREN.rawValue) }

  private static func seconds(_ whose: Int32) -> Double {
    var usage = rusage()
    getrusage(whose, &usage)
    let microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + Double(microseconds) / 1e6
  }
}

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
