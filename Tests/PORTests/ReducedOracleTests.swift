import Testing
import Transitions

@testable import POR

/// The reduced search against the naive explorer, on thousands of random worlds (POR.md, section 7).
///
/// Every failure names its seed: `RandomControllerModel(seed:style:)` builds the world again.
@Suite struct ReducedOracleTests {
  @Test(arguments: [ControllerShape.Style.plain, .grouped, .timed, .loose], 0..<6)
  func `agrees on random controllers`(_ style: ControllerShape.Style, _ part: Int) throws {
    var compared = 0
    for seed in UInt64(part * 250)..<UInt64(part * 250 + 250) {
      let model = RandomControllerModel(seed: seed, style: style)
      guard let comparison = try ReducedComparison(model, seed: seed) else { continue }
      #expect(comparison.differences == [], "\(style), seed \(seed)")
      if !comparison.differences.isEmpty { return }
      compared += 1
    }
    // 24 parts of at least 215 are more than 5,000 worlds.
    #expect(compared >= 215, "only \(compared) worlds are small enough")
  }

  /// Worlds whose children are interchangeable: with symmetry, and in full, they say the same.
  @Test(arguments: 0..<4)
  func `agrees on interchangeable children`(_ part: Int) throws {
    for seed in UInt64(part * 250)..<UInt64(part * 250 + 250) {
      guard let comparison = try ReducedComparison(SymmetricModel(seed: seed), seed: seed) else {
        continue
      }
      #expect(comparison.differences == [], "children, seed \(seed)")
      if !comparison.differences.isEmpty { return }
    }
  }
}
