internal import Foundation
internal import POR
internal import Transitions

/// What one run of a search cost; the counts come first, they are exact.
struct Measurement: CustomStringConvertible {
  var name: String
  var reduction: Reduction
  var counts: Baseline.Counts
  var seconds: Double
  /// Of the state store, its index and the tables of the search.
  var bytesPerState: Double
  /// Of the process, at its highest, less what it had before the search.
  var residentPerState: Double
  /// Of the process, at its highest.
  var peakMegabytes: Double

  var statesPerSecond: Double { Double(counts.states) / seconds }

  var description: String {
    String(
      format: """
        %@: states=%d transitions=%d settled=%d%@
          sec=%.2f states/s=%.0f ns/transition=%.0f bytes/state=%.1f resident/state=%.1f%@
        """,
      name, counts.states, counts.transitions, counts.settled,
      reduction == .none ? "" : " reduction=auto", seconds, statesPerSecond,
      seconds * 1e9 / Double(counts.transitions), bytesPerState, residentPerState,
      reduction == .none ? "" : String(format: " peak=%.0f MB", peakMegabytes))
  }

  /// Searches a benchmark's system once.
  static func take(_ benchmark: Benchmark) throws -> Measurement {
    let system = try benchmark.makeSystem()
    let before = Resident.resetPeak()
    let (seconds, result) = try timed(system, benchmark.reduction)
    let peak = Resident.peak()
    return Measurement(
      name: benchmark.name, reduction: benchmark.reduction,
      counts: Baseline.Counts(
        states: result.states, transitions: result.transitions, settled: result.settled),
      seconds: seconds,
      bytesPerState: Double(result.bytes) / Double(result.states),
      residentPerState: Double(peak - before) / Double(result.states),
      peakMegabytes: Double(peak) / 1_048_576)
  }

  /// The states of the full search of a benchmark's system.
  static func fullStates(of benchmark: Benchmark) throws -> Int {
    try timed(try benchmark.makeSystem(), .none).result.states
  }

  /// Searches a system and tells the processor seconds.
  static func timed(
    _ system: any TransitionSystem, _ reduction: Reduction
  ) throws -> (seconds: Double, result: SearchResult) {
    var options = SearchOptions()
    options.reduction = reduction
    let start = ProcessorTime.ours()
    let result = try Search(options: options).run(system)
    return (ProcessorTime.ours() - start, result)
  }
}
