internal import Foundation
internal import Model
internal import POR
internal import Transitions

/// Worlds of scenario files, as one component, with every step already known.
enum ScenarioWorld {
  /// A scenario that a benchmark cannot use.
  struct Unusable: Error, CustomStringConvertible {
    var reason: String
    var description: String { reason }
  }

  /// Loads a scenario's world and explores it once, so that its reconcile trees are warm.
  ///
  /// The split into components is off: independent chains are to be multiplied, not added.
  static func warm(_ path: String) throws -> any TransitionSystem {
    let loaded = ScenarioLoader(provider: FileSource()).load([path])
    guard !loaded.hasErrors, let scenario = loaded.scenarios.first else {
      let findings = loaded.diagnostics.map { "\($0.code) \($0.message)" }
      throw Unusable(reason: findings.joined(separator: "; "))
    }
    let definition = try WorldBuilder(scenario, symbols: [:])
      .build(projections: ProjectionSet().without(.components))
    let world = World(definition)
    guard let component = Partition.finest(world).first else {
      throw Unusable(reason: "nothing happens in it")
    }
    while true {
      let composition = Composition(world, component: component)
      do {
        _ = try Search().run(composition)
        return composition
      } catch is RestartNeeded {
        continue
      }
    }
  }
}

/// Files as they are.
private struct FileSource: SourceProvider {
  func read(_ path: String) throws(SourceError) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else { throw .missing }
    return Array(data)
  }

  /// Benchmarks name files only.
  func files(below folder: String) throws(SourceError) -> [String] { throw .missing }
}
