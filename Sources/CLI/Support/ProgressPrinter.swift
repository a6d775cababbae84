internal import Synchronization

/// Writes progress to standard error: one line that is overwritten, or a plain line every 10 s.
final class ProgressPrinter: ProgressObserver {
  /// How lines follow each other.
  enum Style { case overwriting, lines }

  private let scenario: String
  private let style: Style
  private let start = ContinuousClock.now
  private let next: Mutex<ContinuousClock.Instant>

  init(scenario: String, style: Style) {
    self.scenario = scenario
    self.style = style
    next = Mutex(start + (style == .lines ? .seconds(10) : .milliseconds(500)))
  }

  func report(_ progress: SearchProgress) {
    let now = ContinuousClock.now
    let interval: Duration = style == .lines ? .seconds(10) : .milliseconds(200)
    let isDue = next.withLock { next in
      guard now >= next else { return false }
      next = now + interval
      return true
    }
    guard isDue else { return }
    let elapsed = now - start
    let seconds = max(1, elapsed.components.seconds)
    let rate = progress.states / Int(seconds)
    let line =
      "\(scenario): \(progress.states) states, \(rate)/s, \(progress.transitions) transitions, "
      + "depth \(progress.depth), \(progress.waiting) waiting, \(seconds) s"
    Terminal.writeError(style == .lines ? line + "\n" : "\r\u{1B}[K" + line)
  }

  deinit {
    if style == .overwriting { Terminal.writeError("\r\u{1B}[K") }
  }
}
