internal import Foundation
internal import POR

/// The reduced search of a system beside the full one, in turns; the best of each counts.
///
/// Where nothing can be left out, the difference is what the reduction costs.
struct FullSearchComparison: CustomStringConvertible {
  var fullStates: Int
  var fullSeconds: Double
  var reducedSeconds: Double

  var ratio: Double { reducedSeconds / fullSeconds }

  var description: String {
    String(
      format: "  full search: states=%d sec=%.2f, reduced sec=%.2f; ratio %.2f (best of %d each)",
      fullStates, fullSeconds, reducedSeconds, ratio, Self.rounds)
  }

  private static let rounds = 5

  /// Searches a benchmark's system both ways, each time made anew.
  static func take(_ benchmark: Benchmark) throws -> FullSearchComparison {
    var best: [Reduction: Double] = [:]
    var states = 0
    for _ in 0..<rounds {
      for reduction in [Reduction.none, .auto] {
        let (seconds, result) = try Measurement.timed(try benchmark.makeSystem(), reduction)
        best[reduction] = min(best[reduction] ?? .infinity, seconds)
        if reduction == .none { states = result.states }
      }
    }
    return FullSearchComparison(
      fullStates: states, fullSeconds: best[.none] ?? 0, reducedSeconds: best[.auto] ?? 0)
  }
}
