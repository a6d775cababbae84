internal import Transitions

/// What the audit of footprints asks besides: predicates, and what becomes enabled.
extension IndependenceAudit {
  /// Predicates whose reads the action does not write.
  func auditPredicates(
    _ taken: Taken, at state: [UInt32], _ number: Int
  ) -> AuditFailure? {
    for predicate in predicates {
      let reads = plain.reads(ofPredicate: predicate, at: state)
      if table.disturbs(taken.enabled.footprint, readsOf: reads) { continue }
      let value = plain.value(of: predicate, at: state)
      for step in taken.enabled.steps {
        let isSame =
          plain.value(of: predicate, at: step.target) == value
          && plain.reads(ofPredicate: predicate, at: step.target) == reads
        if isSame { continue }
        return failure(.samePredicate, number, [taken], "predicate \(predicate)")
      }
    }
    return nil
  }

  /// Actions that the action enables.
  func auditEnabling(
    _ taken: Taken, _ enabled: [EnabledClass], at state: [UInt32], _ number: Int
  ) -> AuditFailure? {
    let system = plain.system
    let counts = Dictionary(
      uniqueKeysWithValues: enabled.map { ($0.actionClass, $0.memberCount) })
    for entry in taken.after.joined() where entry.actionClass != taken.enabled.actionClass {
      guard entry.memberCount > counts[entry.actionClass, default: 0] else { continue }
      let condition = plain.withWords(state) { system.enabling(of: entry.actionClass, at: $0) }
      if enables(taken.enabled, condition, enabled) { continue }
      return AuditFailure(
        rule: .enablingSet, state: number,
        actions: [taken.enabled.actionClass, entry.actionClass].map {
          system.describe(actionClass: $0)
        }, cell: describe(condition))
    }
    return nil
  }

  /// Whether a set that holds an action which waits for something holds an enabled one too: one that
  /// writes what is waited for, or conflicts with such a one, and so on.
  private func enables(
    _ entry: EnabledClass, _ condition: EnablingCondition, _ enabled: [EnabledClass]
  ) -> Bool {
    switch condition {
    case .never: return false
    case .writeTo(let reads):
      return holds(entry, enabled) { table.disturbs($0.footprint, readsOf: reads) }
    case .idle(let reads):
      // Any fair one is enough for a set, so each must bring it in.
      return holds(entry, enabled) { table.disturbs($0.footprint, readsOf: reads) }
        && enabled.filter { $0.flags.contains(.fair) }.allSatisfy { fair in
          holds(entry, enabled) { $0.actionClass == fair.actionClass }
        }
    case .after(let first): return holds(entry, enabled) { $0.actionClass == first }
    }
  }

  /// Whether what conflicts with some enabled actions, and with such ones, and so on, has one among it.
  private func holds(
    _ entry: EnabledClass, _ enabled: [EnabledClass], startingWith isFirst: (EnabledClass) -> Bool
  ) -> Bool {
    var rest = enabled
    var members: [EnabledClass] = []
    func take(_ isIn: (EnabledClass) -> Bool) {
      members += rest.filter(isIn)
      rest.removeAll(where: isIn)
    }
    take(isFirst)
    var next = 0
    while next < members.count {
      let member = members[next]
      if member.actionClass == entry.actionClass { return true }
      take { table.conflict(member.footprint, $0.footprint) }
      next += 1
    }
    return false
  }

  private func describe(_ condition: EnablingCondition) -> String {
    switch condition {
    case .never: return "nothing should enable it"
    case .after(let actionClass):
      return "it waits for \(plain.system.describe(actionClass: actionClass))"
    case .writeTo(let reads), .idle(let reads):
      let cells = table[reads].reads.prefix(4).map { plain.system.describe(.cell($0)) }
      return "it waits for a write of \(cells.joined(separator: ", "))"
    }
  }
}

extension PlainStates {
  /// What is read to evaluate a predicate at a state.
  func reads(ofPredicate predicate: Int, at state: [UInt32]) -> UInt32 {
    withWords(state) { system.reads(ofPredicate: predicate, at: $0) }
  }
}
