internal import Foundation

/// Runs SPIN on a twin: `spin -a`, `gcc -O2 -DNOREDUCE`, `pan -E`.
///
/// The flags: no partial-order reduction where ours is a full search too; no `-DSAFETY`, since our search
/// decides liveness as well; no compression, which would make SPIN smaller and slower; `-E`, for the
/// end of all processes is no error here. Twins use `d_step` and byte variables, and one control
/// state a process, so that nothing but the model is stored.
struct SpinTwin {
  /// What pan reports.
  struct Outcome: CustomStringConvertible {
    var states: Int
    var transitions: Int
    var seconds: Double
    /// The table of states, as pan accounts for it.
    var bytesPerState: Double
    var statesPerSecond: Double { Double(states) / seconds }

    var description: String {
      String(
        format: "  spin: states=%d transitions=%d sec=%.2f states/s=%.0f table bytes/state=%.1f",
        states, transitions, seconds, statesPerSecond, bytesPerState)
    }
  }

  /// The reason why there is nothing to compare with.
  struct Unavailable: Error {
    var reason: String
  }

  /// Builds and runs the twin in a folder of its own.
  static func run(_ twin: Benchmark.Twin, models: String) throws -> Outcome {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("kverify-bench-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = URL(fileURLWithPath: models).appendingPathComponent(twin.file).path
    _ = try output(["spin", "-a"] + twin.definitions + [model], in: folder)
    let reduction = twin.reducedStates == nil ? ["-DNOREDUCE"] : []
    _ = try output(["gcc", "-O2"] + reduction + ["-o", "pan", "pan.c"], in: folder)
    let start = ProcessorTime.children()
    let report = try output(["./pan", "-E", "-m1000000"], in: folder)
    return try parsed(report, seconds: ProcessorTime.children() - start)
  }

  private static func output(_ command: [String], in folder: URL) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.currentDirectoryURL = folder
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Unavailable(
        reason: "\(command[0]) is missing or failed (status \(process.terminationStatus))")
    }
    return String(decoding: data, as: UTF8.self)
  }

  private static func parsed(_ report: String, seconds: Double) throws -> Outcome {
    func number(before text: String) -> Double? {
      for line in report.split(separator: "\n") where line.contains(text) {
        return line.split { $0 == " " || $0 == "\t" }.compactMap { Double($0) }.first
      }
      return nil
    }
    guard let states = number(before: "states, stored"),
      let transitions = number(before: "transitions (= stored+matched)")
    else { throw Unavailable(reason: "pan's report is not understood") }
    let megabytes = number(before: "actual memory usage for states") ?? 0
    // pan counts the initial state among the transitions.
    return Outcome(
      states: Int(states), transitions: Int(transitions) - 1, seconds: seconds,
      bytesPerState: megabytes * 1_048_576 / states)
  }
}
