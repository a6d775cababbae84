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

  /// Objects that hold expressions cannot be rewritten, nor can the files of real code.
  static let samples = names.flatMap { name in
    VerificationOptions.Reduction.allCases.map { Sample(name: name, reduction: $0) }
  }.filter { (try? $0.documents()) != nil }

  private static let names = ExampleTests.names.filter {
    !has($0, ["metacontroller:", "process:"])
  }

  private static func has(_ name: String, _ fields: [String]) -> Bool {
    let file = CommandRunner.root.appendingPathComponent("examples/\(name)/scenario.yaml")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return fields.contains { text.contains($0) }
  }

  @Test func examplesWithoutUnknownInputsAreRewritten() {
    let known = Self.names.filter { !Self.has($0, ["symbols:"]) }
    #expect(known.count >= 15)
    #expect(known.allSatisfy { name in Self.samples.contains { $0.name == name } })
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

  // MARK: Copies that are tied together

  /// One cell that its controller counts up to 8: 10 states.
  private static let chain = """
    apiVersion: kverify.dev/v1alpha1
    kind: Scenario
    metadata: {name: chain}
    spec:
      interleaving: reconcile
      objects:
      - apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: cells.test.kverify.dev}
        spec:
          group: test.kverify.dev
          scope: Namespaced
          names: {kind: Cell, listKind: CellList, plural: cells, singular: cell}
          versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
      - {apiVersion: test.kverify.dev/v1, kind: Cell, metadata: {name: cell}, spec: {value: 0}}
      controllers:
      - {name: counter}
      names:
        cell: {apiVersion: test.kverify.dev/v1, kind: Cell, name: cell}
      properties:
      - {name: settles, converges: true}
      - {name: counted, settled: cell.spec.value == 8}
    ---
    apiVersion: kverify.dev/v1alpha1
    kind: Controller
    metadata: {name: counter}
    spec:
      for: {apiVersion: test.kverify.dev/v1, kind: Cell}
      steps:
      - id: count
        when: object.spec.value < 8
        patch: {target: object, merge: {spec: {value: "${object.spec.value + 1}"}}}
    """

  /// Copies that each read, once, an object that one event may change: the full search has the product
  /// of their states, the reduced one far less.
  @Test func tiedCopiesGrowFarSlowerThanTheirProduct() throws {
    let documents = try ScenarioDocuments(path: "chain.yaml", from: OneText(text: Self.chain))
    var product = 3
    var curve: [Int] = []
    for count in 1...4 {
      product *= 10
      let tied = try documents.copied(count).tied(readingWhen: "object.spec.value == 8")
      let scenario = try tied.scenario()
      if count < 3 { #expect(try Answer(scenario, .none).states == product) }
      let answer = try Answer(scenario, .auto)
      #expect(answer.verdicts.values.allSatisfy { $0 == "holds" }, "\(answer)")
      curve.append(answer.states)
    }
    print("tied copies, states with reduction for 1 to 4: \(curve); without: 3 times 10^m")
    #expect(curve[3] * 100 < product, "\(curve)")
    for (fewer, more) in zip(curve, curve.dropFirst()) { #expect(more < 3 * fewer, "\(curve)") }
  }
}

/// A text as the only file.
private struct OneText: SourceProvider {
  let text: String

  func read(_ path: String) throws(SourceError) -> [UInt8] { Array(text.utf8) }

  func files(below folder: String) throws(SourceError) -> [String] { throw .missing }
}
