extension Composition {
  /// What a word of a state holds: a cell's value, or bits.
  package func describe(word: Int) -> String {
    layout.cell(at: word).map { world.tokens.display("\($0)") } ?? "the bits of word \(word)"
  }
}
