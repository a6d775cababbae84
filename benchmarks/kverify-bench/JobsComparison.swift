internal import Foundation
internal import POR
internal import Transitions

/// The full search of one system with one thread and with two, in turns, and what the second gains.
///
/// The counts must be equal. Times are the best of each; elapsed time is what matters here. On a machine
/// that does other things too it says little, so two more stand beside it: the processor time of all
/// threads, and that of the searching thread, which does its part of what is shared, then waits for the
/// rest and does alone what is not: with a processor for each thread that is the elapsed time.
enum JobsComparison {
  private struct Cost {
    var elapsed = Double.infinity
    var processor = Double.infinity
    var ownThread = Double.infinity
  }

  /// How much faster two threads must be, on the best of the systems.
  private static let goal = 1.5

  /// The systems that are compared: a million states, 320,096 and six millions.
  static let names = ["jobs-scenario-chains", "jobs-scenario-counters", "jobs-scenario-counters-3"]

  /// The goal is judged on the largest.
  private static let judged = "jobs-scenario-counters-3"

  private static func system(_ name: String, _ folder: String) throws -> any TransitionSystem {
    let path = folder + "/scenarios/\(name == "jobs-scenario-chains" ? "chains" : "counters").yaml"
    guard name == judged else { return try ScenarioWorld.warm(path) }
    // Each task increments the cell three times instead of twice.
    let text = try String(contentsOfFile: path, encoding: .utf8)
    return try ScenarioWorld.warm(
      text: text.replacingOccurrences(of: "done < 2", with: "done < 3"), reduction: .none)
  }

  /// Prints a row; returns what is wrong.
  static func run(_ name: String, folder: String) throws -> [String] {
    let system = try system(name, folder)
    let repetitions = name == judged ? 2 : 5
    var costs = [Cost(), Cost()]
    var results: [SearchResult] = []
    for _ in 0..<repetitions {
      for jobs in 1...2 {
        var options = SearchOptions()
        options.jobs = jobs
        let (elapsed, processor) = (ContinuousClock.now, ProcessorTime.ours())
        let ownThread = ProcessorTime.ownThread()
        results.append(try Search(options: options).run(system))
        let duration = ContinuousClock.now - elapsed
        let seconds =
          Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        costs[jobs - 1].elapsed = min(costs[jobs - 1].elapsed, seconds)
        costs[jobs - 1].processor = min(
          costs[jobs - 1].processor, ProcessorTime.ours() - processor)
        costs[jobs - 1].ownThread = min(
          costs[jobs - 1].ownThread, ProcessorTime.ownThread() - ownThread)
      }
    }
    let first = results[0]
    print(
      "\(name): states=\(first.states) transitions=\(first.transitions) settled=\(first.settled)")
    for jobs in 1...2 {
      let cost = costs[jobs - 1]
      print(
        String(
          format: "  jobs=%d sec=%.2f processor=%.2f own thread=%.2f", jobs, cost.elapsed,
          cost.processor, cost.ownThread))
    }
    let ratio = costs[0].elapsed / costs[1].elapsed
    print(
      String(
        format: "  ratio %.2f, of the own thread %.2f", ratio,
        costs[0].ownThread / costs[1].ownThread))
    let isEqual = results.allSatisfy {
      $0.states == first.states && $0.transitions == first.transitions
        && $0.settled == first.settled && $0.bytes == first.bytes
    }
    return (isEqual ? [] : ["the counts differ with two threads"])
      + (name == judged && ratio < goal ? ["less than \(goal) times as fast"] : [])
  }
}
