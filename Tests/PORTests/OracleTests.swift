import Testing
import Transitions

@testable import POR

/// The search against the naive explorer, on thousands of random worlds.
///
/// Every failure names its seed: `RandomGraphModel(seed:)` or `RandomControllerModel(seed:)` builds
/// the world again.
@Suite struct OracleTests {
  @Test(arguments: 0..<8)
  func `agrees on random graphs`(_ part: Int) throws {
    for seed in UInt64(part * 300)..<UInt64(part * 300 + 300) {
      let differences = try Comparison.differences(RandomGraphModel(seed: seed), seed: seed)
      #expect(differences == [], "graph, seed \(seed)")
      if !differences.isEmpty { return }
    }
  }

  @Test(arguments: 0..<8)
  func `agrees on random controllers`(_ part: Int) throws {
    for seed in UInt64(part * 150)..<UInt64(part * 150 + 150) {
      let differences = try Comparison.differences(RandomControllerModel(seed: seed), seed: seed)
      #expect(differences == [], "controllers, seed \(seed)")
      if !differences.isEmpty { return }
    }
  }

  /// Where no property speaks of cycles, most steps are not kept.
  @Test func `decides what is safe without the others`() throws {
    var settled = 0
    for seed in UInt64(0)..<400 {
      let models: [any TinyModel] = [
        RandomGraphModel(seed: seed), RandomControllerModel(seed: seed),
      ]
      for model in models {
        guard Oracle(model, cap: 600) != nil else { continue }
        let selection = model.properties.indices.filter { property in
          switch model.properties[property] {
          case .always, .sometimes, .settled, .confluent, .stepRule: true
          case .eventually, .leadsTo, .converges: false
          }
        }
        var options = SearchOptions()
        options.batchSize = [4_096, 5][Int(seed % 2)]
        let whole = try Search(options: options).run(TinySystem(model))
        let part = try Search(options: options).run(TinySystem(model, selection: selection))
        #expect(part.states == whole.states, "seed \(seed)")
        #expect(part.transitions == whole.transitions, "seed \(seed)")
        #expect(part.settled == whole.settled, "seed \(seed)")
        #expect(part.findings == selection.map { whole.findings[$0] }, "seed \(seed)")
        #expect(part.bytes <= whole.bytes, "seed \(seed)")
        settled += part.settled
      }
    }
    #expect(settled > 400)
  }

  /// The random worlds must show every kind of violation often, or the suite proves little.
  @Test func `covers every kind of violation`() throws {
    var seen: [ViolationKind: Int] = [:]
    for seed in UInt64(0)..<300 {
      for model in [RandomGraphModel(seed: seed), RandomControllerModel(seed: seed)]
        as [any TinyModel]
      {
        guard let oracle = Oracle(model, cap: 600) else { continue }
        for property in model.properties.indices {
          for kind in oracle.violations(of: property).keys { seen[kind, default: 0] += 1 }
        }
      }
    }
    for kind in ViolationKind.allCases {
      #expect(seen[kind, default: 0] >= 10, "\(kind): \(seen[kind, default: 0])")
    }
  }
}
