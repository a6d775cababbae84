import Foundation
import Model
import POR
import Testing

/// A scenario searched as one component, without the command around it.
struct WholeSearch {
  let result: SearchResult
  /// The names of the properties that do not hold.
  let violated: [String]

  /// Searches the only scenario of a text, for no valuation but the empty one.
  init(text: String) throws {
    try self.init(MemorySources(files: ["scenario.yaml": text]), "scenario.yaml")
  }

  /// Searches the scenario of a file below the repository's root.
  init(path: String) throws {
    try self.init(FolderSources(root: ExampleLoadTests.root), path)
  }

  private init(_ sources: some SourceProvider, _ path: String) throws {
    let loaded = ScenarioLoader(provider: sources).load([path])
    if let finding = loaded.diagnostics.first(where: { $0.severity == .error }) { throw finding }
    let scenario = try #require(loaded.scenarios.first)
    let definition = try WorldBuilder(scenario, symbols: [:]).build(projections: ProjectionSet())
    let world = World(definition)
    let component = Partition.merge(Partition.finest(world))
    result = try Self.search(world, component)
    violated = zip(scenario.properties, result.findings).compactMap { property, finding in
      if case .violated = finding { property.name } else { nil }
    }
  }

  private static func search(_ world: World, _ component: Component) throws -> SearchResult {
    while true {
      do {
        return try Search(options: SearchOptions()).run(Composition(world, component: component))
      } catch is RestartNeeded {
        continue
      }
    }
  }
}
