internal import Foundation
internal import Synchronization

/// Whether the user asked to stop; looked at by the search between states.
///
/// The first SIGINT or SIGTERM lets the search end with what it knows (exit code 20); a second one
/// ends the process at once.
package enum Cancellation {
  private static let flag = Atomic<Bool>(false)

  /// Whether to stop.
  package static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Asks to stop.
  package static func request() { flag.store(true, ordering: .relaxed) }

  /// Lets signals ask to stop.
  static func install() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        if Cancellation.flag.exchange(true, ordering: .relaxed) {
          _exit(ExitStatus.inconclusive.rawValue)
        }
      }
    }
  }
}
