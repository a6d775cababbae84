import CEL

/// The predicate reads of a component: which objects each may list, and the interned lists.
///
/// A list is a node of a tree whose edges are (cell, version): finding the id of a state's list is a few
/// look-ups for each object that is in it, and one array access for each that is not.
struct ScanTable: ~Copyable {
  private struct Entry {
    let scan: ObjectScan
    /// The cells that the scan covers, by key.
    var cells: [(word: Int, initial: UInt32, key: ObjectKey)]
    /// How many cells there were, of any kind, when `cells` was made.
    var knownCells: Int
    /// By version: 0 unknown, 1 not in the list, 2 in it.
    var matches: [UInt8]
  }

  private var entries: [Entry] = []
  private var ids: [ObjectScan: Int] = [:]
  private var lists: [[Answer.ListedObject]] = [[]]
  private var itemEdges = EdgeTable()
  private var versionEdges = EdgeTable()
  private var itemCount: UInt32 = 0

  /// The id of a selection; `isNew` tells whether it was never met.
  mutating func id(of scan: ObjectScan) -> (id: Int, isNew: Bool) {
    if let id = ids[scan] { return (id, false) }
    entries.append(Entry(scan: scan, cells: [], knownCells: -1, matches: []))
    ids[scan] = entries.count - 1
    return (entries.count - 1, true)
  }

  /// The selection with an id.
  func scan(_ id: Int) -> ObjectScan { entries[id].scan }

  /// The list with an id.
  func list(_ id: UInt32) -> [Answer.ListedObject] { lists[Int(id)] }

  /// The id of the list that a selection finds at a state.
  mutating func listID(
    _ id: Int, _ state: UnsafeBufferPointer<UInt32>, _ layout: CellLayout, _ world: World
  ) -> UInt32 {
    let known = layout.wordCells.count
    if entries[id].knownCells != known { update(id, known, layout, world) }
    var node: UInt32 = 0
    for index in entries[id].cells.indices {
      let cell = entries[id].cells[index]
      let word = cell.word < state.count ? state[cell.word] : 0
      let version = word == 0 ? cell.initial : word - 1
      if version != 0, matches(version, id, world) { node = next(node, id, index, version) }
    }
    return node
  }

  /// As `listID`, but changes nothing; nil where the list was never met.
  func knownListID(
    _ id: Int, _ state: UnsafeBufferPointer<UInt32>, _ layout: CellLayout
  ) -> UInt32? {
    if entries[id].knownCells != layout.wordCells.count { return nil }
    var node: UInt32 = 0
    for index in entries[id].cells.indices {
      let (cellWord, initial) = (
        entries[id].cells[index].word, entries[id].cells[index].initial
      )
      let word = cellWord < state.count ? state[cellWord] : 0
      let version = word == 0 ? initial : word - 1
      if version == 0 { continue }
      guard Int(version) < entries[id].matches.count else { return nil }
      switch entries[id].matches[Int(version)] {
      case 1: continue
      case 2: break
      default: return nil
      }
      guard let item = itemEdges.target(node, UInt32(cellWord)),
        let next = versionEdges.target(item, version)
      else { return nil }
      node = next
    }
    return node
  }

  /// Whether a version is in the lists of a selection.
  mutating func matches(_ version: UInt32, _ id: Int, _ world: World) -> Bool {
    if version == 0 { return false }
    if Int(version) < entries[id].matches.count {
      switch entries[id].matches[Int(version)] {
      case 1: return false
      case 2: return true
      default: break
      }
    } else {
      let missing = Int(version) + 64 - entries[id].matches.count
      entries[id].matches.append(contentsOf: repeatElement(0, count: missing))
    }
    let selection = entries[id].scan.selection
    let result = world.versions.object(version).map { selection.matches($0) } ?? false
    entries[id].matches[Int(version)] = result ? 2 : 1
    return result
  }

  private mutating func update(
    _ id: Int, _ known: Int, _ layout: CellLayout, _ world: World
  ) {
    let scan = entries[id].scan
    entries[id].cells = layout.objects(of: scan.groupKind).filter { scan.covers($0.key) }
      .map { (word: $0.word, initial: world.initialVersions[$0.key] ?? 0, key: $0.key) }
    entries[id].knownCells = known
  }

  private mutating func next(
    _ node: UInt32, _ id: Int, _ index: Int, _ version: UInt32
  ) -> UInt32 {
    // The word names the object: positions in `cells` shift when cells are added.
    let (word, key) = (UInt32(entries[id].cells[index].word), entries[id].cells[index].key)
    let item: UInt32
    if let known = itemEdges.target(node, word) {
      item = known
    } else {
      item = itemCount
      itemCount += 1
      itemEdges.add(node, word, item)
    }
    if let known = versionEdges.target(item, version) { return known }
    lists.append(lists[Int(node)] + [Answer.ListedObject(key: key, version: version)])
    let list = UInt32(lists.count - 1)
    versionEdges.add(item, version, list)
    return list
  }
}
