import CEL

/// Permutations of fresh values: the representative of a state, and who could tell.
extension Composition {
  /// Whether states that differ in a permutation of fresh values may be one here.
  ///
  /// Blocks of interchangeable names have signatures of their own, in which fresh values are told by
  /// number: where there are such blocks fresh values keep their order.
  var mayPermuteFreshValues: Bool {
    freshSymmetry != nil && symmetry == nil && (hasSeveralFreshValues || computedSteps == 0)
  }

  /// Notes that a class has a value beside another one.
  func noteSeveral(_ family: UInt16) {
    if world.isMovable(family) { hasSeveralFreshValues = true }
  }

  /// Puts the fresh values of each class in the order of what the state says of them.
  func sortFreshValues(_ words: inout [UInt32]) {
    guard let freshSymmetry, symmetry == nil, !families.isEmpty else { return }
    let renaming = freshSymmetry.sorting(words, .everything, self)
    if renaming.isEmpty { return }
    var rewriting = StateRewriting(renaming: renaming, self)
    if world.mutants.contains(.freshOrder) { rewriting = rewriting.leavingVersions }
    words = rewritten(words, rewriting)
  }

  /// The objects of a state, with the fresh values of each class in the order of what the objects say of
  /// them: equal for states whose objects differ in fresh values only (SEMANTICS.md, "Properties").
  func objectsUpToFreshValues(_ state: UnsafeBufferPointer<UInt32>) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: layout.width)
    for (word, cell) in layout.wordCells where word < state.count {
      if case .object = cell { words[word] = state[word] }
    }
    if families.isEmpty || !world.definition.projections.contains(.freshNames) { return words }
    let renaming = freshEnds.sorting(words, .objects, self)
    return renaming.isEmpty ? words : rewritten(words, StateRewriting(renaming: renaming, self))
  }

  // MARK: Who could tell

  /// Notes a list that is given to somebody to whom its order may matter.
  func noteOrder(of keys: [ObjectKey], _ reason: @autoclosure () -> String) throws {
    guard world.freshOrder != nil, keys.count > 1 else { return }
    try noteOrder(of: several(keys), reason())
  }

  /// Notes what a built-in controller asks after a list: an order that it sees it can show only by asking
  /// about single objects of the list, or by leaving the choice to others.
  func noteOrder(_ question: Question, at node: UInt32) throws {
    guard let order = world.freshOrder,
      order.builtinControllers.contains(world.tree.worker(of: node).controller)
    else { return }
    var seen: Set<UInt16> = []
    for step in world.tree.path(to: node) {
      if case .list(let items) = step.answer, items.count > 1 {
        seen.formUnion(several(items.map(\.key)))
      }
    }
    if seen.isEmpty { return }
    switch question {
    case .choose, .spend: break
    case .get, .list, .send, .creationRank, .hasPassed, .fresh, .recall, .remember, .awaitsEvents,
      .next:
      seen.formIntersection(MentionIndex.tokens(of: question, world).map(\.family))
    }
    try noteOrder(of: seen, "\(question)")
  }

  /// Notes that a reconcile in flight did not follow a renaming of fresh values.
  func noteDifference(ofRenamed tokens: [FreshToken]) {
    _ = attempt("a reconcile in flight") {
      try noteOrder(of: Set(tokens.map(\.family)), "a reconcile in flight asked something else")
    }
  }

  /// Notes that a reconcile did not do at a node what a renaming of another one made expect.
  func noteDifference(at node: UInt32) throws {
    let tokens = mentionIndex.tokens(ofNode: node, self)
    if world.symmetry != nil, usesSymmetry {
      try breakSymmetry("\(world.tree.worker(of: node).request) is reconciled in its own way")
    }
    try noteOrder(of: Set(tokens.map(\.family)), "a reconcile asked something else than expected")
  }

  private func noteOrder(of families: Set<UInt16>, _ reason: String) throws {
    guard families.contains(where: world.isMovable) else { return }
    for family in families.sorted() { world.noteOrder(of: family) }
    if usesSymmetry && symmetry == nil && !world.mutants.contains(.unseenOrder) {
      throw RestartNeeded(reason: "an order of fresh names that is seen: \(reason)")
    }
  }

  /// The classes of which several values are in the names of objects.
  private func several(_ keys: [ObjectKey]) -> Set<UInt16> {
    let tokens = keys.reduce(into: Set<FreshToken>()) { tokens, key in
      tokens.formUnion(world.tokens.mentioned(in: "\(key.namespace)/\(key.name)"))
    }
    let counts = Dictionary(grouping: tokens, by: \.family)
    return Set(counts.filter { $0.value.count > 1 }.keys)
  }
}

extension World {
  /// Whether the values of a class may be permuted: names that were generated and values that were asked
  /// for, of whose order nobody was seen to know.
  func isMovable(_ family: UInt16) -> Bool {
    isNameOrValue(family)
      && !(orderedClasses.contains(erasedDescription(of: family))
        && !mutants.contains(.unseenOrder))
  }

  /// Whether a class is that of generated names or of values that controllers ask for.
  ///
  /// Uids belong to names. What the start mentions cannot be renamed.
  func isNameOrValue(_ family: UInt16) -> Bool {
    let description = tokens.description(ofFamily: family)
    return (description.hasPrefix("name ") || description.hasPrefix("value "))
      && !initialFamilies.contains(family)
  }

  /// Notes that the order of a class, and of those that differ in the number of their creator's name, is
  /// seen by somebody.
  func noteOrder(of family: UInt16) { orderedClasses.insert(erasedDescription(of: family)) }

  private func erasedDescription(of family: UInt16) -> String {
    tokens.replacingTokens(in: tokens.description(ofFamily: family)) { "~\($0.family)" }
  }
}
