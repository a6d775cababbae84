import Testing
import Transitions

@testable import POR

/// The reduced search against the naive explorer, on thousands of random worlds (POR.md, section 7).
///
/// Every failure names its seed: `RandomControllerModel(seed:style:)` builds the world again.
@Suite struct ReducedOracleTests {
  @Test(arguments: [ControllerShape.Style.plain, .grouped], 0..<8)
  func `agrees on random controllers`(_ style: ControllerShape.Style, _ part: Int) throws {
    var compared = 0
    for seed in UInt64(part * 350)..<UInt64(part * 350 + 350) {
      let model = RandomControllerModel(seed: seed, style: style)
      guard let comparison = try ReducedComparison(model, seed: seed) else { continue }
      #expect(comparison.differences == [], "\(style), seed \(seed)")
      if !comparison.differences.isEmpty { return }
      compared += 1
    }
    // 16 parts of at least 313 are more than 5,000 worlds.
    #expect(compared >= 313, "only \(compared) worlds are small enough")
  }
}
