internal import Dispatch
internal import Foundation
internal import Synchronization

/// Runs of this program for one benchmark each, so many at once, whose output comes in their order.
struct InOrder {
  private struct Outcome {
    var output: Data
    var hasFailed: Bool
  }

  private struct Outcomes {
    var known: [Int: Outcome] = [:]
    /// The next one that is printed.
    var next = 0
    var failures = 0
  }

  let jobs: Int

  /// Runs them with the arguments of each; returns how many failed.
  func failures(of names: [String], arguments: @Sendable (String) -> [String]) -> Int {
    let outcomes = Mutex(Outcomes())
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(jobs, names.count)) { _ in
      while true {
        let place = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if place >= names.count { return }
        let outcome = Self.run(arguments(names[place]))
        outcomes.withLock { outcomes in
          outcomes.known[place] = outcome
          while let outcome = outcomes.known.removeValue(forKey: outcomes.next) {
            FileHandle.standardOutput.write(outcome.output)
            outcomes.failures += outcome.hasFailed ? 1 : 0
            outcomes.next += 1
          }
        }
      }
    }
    return outcomes.withLock { $0.failures }
  }

  private static func run(_ arguments: [String]) -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    do {
      try process.run()
    } catch {
      return Outcome(output: Data("kverify-bench: \(error)\n".utf8), hasFailed: true)
    }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(output: output, hasFailed: process.terminationStatus != 0)
  }
}
