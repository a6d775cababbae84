import Testing
import Transitions

@testable import POR

/// The tree-compressed store against a dictionary of plain vectors.
@Suite struct StoreTests {
  /// Walks at random through vectors of a width that may grow; every state keeps id and words.
  @Test(arguments: [1, 2, 3, 5, 16, 17, 33, 100, 1000], [UInt64(0), 7])
  func `gives equal vectors one id and gives them back`(_ width: Int, _ hashSeed: UInt64) throws {
    let system = RandomWalkSystem(width: width, seed: UInt64(width))
    var space = StateSpace(system: system, hashSeed: hashSeed)
    var known: [[UInt32]: UInt32] = [TinySystem.trimmed(system.initialState): 0]
    var random = SplitMix64(seed: 3)
    var current: UInt32 = 0
    for round in 0..<400 {
      let count = try space.expand(current)
      let source = TinySystem.trimmed(Array(space.words))
      #expect(known[source] == current, "round \(round)")
      space.locateSuccessors()
      var targets: [UInt32] = []
      for index in 0..<count {
        let wasKnown = space.find(index)
        let id = space.target(index)
        space.show(index)
        let words = TinySystem.trimmed(Array(space.words))
        space.back()
        if let expected = known[words] {
          #expect(id == expected)
          #expect(wasKnown == expected)
        } else {
          #expect(Int(id) == known.count)
          #expect(wasKnown == nil)
          known[words] = id
        }
        #expect(space.find(index) == id)
        targets.append(id)
      }
      #expect(TinySystem.trimmed(Array(space.words)) == source)
      current =
        Int.random(in: 0..<10, using: &random) == 0
        ? UInt32.random(in: 0..<UInt32(space.count), using: &random)
        : targets.randomElement(using: &random) ?? 0
    }
    for (words, id) in known {
      space.move(to: id)
      #expect(TinySystem.trimmed(Array(space.words)) == words)
    }
    #expect(space.count == known.count)
  }

  @Test func `interns many pairs through every rebuild`() {
    var table = PairTable(seed: 5)
    for value in 0..<UInt64(20_000) {
      let (id, isNew) = table.intern(value &* 0x1_0000_0001)
      #expect(isNew && UInt64(id) == value)
    }
    for value in 0..<UInt64(20_000) {
      #expect(table.find(value &* 0x1_0000_0001) == UInt32(value))
      #expect(table.pair(UInt32(value)) == value &* 0x1_0000_0001)
    }
    #expect(table.find(1) == nil)
    #expect(table.intern(0) == (0, false))
  }

  @Test func `gives every word a leaf of its own and keeps it`() {
    var layout = WordLayout(height: 6)
    let before = (0..<64).map { layout.leaf[$0] }
    layout.grow(height: 9)
    #expect((0..<64).map { layout.leaf[$0] } == before)
    #expect(Set((0..<512).map { layout.leaf[$0] }).count == 512)
    for word in 0..<512 { #expect(Int(layout.word[Int(layout.leaf[word])]) == word) }
  }
}

/// Random steps of several changed words each, the same from the same state; at times a new word.
private final class RandomWalkSystem: TransitionSystem {
  let initialState: [UInt32]
  private(set) var width: Int
  private let start: Int
  private let seed: UInt64
  let properties: [PropertyKind] = []

  init(width: Int, seed: UInt64) {
    self.width = width
    self.seed = seed
    start = width
    initialState = (0..<width).map { $0 % 3 == 0 ? UInt32($0) : 0 }
  }

  func expand(_ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer) throws {
    var random = SplitMix64(seed: hash(seed, TinySystem.trimmed(Array(state))))
    for action in 0..<3 {
      let first = buffer.changes.count
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        let reach = Int.random(in: 0..<20, using: &random) == 0 ? start * 3 + 2 : start
        let index = UInt32.random(in: 0..<UInt32(reach), using: &random)
        width = max(width, Int(index) + 1)
        buffer.changes.append(
          WordChange(index: index, value: UInt32.random(in: 0...2, using: &random)))
      }
      buffer.successors.append(
        Successor(
          action: UInt32(action), flags: .fair, firstChange: UInt32(first),
          changeCount: UInt32(buffer.changes.count - first)))
    }
  }

  func evaluate(predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> PredicateValue { .isTrue }
  func violatedRules(_ violations: UInt32) -> [Int] { [] }
  func endState(_ state: UnsafeBufferPointer<UInt32>) -> UInt32 { 0 }
  func confluence(
    property: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> (group: UInt32, end: UInt32) { (0, 0) }
  func describe(action: UInt32) -> String { "" }
}
