/// The variables of the macros and `cel.bind`s around an expression; each has a slot.
struct Scopes {
  private var names: [(name: String, type: CELType)] = []
  /// How many slots the whole program needs.
  private(set) var slotCount = 0

  /// Opens a scope and returns the slot of its first variable.
  mutating func enter(_ variables: [(String, CELType)]) -> Int {
    let slot = names.count
    names.append(contentsOf: variables.map { (name: $0.0, type: $0.1) })
    slotCount = max(slotCount, names.count)
    return slot
  }

  /// Closes the innermost scope, of so many variables.
  mutating func leave(_ count: Int) { names.removeLast(count) }

  /// The innermost variable of a name.
  func lookUp(_ name: String) -> (slot: Int, type: CELType)? {
    guard let slot = names.lastIndex(where: { $0.name.isExactly(name) }) else { return nil }
    return (slot, names[slot].type)
  }

  /// Whether a dotted name starts with a variable here.
  func shadows(_ qualifiedName: String) -> Bool {
    let first = qualifiedName.prefix { $0 != "." }
    return lookUp(String(first)) != nil
  }

  /// The names in scope, outermost first, without those no source can spell.
  var visibleNames: [String] { names.map(\.name).filter { !$0.hasPrefix("@") } }
}
