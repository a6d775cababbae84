import CEL
import Foundation
import POR
import Testing

@testable import Model

/// Explores scenarios in tests: the world of a document, searched as one part or split.
enum WorldExploration {
  /// The world of a scenario file below the project's folder, or of a document in memory.
  static func definition(
    path: String, _ projections: ProjectionSet = ProjectionSet(), scenario index: Int = 0
  ) throws -> WorldDefinition {
    let loader = ScenarioLoader(provider: FolderSources(root: ExampleLoadTests.root))
    let result = loader.load([path])
    #expect(result.diagnostics.filter { $0.severity == .error } == [])
    let scenario = try #require(result.scenarios.dropFirst(index).first)
    return try definition(scenario, projections)
  }

  /// The world of a document.
  static func definition(
    text: String, _ projections: ProjectionSet = ProjectionSet()
  ) throws -> WorldDefinition {
    let loader = ScenarioLoader(provider: OneFile(text: text))
    let result = loader.load(["scenario.yaml"])
    #expect(result.diagnostics.map { "\($0.location) \($0.message)" } == [])
    return try definition(try #require(result.scenarios.first), projections)
  }

  private static func definition(
    _ scenario: Scenario, _ projections: ProjectionSet
  ) throws -> WorldDefinition {
    try WorldBuilder(scenario, symbols: someValues(scenario)).build(
      projections: projections)
  }

  /// The least values of the symbols; integers that `assume` does not accept so are one more.
  private static func someValues(_ scenario: Scenario) throws -> [String: JSONValue] {
    let least = Dictionary(uniqueKeysWithValues: scenario.symbols.map { ($0.name, $0.someValue) })
    let raised = least.mapValues { value in value.int.map { .int($0 + 1) } ?? value }
    for values in [least, raised] {
      let names = Bindings(values.mapValues { Value($0) })
      let isAccepted = try scenario.assume.allSatisfy {
        try $0.program.evaluate(names).json() == true
      }
      if isAccepted { return values }
    }
    return least
  }

  /// One part that is the whole composition, and its search; by representatives of its symmetry where
  /// that is asked for and there is one.
  static func explore(
    _ world: World, audit interval: Int? = nil, bySymmetry: Bool = false
  ) throws -> (composition: Composition, result: SearchResult, finding: String?) {
    let component = Partition.merge(Partition.finest(world))
    while true {
      let composition = Composition(world, component: component)
      composition.usesSymmetry = bySymmetry && composition.hasSymmetry
      let audit = interval.map { ProjectionAudit(composition, every: $0) }
      do {
        let result = try Search().run(composition)
        return (composition, result, try audit?.run())
      } catch is RestartNeeded {
        continue
      }
    }
  }

  /// The findings by property name: `holds`, or the violations' kinds.
  static func verdicts(
    _ composition: Composition, _ result: SearchResult
  ) -> [String: String] {
    let names = composition.propertyIndices.map {
      composition.world.definition.properties[$0].name
    }
    return Dictionary(
      uniqueKeysWithValues: zip(names, result.findings).map { name, finding in
        switch finding {
        case .holds: (name, "holds")
        case .violated(let violations):
          (name, violations.map { "\($0.kind)" }.joined(separator: " "))
        case .inconclusive(let reason): (name, "\(reason)")
        }
      })
  }
}

/// A single file in memory.
struct OneFile: SourceProvider {
  let text: String

  func read(_ path: String) throws(SourceError) -> [UInt8] { Array(text.utf8) }
  func files(below folder: String) throws(SourceError) -> [String] { throw .missing }
}
