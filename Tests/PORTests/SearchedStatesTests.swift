import Testing
import Transitions

@testable import POR

/// What several passes over several stores count as their states.
@Suite struct SearchedStatesTests {
  /// A store with the first so many states that are found breadth first.
  private func space(_ system: QueueFamily, _ count: Int, seed: UInt64) throws -> StateSpace {
    var space = StateSpace(system: system, hashSeed: seed)
    var next: UInt32 = 0
    while space.count < count, Int(next) < space.count {
      for index in 0..<(try space.expand(next)) where space.count < count {
        _ = space.locatedTarget(index)
      }
      next += 1
    }
    return space
  }

  private func all(_ count: Int) -> StateSet {
    var states = StateSet()
    for state in 0..<UInt32(count) { states.insert(state) }
    return states
  }

  @Test func `a state that two stores hold counts once`() throws {
    var searched = SearchedStates()
    searched.add(try space(.independentWriters(6), 40, seed: 1), all(40))
    searched.add(try space(.independentWriters(6), 64, seed: 2), all(64))
    #expect(searched.count == 64)
    searched.add(try space(.independentWriters(6), 30, seed: 3), all(30))
    #expect(searched.count == 64)
  }

  @Test func `what a pass that was given up found does not count`() throws {
    var searched = SearchedStates()
    searched.add(try space(.independentWriters(6), 40, seed: 1), all(10))
    searched.add(try space(.independentWriters(6), 40, seed: 2), all(20))
    #expect(searched.count == 20)
    searched.add(try space(.independentWriters(6), 40, seed: 2), StateSet())
    #expect(searched.count == 20)
  }
}
