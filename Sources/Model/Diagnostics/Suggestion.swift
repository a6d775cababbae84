/// Finds what a mistyped word was meant to be.
package enum Suggestion {
  /// The candidate that is nearest to a word, where one is near enough to be meant.
  ///
  /// Near: at most a third of the word's letters, and at least one, are changed (Damerau-Levenshtein,
  /// restricted: a swap of neighbours counts once). Case alone never counts as far.
  package static func nearest(to word: String, among candidates: [String]) -> String? {
    let limit = max(1, word.count / 3)
    var best: (candidate: String, distance: Int)?
    for candidate in candidates.sorted() {
      guard candidate != word, candidate.utf8.count <= 64, word.utf8.count <= 64 else { continue }
      if candidate.lowercased() == word.lowercased() { return candidate }
      let found = distance(Array(word.unicodeScalars), Array(candidate.unicodeScalars))
      if found <= limit, found < best?.distance ?? .max { best = (candidate, found) }
    }
    return best?.candidate
  }

  /// The sentence that advises on an unknown word: what was meant, or all that is known.
  package static func advice(for word: String, among candidates: [String], what: String) -> String {
    if let nearest = nearest(to: word, among: candidates) { return "did you mean \"\(nearest)\"?" }
    guard !candidates.isEmpty else { return "there are no \(what) here" }
    let known = candidates.sorted()
    let shown = known.prefix(20).joined(separator: ", ")
    return "known \(what): \(shown)\(known.count > 20 ? ", …" : "")"
  }

  private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        let isSame = left[row] == right[column]
        var cost = min(last[column] + (isSame ? 0 : 1), last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          cost = min(cost, beforeLast[column - 1] + 1)
        }
        current.append(cost)
      }
      beforeLast = last
      last = current
    }
    return last[right.count]
  }
}
