import POR
import Testing
import Transitions

/// The column "full states" of POR.md section 6.
@Suite struct FamilyTests {
  private func result(_ family: FamilySystem) throws -> SearchResult {
    try Search().run(TinySystem(family))
  }

  private func power(_ base: Int, _ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }

  @Test(arguments: 1...8)
  func `has the full number of states`(_ k: Int) throws {
    let counts: [(FamilySystem, Int)] = [
      (.independentWriters(k), power(2, k)),
      (.lister(k, creates: 2), power(2, k + 1)),
      (.readers(k), power(2, k) + power(3, k)),
      (.lister(k, creates: 1), power(2, k + 1) + k * power(2, k) / 2),
      (.lastWriters(k), 1 + k * power(2, k) / 2),
      (.counters(k), power(2, k)),
      (.fanIn(k), power(2, k) + k * power(2, k) / 2),
      (.fighters(k), 5 * power(2, k)),
      (.events(k), power(3, k)),
    ]
    for (family, expected) in counts {
      #expect(try result(family).states == expected, "\(family.name)")
    }
  }

  @Test(arguments: [(1, 1), (2, 3), (3, 3), (4, 4), (5, 3), (8, 1), (8, 2)])
  func `multiplies chains and cascades`(_ k: Int, _ n: Int) throws {
    #expect(try result(.chains(k, UInt32(n))).states == power(n + 1, k))
    #expect(try result(.cascades(k, n)).states == power(n + 1, k))
  }

  @Test(arguments: 1...7)
  func `counts settled ends`(_ k: Int) throws {
    #expect(try result(.lastWriters(k)).settled == k)
    #expect(try result(.lister(k, creates: 1)).settled == k + 1)
    #expect(try result(.events(k)).settled == power(2, k))
    #expect(try result(.independentWriters(k)).settled == 1)
  }

  @Test func `finds that fighters can never converge`() throws {
    let found = try result(.fighters(3))
    #expect(found.settled == 0)
    guard case .violated(let violations) = found.findings[0] else {
      Issue.record("the fighters converge")
      return
    }
    #expect(violations.map(\.kind) == [.cannotConverge])
    let run = violations[0].run
    #expect(run?.loopStart != nil)
    #expect(found.findings[1] == .inconclusive(.noSettledState))
  }

  @Test func `finds two ends of last-writers by two steps each`() throws {
    guard case .violated(let violations) = try result(.lastWriters(2)).findings[1] else {
      Issue.record("last-writers are confluent")
      return
    }
    #expect(violations[0].kind == .differentEnds)
    #expect(violations[0].run?.steps.count == 2)
    #expect(violations[0].otherRun?.steps.count == 2)
  }
}
