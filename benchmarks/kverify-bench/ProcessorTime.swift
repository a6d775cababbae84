internal import Foundation

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
