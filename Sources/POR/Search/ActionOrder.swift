/// The order in which a search tries the successors of a state: theirs, or a seeded shuffle.
///
/// No answer may depend on it; tests shuffle to show that.
struct ActionOrder {
  private var random: SplitMix64?
  private var places: [Int] = []

  /// Makes the given order, or a shuffled one if there is a seed.
  init(shuffleSeed: UInt64?) {
    random = shuffleSeed.map { SplitMix64(seed: $0) }
  }

  /// Whether the order may be another one than the system's.
  var isShuffled: Bool { random != nil }

  /// Gets ready for a state with that many successors.
  @inline(__always)
  mutating func prepare(_ count: Int) {
    guard random != nil else { return }
    shuffle(count)
  }

  @inline(__always)
  subscript(position: Int) -> Int { random == nil ? position : places[position] }

  private mutating func shuffle(_ count: Int) {
    guard var random else { return }
    places = Array(0..<count)
    places.shuffle(using: &random)
    self.random = random
  }
}

/// A small seeded generator (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators",
/// OOPSLA 2014): the same numbers on every platform.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Makes the generator of a seed.
  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
