import POR
import Testing
import Transitions

/// The column "reduced" of POR.md section 6, and the exact numbers of its reference.
@Suite struct ReducedFamilyTests {
  private func result(
    _ family: FamilySystem, _ reduction: Reduction = .auto, properties: [Int]? = nil
  ) throws -> SearchResult {
    var options = SearchOptions()
    options.reduction = reduction
    options.symmetry = .always
    return try Search(options: options).run(TinySystem(family, selection: properties))
  }

  /// Of the properties of a family: without `converges` there is one pass.
  private static let confluent = [1]

  private func power(_ base: Int, _ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }

  @Test(arguments: 1...12)
  func `has the reduced number of states`(_ k: Int) throws {
    let half = k * power(2, k) / 2
    let families: [(FamilySystem, states: Int, settled: Int)] = [
      (.independentWriters(k), k + 1, 1),
      (.chains(k, 3), 3 * k + 1, 1),
      (.cascades(k, 2), 2 * k + 1, 1),
      (.fanOut(k), 2 * k + 2, 1),
      (.lister(k, creates: 2), k + 2, 1),
      // A pass for safety, which finds a cycle that writes, and one for liveness over its states.
      (.fighters(k), 5 + k, 0),
    ]
    for (family, states, settled) in families {
      let found = try result(family)
      #expect(found.states == states, "\(family.name)")
      #expect(found.settled == settled, "\(family.name)")
    }
    if k > 10 { return }
    let large: [(FamilySystem, states: Int, settled: Int)] = [
      (.readers(k), power(2, k + 1) + half, power(2, k)),
      (.lister(k, creates: 1), 3 * power(2, k) - 1, k + 1),
      (.lastWriters(k), 1 + half, k),
      (.events(k), power(2, k + 1) - 1, power(2, k)),
    ]
    for (family, states, settled) in large {
      let found = try result(family)
      #expect(found.states == states, "\(family.name)")
      #expect(found.settled == settled, "\(family.name)")
    }
  }

  @Test(arguments: 1...12)
  func `matches states up to exchanges of names`(_ k: Int) throws {
    #expect(try result(.counters(k)).states == k + 1)
    #expect(try result(.fanIn(k)).states == (k + 1) * (k + 2) / 2)
  }

  @Test func `finds that fighters can never converge`() throws {
    for k in [0, 3, 6] {
      guard case .violated(let violations) = try result(.fighters(k)).findings[0] else {
        Issue.record("the fighters converge")
        continue
      }
      #expect(violations.map(\.kind) == [.cannotConverge])
    }
  }

  /// What `families.py` prints: full states and transitions, reduced states and transitions, settled
  /// ends.
  @Test func `has the numbers of the reference`() throws {
    typealias Row = (FamilySystem, full: (Int, Int)?, reduced: (Int, Int), settled: Int)
    let rows: [Row] = [
      (.independentWriters(10), (1024, 5120), (11, 10), 1),
      (.chains(3, 3), (64, 144), (10, 9), 1), (.chains(4, 5), (1296, 4320), (21, 20), 1),
      (.chains(6, 4), nil, (25, 24), 1), (.lastWriters(3), (13, 15), (13, 15), 3),
      (.lastWriters(6), (193, 486), (193, 486), 6), (.readers(3), (35, 47), (28, 32), 8),
      (.readers(6), (793, 1714), (320, 448), 64), (.readers(8), nil, (1536, 2304), 256),
      (.lister(3, creates: 1), (28, 44), (23, 31), 4),
      (.lister(6, creates: 1), (320, 928), (191, 376), 7),
      (.lister(8, creates: 1), nil, (767, 1782), 9),
      (.lister(8, creates: 2), (512, 2304), (10, 9), 1),
      (.wokenLister(3), (20, 36), (20, 36), 1), (.wokenLister(6), (256, 864), (256, 864), 1),
      (.cascades(1, 8), (9, 8), (9, 8), 1), (.cascades(2, 4), (25, 40), (9, 8), 1),
      (.cascades(4, 4), (625, 2000), (17, 16), 1), (.cascades(5, 4), nil, (21, 20), 1),
      (.fighters(0), (5, 8), (5, 8), 0), (.fighters(3), (40, 124), (8, 11), 0),
      (.fighters(6), (320, 1472), (11, 14), 0), (.fanOut(3), (28, 55), (8, 7), 1),
      (.fanOut(6), (730, 2917), (14, 13), 1), (.fanOut(10), nil, (22, 21), 1),
      (.events(3), (27, 54), (15, 14), 8), (.events(6), (729, 2916), (127, 126), 64),
    ]
    for (family, full, reduced, settled) in rows {
      let found = try result(family, properties: Self.confluent)
      #expect(found.states == reduced.0, "\(family.name)")
      #expect(found.transitions == reduced.1, "\(family.name)")
      #expect(found.settled == settled, "\(family.name)")
      guard let full else { continue }
      let whole = try result(family, .none)
      #expect(whole.states == full.0 && whole.transitions == full.1, "\(family.name)")
      #expect(whole.settled == settled, "\(family.name)")
    }
  }

  @Test(arguments: [(1000, 1), (100, 100)])
  func `takes one order of many chains`(_ chains: Int, _ length: Int) throws {
    var options = SearchOptions()
    options.reduction = .auto
    let found = try Search(options: options).run(ChainSystem(chains: chains, length: length))
    #expect(found.states == chains * length + 1)
    #expect(found.transitions == chains * length)
    #expect(found.findings == [.holds, .holds])
  }
}
