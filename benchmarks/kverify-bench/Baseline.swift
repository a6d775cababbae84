internal import Foundation

/// The exact counts of each benchmark, kept in `benchmarks/baseline.json`.
struct Baseline: Codable {
  /// The counts of one benchmark.
  struct Counts: Codable, Equatable {
    var states: Int
    var transitions: Int
    var settled: Int
    /// The states of the full search, where it is asked.
    var fullStates: Int?
    /// What the naive explorer visits, where it is asked.
    var naiveVisits: Int?
    /// The reconciles that were run in processes, where there are any.
    var reconciles: Int?
  }

  var counts: [String: Counts]

  /// Reads the file.
  static func read(_ path: String) throws -> Baseline {
    try JSONDecoder().decode(Baseline.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// Writes the file.
  func write(_ path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    var data = try encoder.encode(self)
    data.append(UInt8(ascii: "\n"))
    try data.write(to: URL(fileURLWithPath: path))
  }
}
