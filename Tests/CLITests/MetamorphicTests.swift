import CEL
import Foundation
import Model
import ScenarioKit
import Testing

@testable import CLI

/// What must not change when a scenario is copied, renamed or put in another order (STYLE.md, "Tests").
@Suite struct MetamorphicTests {
  /// What a verification told, as far as the scenarios can be compared.
  struct Answer: Equatable, CustomStringConvertible {
    /// By property.
    var verdicts: [String: String] = [:]
    var states = 0
    var transitions = 0

    var description: String {
      "states=\(states) transitions=\(transitions) "
        + verdicts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        .joined(separator: ", ")
    }

    /// Verifies a scenario.
    init(_ scenario: Scenario, _ reduction: VerificationOptions.Reduction) throws {
      var options = VerificationOptions()
      options.reduction = reduction
      let report = try VerificationDriver.verify(scenario: scenario, options: options)
      states = report.figures.states
      transitions = report.figures.transitions
      for property in report.properties {
        switch property.verdict {
        case .holds: verdicts[property.name] = "holds"
        case .violated(let counterexample):
          verdicts[property.name] = counterexample.record.violation
        case .inconclusive(let reason): verdicts[property.name] = reason
        }
      }
    }

    /// The verdict of each copy of a property; a property that was not copied counts as each of them.
    func verdict(_ property: String, copy: Int) -> String? {
      verdicts["\(property)-\(copy)"] ?? verdicts[property]
    }
  }

  /// An example and how it is searched.
  struct Sample: Sendable, CustomStringConvertible {
    let name: String
    let reduction: VerificationOptions.Reduction

    var description: String { "\(name), \(reduction)" }

    func documents() throws -> ScenarioDocuments {
      try ScenarioDocuments(
        path: "\(CommandRunner.root.path)/examples/\(name)/scenario.yaml", from: FileSystemSource())
    }
  }

  static let samples = ExampleTests.names.flatMap { name in
    VerificationOptions.Reduction.allCases.map { Sample(name: name, reduction: $0) }
  }

  /// m copies cost m times what one costs: they share no cell that somebody writes.
  @Test(arguments: samples)
  func copiesAreAddedNotMultiplied(_ sample: Sample) throws {
    let documents = try sample.documents()
    let one = try Answer(documents.scenario(), sample.reduction)
    for count in [1, 2, 3] {
      let answer = try Answer(documents.copied(count).scenario(), sample.reduction)
      #expect(answer.states == count * one.states, "\(count) copies: \(answer); one: \(one)")
      #expect(answer.transitions == count * one.transitions, "\(count) copies")
      for (property, verdict) in one.verdicts {
        for copy in 1...count {
          #expect(
            answer.verdict(property, copy: copy) == verdict, "\(property), copy \(copy) of \(count)"
          )
        }
      }
    }
  }

  @Test(arguments: samples)
  func namesMeanNothing(_ sample: Sample) throws {
    let documents = try sample.documents()
    let answer = try Answer(documents.scenario(), sample.reduction)
    #expect(try Answer(documents.renamed().scenario(), sample.reduction) == answer)
  }

  /// A reduced search may leave other states out when it tries actions in another order.
  @Test(arguments: samples)
  func orderMeansNothing(_ sample: Sample) throws {
    let documents = try sample.documents()
    let answer = try Answer(documents.scenario(), sample.reduction)
    let reversed = try Answer(documents.reversed().scenario(), sample.reduction)
    #expect(reversed.verdicts == answer.verdicts)
    if sample.reduction == .none {
      #expect(reversed.states == answer.states)
      #expect(reversed.transitions == answer.transitions)
    }
  }
}
