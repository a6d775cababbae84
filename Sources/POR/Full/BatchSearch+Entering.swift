internal import Transitions

extension BatchSearch {
  /// Enters what a worker found out about some states of the batch.
  mutating func enter(
    _ piece: BatchPiece, _ range: Range<Int>, _ predicates: [StatePredicate], _ depth: Int,
    _ judge: inout Judge, _ space: inout StateSpace, _ watch: inout SearchWatch
  ) throws -> CutReason? {
    note(piece, predicates, &judge)
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
          piece, place..<end, range.lowerBound, steps, &reader, &judge, &space, watch.maxStates)
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

  /// Enters a piece while others are expanded, if the system need not be asked and no table grows.
  mutating func enterWhole(
    _ piece: BatchPiece, _ range: Range<Int>, _ predicates: [StatePredicate], _ depth: Int,
    _ judge: inout Judge, _ space: inout StateSpace, _ watch: inout SearchWatch
  ) -> Entered {
    let steps = piece.targets.count
    guard piece.putOffs == 0, space.count + steps < watch.maxStates,
      space.height == roundHeight, space.hasRoom(for: piece),
      space.system.takesKnown(successors: steps)
    else { return .later }
    note(piece, predicates, &judge)
    space.touch(piece.roots.elements)
    var reader = PieceReader()
    space.resolve(steps, of: piece, after: &reader)
    let cut = enterKnown(
      piece, range, range.lowerBound, steps, &reader, &judge, &space, watch.maxStates)
    helped += range.count
    if let cut = cut ?? check(after: range.count, depth, space, &watch) { return .cut(cut) }
    return .whole
  }

  /// What became of a piece.
  enum Entered {
    case whole, later
    case cut(CutReason)
  }

  /// Notes what a worker saw of predicates.
  private mutating func note(
    _ piece: BatchPiece, _ predicates: [StatePredicate], _ judge: inout Judge
  ) {
    for (index, entry) in predicates.enumerated() where piece.seenValues[index] != 0 {
      judge.note(seen: piece.seenValues[index], of: entry)
    }
    for mark in piece.marked.elements {
      judge.mark(UInt32(truncatingIfNeeded: mark), for: predicates[Int(mark >> 32)])
    }
  }

  /// Enters the targets of states that a worker knew.
  private mutating func enterKnown(
    _ piece: BatchPiece, _ range: Range<Int>, _ first: Int, _ steps: Int,
    _ reader: inout PieceReader, _ judge: inout Judge, _ space: inout StateSpace, _ maxStates: Int
  ) -> CutReason? {
    var cut: CutReason?
    if keepsIdleStepsOnly || space.count + steps >= maxStates {
      cut = enterOneByOne(piece, range, first, &reader, &space, maxStates)
    } else {
      enterAtOnce(piece, range, first, steps, &reader, &space)
    }
    while reader.violation < piece.violations.count,
      case let entry = piece.violations[reader.violation], Int(entry >> 32) < reader.target
    {
      judge.noteRules(UInt32(truncatingIfNeeded: entry), space)
      reader.violation += 1
    }
    return cut ?? (graph.stepCount > StateGraph.stepLimit ? .memory : nil)
  }

  /// Takes the targets over as the worker listed them, and enters those that it did not know.
  private mutating func enterAtOnce(
    _ piece: BatchPiece, _ range: Range<Int>, _ first: Int, _ steps: Int,
    _ reader: inout PieceReader, _ space: inout StateSpace
  ) {
    let end = reader.target + steps
    var begin = graph.stepCount
    let shift = begin - reader.target
    graph.append(piece.targets.elements[reader.target..<end])
    while let place = piece.unknownPlace(reader.root, before: end) {
      graph.set(
        shift + place, space.enter(space.lifted(piece.roots[reader.root], from: roundHeight)))
      reader.root += 1
    }
    reader.target = end
    transitions += steps
    for place in range {
      let degree = piece.degrees[place - first]
      if !piece.traits[place - first].contains(.hasFairStep) { quiet.append(batch[place]) }
      graph.close(batch[place], markedFrom: begin, degree)
      begin += Int(degree)
    }
  }

  /// The same where the search may end at a step, or steps are forgotten.
  private mutating func enterOneByOne(
    _ piece: BatchPiece, _ range: Range<Int>, _ first: Int, _ reader: inout PieceReader,
    _ space: inout StateSpace, _ maxStates: Int
  ) -> CutReason? {
    for place in range {
      let begin = graph.stepCount
      for _ in 0..<piece.degrees[place - first] {
        var target = piece.targets[reader.target] & ~StateGraph.last
        reader.target += 1
        transitions += 1
        if target >= BatchPiece.newNodes {
          target = space.enter(space.lifted(piece.roots[reader.root], from: roundHeight))
          reader.root += 1
          if Int(target) == maxStates {
            graph.truncate(to: begin)
            return .states
          }
        }
        graph.append(target)
      }
      finish(batch[place], piece.traits[place - first], from: begin)
    }
    return nil
  }
}
