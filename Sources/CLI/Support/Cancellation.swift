internal import Foundation
internal import POR

/// Whether the user asked to stop; looked at by the search between states.
///
/// The first SIGINT or SIGTERM lets the search end with what it knows (exit code 20); a second one
/// ends the process at once.
package enum Cancellation {
  /// The flag that searches look at.
  static let flag = CancellationFlag()

  /// Whether to stop.
  package static var isRequested: Bool { flag.isRaised }

  /// Asks to stop.
  package static func request() { flag.raise() }

  /// Lets signals ask to stop, also where whoever started kverify had blocked them.
  static func install() {
    // Made before a handler can run: a handler must not initialise anything.
    _ = flag
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        if Cancellation.flag.isRaised { _exit(ExitStatus.inconclusive.rawValue) }
        Cancellation.flag.raise()
      }
    }
  }
}
