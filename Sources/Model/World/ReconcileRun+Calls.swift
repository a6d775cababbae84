import CEL

/// The order of calls that upstream makes in parallel.
///
/// In mode `calls` everybody may look between two of them, so each may be the next. In mode `reconcile`
/// all are made in one step, and their order shows only to those whose caches lag, in ages where somebody
/// asks for them, and in a crash, after which some are made and others not. A crash after n calls sees a set of
/// n calls, not their order: each set is taken once, its calls in the order of their lanes.
extension ReconcileRun {
  /// The lane of a batch that makes the next call.
  func lane(of batch: CallBatch) -> Int {
    let open = batch.open
    guard open.count > 1, !context.world.makesCallsInOrder else { return open.first ?? 0 }
    if showsOrder(batch) { return open[context.choice(open.count)] }
    guard limit.writes < .max, limit.writes - writes < batch.left else { return open[0] }
    let last = lastLane(of: batch)
    let later = open.filter { lane in
      lane >= last
        && batch.lanes[lane...].reduce(0, { $0 + $1.left }) >= limit.writes - writes
    }
    return later.isEmpty ? open[0] : later[context.choice(later.count)]
  }

  /// Whether somebody may tell in which order the calls of a batch were made, if all are.
  private func showsOrder(_ batch: CallBatch) -> Bool {
    if context.composition.mode == .calls { return true }
    // A fault ends a slow start: who is in the same batch has been called, the others have not.
    if batch.isShuffled, limit.fault != nil, !faultHit { return true }
    return batch.groupKinds.contains { kind in
      batch.creates && context.world.rankedKinds.contains(kind)
        || context.world.definition.participants.indices.contains {
          context.world.lags($0, kind)
        }
    }
  }

  /// The lane that made the last call of a batch; 0 where none has.
  private func lastLane(of batch: CallBatch) -> Int {
    for step in tree.path(to: node).reversed() {
      guard case .next(let earlier) = step.question, case .number(let lane) = step.answer else {
        continue
      }
      return earlier.hasSameLanes(as: batch) ? lane : 0
    }
    return 0
  }

  // MARK: One position for all orders

  /// One call of a batch on the path of a reconcile.
  private struct Call {
    let lane: Int
    let question: Question
    let answer: Answer
    /// The number of its question.
    let index: Int
  }

  /// Where a reconcile stands that has made the same calls of a batch in the order of their lanes, and
  /// where the numbers of its questions went.
  ///
  /// What it does from there on is the same: a controller waits for all calls of a batch, and looks at their
  /// answers by lane. Calls that failed stay where they are, since the first failure is told.
  func positionInLaneOrder() throws -> (node: UInt32, moved: [Int: Int]) {
    guard context.world.definition.projections.contains(.callOrder),
      let (base, batch, calls) = lastCalls()
    else { return (node, [:]) }
    let sorted = calls.enumerated().sorted {
      ($0.element.lane, $0.offset) < ($1.element.lane, $1.offset)
    }.map(\.element)
    var current = tree.ancestor(of: node, atDepth: base)
    var left = batch
    var moved: [Int: Int] = [:]
    func follow(_ question: Question, _ answer: Answer) throws {
      guard tree.record(question, at: current) else {
        throw notDeterministic("the order of parallel calls changed them: \(question)")
      }
      current = tree.follow(current, answer)
    }
    for (place, call) in sorted.enumerated() {
      let index = base + 2 * place + 1
      if call.index != index { moved[call.index] = index }
      try follow(.next(left), .number(call.lane))
      left.lanes[call.lane].left -= 1
      try follow(call.question, call.answer.moved(from: token(call.index), to: token(index)))
    }
    if moved.isEmpty { return (node, [:]) }
    if let question = tree.question(at: node), !tree.record(question, at: current) {
      throw notDeterministic("the order of parallel calls changed what follows: \(question)")
    }
    return (current, moved)
  }

  /// The calls of one batch at the end of the path that succeeded, in the order in which they were made,
  /// with the batch before them; nil for fewer than two.
  private func lastCalls() -> (base: Int, batch: CallBatch, calls: [Call])? {
    guard let parent = tree.parent(of: node), let before = tree.parent(of: parent),
      case .next = tree.question(at: before)
    else { return nil }
    let path = tree.path(to: node)
    var calls: [Call] = []
    var first: CallBatch?
    var lanes: [ObjectKey: Int] = [:]
    var base = path.count
    while base >= 2 {
      let (pick, call) = (path[base - 2], path[base - 1])
      guard case .next(let batch) = pick.question, case .number(let lane) = pick.answer,
        first?.hasSameLanes(as: batch) ?? true, call.question.isWrite,
        case .response(let code, _, let changed) = call.answer, (200..<300).contains(code),
        changed.allSatisfy({ lanes[$0.key] == nil || lanes[$0.key] == lane })
      else { break }
      for change in changed { lanes[change.key] = lane }
      first = batch
      calls.append(
        Call(lane: lane, question: call.question, answer: call.answer, index: base - 1))
      base -= 2
    }
    guard calls.count > 1, let first else { return nil }
    return (base, first, calls.reversed())
  }
}

extension CallBatch {
  /// Whether two are the same batch, whatever is left of it.
  fileprivate func hasSameLanes(as other: CallBatch) -> Bool {
    groupKinds == other.groupKinds && creates == other.creates && isShuffled == other.isShuffled
      && lanes.count == other.lanes.count
      && zip(lanes, other.lanes).allSatisfy { $0.label == $1.label && $0.group == $1.group }
  }
}

extension Answer {
  /// The answer with another resourceVersion of the object that was changed.
  fileprivate func moved(from old: String, to new: String) -> Answer {
    guard case .response(let code, var body, let changed) = self,
      body.at("metadata", "resourceVersion")?.string == old, var object = body.object
    else { return self }
    object.set(.string(new), at: "metadata", "resourceVersion")
    body = .object(object)
    return .response(code: code, body: body, changed: changed)
  }
}
