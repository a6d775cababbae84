internal import Transitions

extension BatchSearch {
  /// Enters what a worker found out about some states of the batch.
  mutating func enter(
    _ piece: BatchPiece, _ range: Range<Int>, _ predicates: [StatePredicate], _ depth: Int,
    _ judge: inout Judge, _ space: inout StateSpace, _ watch: inout SearchWatch
  ) throws -> CutReason? {
    for (index, entry) in predicates.enumerated() where piece.seenValues[index] != 0 {
      judge.note(seen: piece.seenValues[index], of: entry)
    }
    for mark in piece.marked.elements {
      judge.mark(UInt32(truncatingIfNeeded: mark), for: predicates[Int(mark >> 32)])
    }
    space.touch(piece.roots.elements)
    var reader = PieceReader()
    var place = range.lowerBound
    while place < range.upperBound {
      // States that lie behind each other and are known, then those that are not.
      var end = place
      var steps = 0
      while end < range.upperBound, case let degree = piece.degrees[end - range.lowerBound],
        degree != BatchPiece.putOff, end == place || space.count + steps < watch.maxStates
      {
        steps += Int(degree)
        end += 1
      }
      if end == place {
        while end < range.upperBound, piece.degrees[end - range.lowerBound] == BatchPiece.putOff {
          end += 1
        }
        putOff += end - place
        let cut = try expand(place..<end, predicates, depth, &judge, &space, &watch)
        if let cut { return cut }
      } else if space.system.takesKnown(successors: steps) {
        space.resolve(steps, of: piece, after: &reader)
        let cut = enterKnown(
          piece, place..<end, range.lowerBound, &reader, &judge, &space, watch.maxStates)
        if let cut { return cut }
        helped += end - place
        if let cut = check(after: end - place, depth, space, &watch) { return cut }
      } else {
        // The system has more to do at the first of them; then it is asked again for the others.
        piece.skip(Int(piece.degrees[place - range.lowerBound]), &reader)
        end = place + 1
        let cut = try expand(place..<end, predicates, depth, &judge, &space, &watch)
        if let cut { return cut }
      }
      place = end
    }
    return nil
  }

  /// Enters the targets of states that a worker knew.
  private mutating func enterKnown(
    _ piece: BatchPiece, _ range: Range<Int>, _ first: Int, _ reader: inout PieceReader,
    _ judge: inout Judge, _ space: inout StateSpace, _ maxStates: Int
  ) -> CutReason? {
    var cut: CutReason?
    entering: for place in range {
      let begin = graph.stepCount
      for _ in 0..<piece.degrees[place - first] {
        var target = piece.targets[reader.target]
        reader.target += 1
        transitions += 1
        if target >= BatchPiece.newNodes {
          target = space.enter(space.lifted(piece.roots[reader.root], from: roundHeight))
          reader.root += 1
          if Int(target) == maxStates {
            graph.truncate(to: begin)
            cut = .states
            break entering
          }
        }
        graph.append(target)
      }
      finish(batch[place], piece.traits[place - first], from: begin)
    }
    while reader.violation < piece.violations.count,
      case let entry = piece.violations[reader.violation], Int(entry >> 32) < reader.target
    {
      judge.noteRules(UInt32(truncatingIfNeeded: entry), space)
      reader.violation += 1
    }
    return cut ?? (graph.stepCount > StateGraph.stepLimit ? .memory : nil)
  }
}
