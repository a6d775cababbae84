internal import CZ3
internal import Foundation

/// Ends checks that take too long.
///
/// Z3 4.8.12 does not look at its own time limit in nonlinear arithmetic. One thread for the whole
/// process interrupts each context that is past its deadline, again every few milliseconds until
/// the check returns: an interrupt that comes between two phases is lost.
final class Watchdog: @unchecked Sendable {
  static let shared = Watchdog()

  /// A check that runs.
  private struct Entry {
    let context: OpaquePointer
    let deadline: UInt64
    var hasFired = false
  }

  // All below is guarded by the condition's lock.
  private let condition = NSCondition()
  private var entries: [Int: Entry] = [:]
  private var next = 0
  private var hasStarted = false
  private var isIdle = false
  private var arrivals = 0

  private static let period: UInt64 = 5_000_000

  static func now() -> UInt64 { DispatchTime.now().uptimeNanoseconds }

  /// Starts to watch a check; returns the number to end with.
  func start(_ context: OpaquePointer, nanoseconds: UInt64) -> Int {
    condition.lock()
    defer { condition.unlock() }
    next += 1
    arrivals += 1
    entries[next] = Entry(context: context, deadline: Self.now() + nanoseconds)
    if !hasStarted {
      hasStarted = true
      Thread.detachNewThread { [self] in watch() }
    } else if isIdle {
      condition.signal()
    }
    return next
  }

  /// Ends to watch a check; says whether it was interrupted.
  ///
  /// No interrupt comes afterwards.
  func end(_ number: Int) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    return entries.removeValue(forKey: number)?.hasFired ?? false
  }

  private func watch() {
    condition.lock()
    var seen = 0
    while true {
      if entries.isEmpty, arrivals == seen {
        isIdle = true
        condition.wait()
        isIdle = false
        continue
      }
      seen = arrivals
      let now = Self.now()
      for (number, entry) in entries where entry.deadline <= now {
        entries[number]?.hasFired = true
        Z3_interrupt(entry.context)
      }
      // Polling costs less than a wake-up for each of thousands of short checks a second.
      condition.unlock()
      Thread.sleep(forTimeInterval: Double(Self.period) / 1e9)
      condition.lock()
    }
  }
}
