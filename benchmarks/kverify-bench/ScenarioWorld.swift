internal import Foundation
internal import Model
internal import POR
internal import Transitions

/// Worlds of scenarios, as one component, with every step already known.
enum ScenarioWorld {
  /// A scenario that a benchmark cannot use.
  struct Unusable: Error, CustomStringConvertible {
    var reason: String
    var description: String { reason }
  }

  /// Loads a scenario file's world and explores it once, so that its reconcile trees are warm.
  ///
  /// A property may be left out.
  static func warm(
    _ path: String, leavingOut property: String? = nil
  ) throws -> any TransitionSystem {
    try warm(
      ScenarioLoader(provider: FileSource()).load([path]), leavingOut: property, reduction: .none)
  }

  /// The same of a text, explored with or without reduction.
  static func warm(text: String, reduction: Reduction) throws -> any TransitionSystem {
    try warm(
      ScenarioLoader(provider: TextSource(text: text)).load(["scenario.yaml"]), leavingOut: nil,
      reduction: reduction)
  }

  /// The split into components is off: independent chains are to be multiplied, not added.
  private static func warm(
    _ loaded: ScenarioLoader.Result, leavingOut property: String?, reduction: Reduction
  ) throws -> any TransitionSystem {
    guard !loaded.hasErrors, let scenario = loaded.scenarios.first else {
      let findings = loaded.diagnostics.map { "\($0.code) \($0.message)" }
      throw Unusable(reason: findings.joined(separator: "; "))
    }
    var definition = try WorldBuilder(scenario, symbols: [:])
      .build(projections: ProjectionSet().without(.components))
    definition.properties.removeAll { $0.name == property }
    let world = World(definition)
    guard let component = Partition.finest(world).first else {
      throw Unusable(reason: "nothing happens in it")
    }
    while true {
      let composition = Composition(world, component: component)
      do {
        _ = try Measurement.timed(composition, reduction)
        return composition
      } catch is RestartNeeded {
        continue
      }
    }
  }
}

/// A text as the only file.
private struct TextSource: SourceProvider {
  let text: String

  func read(_ path: String) throws(SourceError) -> [UInt8] { Array(text.utf8) }

  func files(below folder: String) throws(SourceError) -> [String] { throw .missing }
}
