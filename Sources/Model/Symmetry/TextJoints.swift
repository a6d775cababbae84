/// Texts put together from parts of which some are known: whether a name can arise or vanish at a
/// joint.
struct TextJoints {
  private let names: [String]
  private var known: [UInt8] = []
  private var knownParts = 0
  private var isAfterUnknown = false
  private var isUnsafe = false

  init(_ names: [String]) { self.names = names }

  /// A known part.
  mutating func add(_ text: String) {
    known += Array(text.utf8)
    knownParts += 1
  }

  /// A part of which nothing is known.
  mutating func addUnknown() {
    isUnsafe = isUnsafe || isUnsafe(beforeUnknown: true)
    known = []
    knownParts = 0
    isAfterUnknown = true
  }

  /// Whether every name in the whole lies within one part.
  var areSafe: Bool { !isUnsafe && !isUnsafe(beforeUnknown: false) }

  /// What is known stands between unknown parts: at each joint there must be no letter or digit, and
  /// no name may begin on one side of it and end on the other.
  private func isUnsafe(beforeUnknown: Bool) -> Bool {
    if known.isEmpty { return isAfterUnknown && beforeUnknown }
    if beforeUnknown, let last = known.last, BlockNames.isWord(last) { return true }
    if isAfterUnknown, let first = known.first, BlockNames.isWord(first) { return true }
    return names.contains { crosses(Array($0.utf8), beforeUnknown) }
  }

  private func crosses(_ name: [UInt8], _ beforeUnknown: Bool) -> Bool {
    if knownParts > 1, known.indices.contains(where: { known[$0...].starts(with: name) }) {
      return true
    }
    guard name.count > 1 else { return false }
    for cut in 1..<name.count {
      let (start, end) = (name[..<cut], name[cut...])
      if beforeUnknown, known.count >= cut, known.suffix(cut).elementsEqual(start) { return true }
      if isAfterUnknown, known.starts(with: end) { return true }
      // All that is known lies inside of a name.
      if beforeUnknown, isAfterUnknown, end.count > known.count, end.starts(with: known) {
        return true
      }
    }
    return false
  }
}
