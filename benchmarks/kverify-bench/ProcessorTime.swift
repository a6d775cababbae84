internal import Foundation

/// Processor seconds, user and system.
///
/// On a machine that does other things too, elapsed time says nothing. Search and pan each run on
/// one thread, unless the search is told to use more.
enum ProcessorTime {
  /// Those of this process.
  static func ours() -> Double { seconds(RUSAGE_SELF.rawValue) }

  /// Those of the child processes that have ended.
  static func children() -> Double { seconds(RUSAGE_CHILDREN.rawValue) }

  /// Those of the calling thread.
  static func ownThread() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func seconds(_ whose: Int32) -> Double {
    var usage = rusage()
    getrusage(whose, &usage)
    let microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + Double(microseconds) / 1e6
  }
}
