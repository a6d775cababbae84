/// What an exploration touched, where it merged states by their symmetry: with every exchange of it.
extension Composition {
  /// What was read and written, for the check that components are independent.
  ///
  /// Where only representatives were explored, what their exchanges would have touched belongs to it.
  package var touched: Footprints {
    guard hasUsedSymmetry, let symmetry else { return recorded }
    var result = recorded
    result.read = closed(recorded.read, symmetry, mentions: mentions) { $1.rename($0) }
    result.written = closed(recorded.written, symmetry, mentions: mentions) { $1.rename($0) }
    result.scans = closed(
      recorded.scans, symmetry,
      mentions: { scan, names in
        names.mentions(in: "\(scan.namespace ?? "") \(scan.selection)")
      },
      renamed: { scan, rewriting in
        ObjectScan(
          scan.groupKind, namespace: scan.namespace.map { rewriting.rename($0) },
          selection: rewriting.rename(scan.selection))
      })
    result.objectWrites = closed(
      recorded.objectWrites, symmetry,
      mentions: { write, names in
        names.mentions(in: "\(write.key.namespace)/\(write.key.name)")
          + names.mentions(inVersion: write.old) + names.mentions(inVersion: write.new)
      },
      renamed: { write, rewriting in
        EffectiveWrite(
          key: rewriting.rename(write.key), old: rewriting.rename(version: write.old),
          new: rewriting.rename(version: write.new))
      })
    return result
  }

  private func mentions(_ cell: Cell, _ names: NameSymmetry) -> [BlockMention] {
    symmetry.map { names.mentions(in: $0.name(of: cell)) } ?? []
  }

  /// A set with all that exchanges of two blocks make of its elements, again and again.
  private func closed<Element: Hashable>(
    _ elements: Set<Element>, _ symmetry: StateSymmetry,
    mentions: (Element, NameSymmetry) -> [BlockMention],
    renamed: (Element, StateRewriting) -> Element
  ) -> Set<Element> {
    var rewritings: [[Int]: StateRewriting] = [:]
    var result = elements
    var open = Array(elements)
    while let element = open.popLast() {
      for block in Set(mentions(element, symmetry.names).map(\.block))
      where symmetry.groupOf[block] >= 0 {
        for other in symmetry.groups[symmetry.groupOf[block]] where other != block {
          let pair = [min(block, other), max(block, other)]
          let rewriting =
            rewritings[pair] ?? StateRewriting(exchanging: block, other, symmetry, self)
          rewritings[pair] = rewriting
          let image = renamed(element, rewriting)
          if result.insert(image).inserted { open.append(image) }
        }
      }
    }
    return result
  }
}

extension StateRewriting {
  /// The exchange of two blocks.
  init(exchanging one: Int, _ other: Int, _ symmetry: StateSymmetry, _ composition: Composition) {
    var moves = Array(symmetry.groupOf.indices)
    moves.swapAt(one, other)
    self.init(moves: moves, symmetry, composition)
  }
}
