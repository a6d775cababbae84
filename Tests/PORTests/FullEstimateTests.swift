import Foundation
import Testing

@testable import POR

/// The estimate of the full search, and the figure that a report shows.
@Suite struct FullEstimateTests {
  private func search(
    _ system: QueueFamily, _ reduction: Reduction = .auto, maxStates: Int? = nil
  ) throws -> SearchResult {
    var options = SearchOptions()
    options.reduction = reduction
    options.limits.states = maxStates
    return try Search(options: options).run(system)
  }

  private func estimate(_ system: QueueFamily) throws -> Double {
    try #require(try search(system).reduction).full.states.rounded()
  }

  @Test(arguments: [1, 2, 3, 7, 12, 40])
  func `is the product of independent parts`(_ k: Int) throws {
    #expect(try estimate(.independentWriters(k)) == pow(2, Double(k)))
    #expect(try estimate(.wokenWriters(k)) == pow(3, Double(k)))
    // 5^40 is no double.
    #expect(abs(try estimate(.chains(k, 4)) / pow(5, Double(k)) - 1) < 1e-12)
    // Creators and a lister that does not see what they create.
    #expect(try estimate(.lister(k, creates: 2)) == pow(2, Double(k + 1)))
  }

  @Test(arguments: [1, 2, 3, 6])
  func `is the number found by a full search where parts are independent`(_ k: Int) throws {
    for system in [
      QueueFamily.independentWriters(k), .wokenWriters(k), .chains(k, 3), .lister(k, creates: 2),
      .fanOut(k),
    ] {
      #expect(try estimate(system) == Double(try search(system, .none).states))
    }
  }

  @Test(arguments: [2, 3, 6])
  func `is the number of states where nothing is independent`(_ k: Int) throws {
    for system in [QueueFamily.lastWriters(k), .counters(k)] {
      let full = try search(system, .none)
      #expect(full.reduction == nil)
      #expect(try estimate(system) == Double(full.states))
    }
    let lister = try search(.lister(k, creates: 1))
    #expect(lister.reduction?.full.states == Double(lister.states))
  }

  /// The copies of the readers' object are connected through the object.
  @Test func `says at least where something was left out of one cluster`() throws {
    let readers = QueueFamily(
      objects: 4,
      programs: [{ $0.put(0, 2) }]
        + (1...3).map { reader in { access in access.put(reader, 1 + access.get(0)) } })
    let result = try search(readers)
    #expect(result.states == 28)
    #expect(try search(readers, .none).states == 35)
    #expect(result.reduction?.full.figure(searched: 28) == "1x (full at least 28)")
  }

  @Test func `what is behind a prefix of single steps counts once`() throws {
    let result = try search(.fanOut(5))
    #expect(result.states == 12)
    #expect(result.reduction?.full.states == 244)
    #expect(result.reduction?.full.figure(searched: result.states) == "20x (full about 244)")
  }

  /// A livelock is looked for in a second pass.
  @Test(arguments: [1, 4, 8])
  func `states of several passes count once`(_ k: Int) throws {
    let result = try search(.fighters(k))
    #expect(try #require(result.reduction).passes == 2)
    #expect(result.states == 5 + k)
    #expect(result.reduction?.full.states == Double(5 << k))
  }

  @Test func `a cut search says at least`() throws {
    let result = try search(.independentWriters(12), maxStates: 5)
    let full = try #require(result.reduction).full
    #expect(full.isLowerBound)
    #expect(full.states >= 5 && full.states <= 4096)
    #expect(full.figure(searched: result.states).contains("full at least"))
  }

  @Test(arguments: [
    (1, 1.0, "1x (full about 1)"), (14, 14, "1x (full about 14)"),
    (64, 4096, "64x (full about 4,096)"), (20, 31, "1.6x (full about 31)"),
    (3, 29.9, "10x (full about 30)"), (1001, 1.0715086e301, "1.1e298x (full about 1.1e301)"),
    (2, 9.99e11, "5.0e11x (full about 1.0e12)"),
    (1, 123_456_789, "123,456,789x (full about 123,456,789)"),
  ])
  func `reads as people write numbers`(_ searched: Int, _ full: Double, _ text: String) {
    #expect(StateEstimate(states: full).figure(searched: searched) == text)
  }

  @Test func `numbers beyond a double can be compared and added`() {
    let large = StateEstimate.product(
      of: Array(repeating: 3, count: 1000), isLowerBound: false)
    #expect(large.figure(searched: 2001) == "6.6e473x (full about 1.3e477)")
    #expect((large + large).figure(searched: 4002) == "6.6e473x (full about 2.6e477)")
    #expect((large + StateEstimate(states: 5)).magnitude == large.magnitude)
    let sum = StateEstimate(states: 5) + StateEstimate(states: 7, isLowerBound: true)
    #expect(sum.figure(searched: 6) == "2x (full at least 12)")
    #expect(sum.atLeast(13).states == 13)
    #expect(sum.atLeast(11).states == 12)
  }
}
