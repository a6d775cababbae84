import POR
import Testing
import Transitions

@testable import Model

/// The reduced search of real compositions finds what the full search finds.
@Suite struct ReductionOfExamplesTests {
  /// The largest full search that is compared.
  private static let limit = 1_500

  @Test(arguments: ExampleLoadTests.modelled)
  func findsTheSame(_ path: String) throws {
    for variant in FootprintOracleTests.Variant.allCases {
      var definition = try WorldExploration.definition(path: path)
      variant.apply(to: &definition)
      let world = World(definition)
      guard let full = try search(world, .none), full.result.isComplete else { continue }
      let reduced = try #require(try search(world, .auto))
      #expect(reduced.verdicts == full.verdicts, "\(path), \(variant)")
      #expect(reduced.result.settled == full.result.settled, "\(path), \(variant)")
    }
  }

  /// The exact numbers of POR.md, section 6, at k = 3, where nothing observes all cells.
  @Test(arguments: [
    ("writers", 4), ("woken-writers", 7), ("chains", 10), ("cascades", 10), ("fan-out", 8),
    ("creators-blind-lister", 5), ("readers", 28), ("creators-lister", 23), ("last-writers", 13),
    ("counters", 8), ("fan-in", 20), ("user-events", 15),
  ])
  func familiesHaveTheirNumbers(_ family: String, _ states: Int) throws {
    var definition = try WorldExploration.definition(path: "Tests/Families/\(family).yaml")
    definition.properties = [WorldProperty(name: "ends", .settled { _ in true })]
    let reduced = try #require(try search(World(definition), .auto))
    #expect(reduced.result.states == states)
  }

  private func search(_ world: World, _ reduction: Reduction) throws -> (
    result: SearchResult, verdicts: [String: String]
  )? {
    let component = Partition.merge(Partition.finest(world))
    var options = SearchOptions()
    options.reduction = reduction
    options.limits.states = Self.limit
    while true {
      let composition = Composition(world, component: component)
      do {
        let result = try Search(options: options).run(composition)
        return (result, WorldExploration.verdicts(composition, result))
      } catch is RestartNeeded {
        continue
      }
    }
  }
}
