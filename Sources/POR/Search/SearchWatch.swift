/// Looks at limits, cancellation and progress, cheaply.
///
/// The flag at every state that is expanded, since expanding one may take long; the clock and
/// progress at every 32nd; memory, which may be a question to the system, at every 256th.
struct SearchWatch {
  /// The number of states at which the search is cut.
  var maxStates: Int
  private let limits: SearchLimits
  private let cancellation: CancellationFlag?
  private let memoryInUse: (() -> Int)?
  private let progress: ((SearchProgress) -> Void)?
  private let interval: Int
  private var nextProgress: Int
  private var expanded = 0
  private var isMemoryDue = false

  /// Makes the watch of a search.
  init(_ options: SearchOptions) {
    limits = options.limits
    maxStates = max(1, limits.states ?? .max)
    cancellation = options.cancellation
    memoryInUse = options.memoryInUse
    progress = options.progress
    interval = max(1, options.progressInterval)
    nextProgress = interval
  }

  /// Whether somebody asked for the search's end.
  var isCancelled: Bool { cancellation?.isRaised == true }

  /// Counts expanded states; true when it is time to `check`.
  mutating func isDue(after count: Int = 1) -> Bool {
    let before = expanded
    expanded += count
    if expanded / 256 != before / 256 { isMemoryDue = true }
    return expanded / 32 != before / 32 || isCancelled
  }

  /// Tells progress and finds a reason to stop.
  mutating func check(
    states: Int, transitions: Int, depth: Int, waiting: Int, bytes: Int
  ) -> CutReason? {
    if states >= nextProgress {
      nextProgress = states / interval * interval + interval
      progress?(
        SearchProgress(
          states: states, transitions: transitions, depth: depth, waiting: waiting, bytes: bytes))
    }
    if isCancelled { return .cancelled }
    if isMemoryDue, let limit = limits.bytes {
      isMemoryDue = false
      if memoryInUse?() ?? bytes > limit { return .memory }
    }
    if let deadline = limits.deadline, ContinuousClock.now >= deadline { return .time }
    return nil
  }
}
