import Transitions

/// A step in the making: the state that it leads to, and what it read and wrote on the way.
///
/// Words are touched only together with their cells, so that nothing is left out of the footprint.
struct Transaction {
  private(set) var state: [UInt32]
  private(set) var footprint = Footprint()
  private(set) var changesObject = false
  /// What the step read and did, for its event.
  private(set) var trace: [UInt32] = []
  var fails = false
  var breaksRule = false
  /// What the world answers where a program asks it, and whether it was asked.
  let answer: UInt32
  private(set) var wasAsked = false

  /// Begins a step at a state.
  init(at state: [UInt32], answer: UInt32 = 0) {
    self.state = state
    self.answer = answer
  }

  /// Adds to the step's event.
  mutating func note(_ words: UInt32...) { trace += words }

  /// A choice of the world's.
  mutating func ask() -> UInt32 {
    wasAsked = true
    return answer
  }

  /// Reads a word that is a cell.
  mutating func read(_ cell: UInt32, word: Int) -> UInt32 {
    footprint.reads.append(cell)
    return state[word]
  }

  /// Reads cells for what only the caller knows to look at.
  mutating func read(_ cell: UInt32) { footprint.reads.append(cell) }

  /// A predicate read.
  mutating func list(_ predicate: UInt32) { footprint.predicates.append(predicate) }

  /// Writes a word that is a cell.
  mutating func write(_ cell: UInt32, word: Int, _ value: UInt32) {
    footprint.writes.append(cell)
    state[word] = value
  }

  /// Tells that cells are written.
  mutating func write(_ cell: UInt32) { footprint.writes.append(cell) }

  /// Writes an object, or a field, to a value that it does not have.
  mutating func change(_ object: Int, to value: UInt32) {
    change(UInt32(object), word: object, to: value)
  }

  /// The same, where cell and word differ.
  mutating func change(_ cell: UInt32, word: Int, to value: UInt32) {
    footprint.writes.append(cell)
    footprint.changes.append(CellChange(cell: cell, old: state[word], new: value))
    note(900, cell, state[word], value)
    state[word] = value
    changesObject = true
  }

  /// Sets a bit whoever else sets it.
  mutating func set(_ cell: UInt32, word: Int, bit: Int) {
    footprint.sets.append(cell)
    state[word] |= 1 << UInt32(bit)
  }

  /// Tells that a cell is set.
  mutating func set(_ cell: UInt32) { footprint.sets.append(cell) }

  /// Clears a bit whatever it was.
  mutating func clear(_ cell: UInt32, word: Int, bit: Int) {
    footprint.clears.append(cell)
    state[word] &= ~(1 << UInt32(bit))
  }

  /// Writes a bit.
  mutating func write(_ cell: UInt32, word: Int, bit: Int, _ value: Bool) {
    footprint.writes.append(cell)
    if value { state[word] |= 1 << UInt32(bit) } else { state[word] &= ~(1 << UInt32(bit)) }
  }
}
