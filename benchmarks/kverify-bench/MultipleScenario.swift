internal import Foundation
internal import ScenarioKit

/// A scenario verified by the command, beside one that it holds many times.
///
/// Every example is copied into many namespaces; 1,000 controllers that have nothing to do with each
/// other are 1,000 times one of them.
struct MultipleScenario {
  /// How long the verification may take on one core.
  static let seconds = 60.0
  private static let copies = 50

  var name: String
  private let count: Int
  /// The scenario of so many.
  private let text: (_ count: Int) throws -> String

  /// The examples beside a folder of benchmarks, and the controllers.
  static func all(in folder: String) -> [MultipleScenario] {
    let examples = folder + "/../examples"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: examples)) ?? []
    return names.sorted().compactMap { example in
      // Objects that hold symbols cannot be copied, nor can files of real code.
      let path = "\(examples)/\(example)/scenario.yaml"
      guard let documents = try? ScenarioDocuments(path: path, from: FileSource()) else {
        return nil
      }
      return MultipleScenario(name: "copies-\(copies)-\(example)", count: copies) { count in
        try documents.copied(count).text
      }
    } + [
      MultipleScenario(name: "scenario-independent-1000-split", count: 1000) {
        IndependentControllers.scenario($0)
      }
    ]
  }

  /// What the two verifications gave.
  struct Outcome: CustomStringConvertible {
    var name: String
    var counts: Baseline.Counts
    var seconds: Double
    var one: KverifyRun
    var complaints: [String]

    var description: String {
      String(
        format: "%@: states=%d transitions=%d settled=%d reduction=auto\n  sec=%.2f one states=%d",
        name, counts.states, counts.transitions, counts.settled, seconds, one.counts.states)
    }
  }

  /// Verifies one and all, and compares.
  func measure() throws -> Outcome {
    let one = try KverifyRun(of: text(1))
    let text = try text(count)
    let start = ProcessorTime.children()
    let all = try KverifyRun(of: text)
    let seconds = ProcessorTime.children() - start
    var complaints: [String] = []
    if all.counts.states != count * one.counts.states {
      complaints.append("not \(count) times the states of one")
    }
    for (property, verdict) in one.verdicts.sorted(by: { $0.key < $1.key }) {
      // A property of everything is not copied.
      let name = property.hasSuffix("-1") ? String(property.dropLast(2)) : property
      let found =
        name == property ? [all.verdicts[name]] : (1...count).map { all.verdicts["\(name)-\($0)"] }
      if found.contains(where: { $0 != verdict }) {
        complaints.append("\(name) is not \(verdict) in every copy")
      }
    }
    return Outcome(
      name: name, counts: all.counts, seconds: seconds, one: one, complaints: complaints)
  }
}
