import CEL

/// Seeded bugs in the canonical form, for the tests that the audit must catch them.
extension Composition {
  /// Leaves out of a state what a mutant forgets.
  func mutate(_ words: inout [UInt32]) {
    for (word, cell) in layout.wordCells where word < words.count {
      switch cell {
      case .superseded where world.mutants.contains(.superseded): words[word] = 0
      case .pending where world.mutants.contains(.caches): words[word] = 0
      case .rank where world.mutants.contains(.creationRank) && words[word] != 0: words[word] = 1
      case .object(let key):
        let version = decode(words[word], of: key)
        guard var object = world.versions.object(version) else { continue }
        if world.mutants.contains(.ordinals), object.at("status", "observedGeneration") != nil {
          object.set(object.at("metadata", "generation"), at: "status", "observedGeneration")
        }
        words[word] = encode(world.versions.intern(object), of: key)
        if world.mutants.contains(.freshNames) {
          let map = Dictionary(
            uniqueKeysWithValues: world.versions.mentioned(in: version).map {
              ($0, FreshToken(family: $0.family, index: 0))
            })
          let renamed = world.rename(version: decode(words[word], of: key), map)
          words[word] = encode(renamed, of: key)
        }
      default: break
      }
    }
  }
}
