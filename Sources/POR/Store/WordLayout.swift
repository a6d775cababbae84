/// Which leaf of the tree each word of a vector has.
///
/// A tree shares well where the words that vary are spread over it: two that vary independently and
/// lie in one pair make every node above that pair new, level after level. Neighbours in a vector
/// are often such words, so in trees of more than 32 leaves the words are scattered, by a fixed
/// random permutation; smaller trees keep the order, which saves look-ups. When a vector outgrows
/// its tree, the new half is permuted in itself: words keep their leaves.
struct WordLayout: ~Copyable {
  /// By word: its leaf.
  private(set) var leaf = FlatBuffer<UInt32>()
  /// By leaf: its word.
  private(set) var word = FlatBuffer<UInt32>()

  /// Makes the layout of 2^height words.
  init(height: Int) { append(count: 1 << height) }

  /// Makes room for 2^height words.
  mutating func grow(height: Int) {
    while leaf.count < 1 << height { append(count: leaf.count) }
  }

  private mutating func append(count: Int) {
    let first = UInt32(leaf.count)
    var words = Array(first..<(first + UInt32(count)))
    if count > 32 {
      var random = SplitMix64(seed: UInt64(count))
      words.shuffle(using: &random)
    }
    leaf.extend(to: leaf.count + count, with: 0)
    for (place, value) in words.enumerated() {
      word.append(value)
      leaf[Int(value)] = first + UInt32(place)
    }
  }
}
