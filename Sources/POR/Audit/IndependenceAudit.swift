package import Transitions

/// Checks that footprints are complete: what they call independent is executed in both orders
/// (POR.md, section 7.3).
///
/// The soundness of every reduction rests on complete footprints, and nothing in a search would notice
/// a read that is missing. At a sampled state every pair of enabled actions whose footprints do not
/// conflict is taken both ways round: the same states must be reached, with the same effects, neither
/// may disable the other or change what it reads. Besides, a predicate must keep its value where
/// nothing that it read is written, and what becomes enabled must have waited for what was written.
package struct IndependenceAudit {
  /// How many states were audited, and how many pairs in them.
  package private(set) var states = 0
  package private(set) var pairs = 0
  private(set) var plain: PlainStates
  let table: FootprintTable
  let predicates: [Int]
  /// The most classes of actions that are taken at one state: the work grows with their square.
  private let breadth: Int

  /// Makes an audit; nil where the system records no footprints.
  package init?(system: any TransitionSystem, breadth: Int = 40) {
    guard let table = system.footprints else { return nil }
    self.table = table
    self.breadth = max(2, breadth)
    plain = PlainStates(system: system)
    var predicates: Set<Int> = []
    for property in system.properties {
      switch property {
      case .always(let predicate), .sometimes(let predicate), .settled(let predicate),
        .eventually(let predicate):
        predicates.insert(predicate)
      case .leadsTo(let from, let to): predicates.formUnion([from, to])
      case .converges, .confluent, .stepRule: break
      }
    }
    self.predicates = predicates.sorted()
  }

  /// A class of actions that was taken, with what is enabled after each of its steps.
  struct Taken {
    var enabled: EnabledClass
    var after: [[EnabledClass]]
  }

  /// What two steps one after the other lead to, and what each of them did.
  private struct Reached: Hashable {
    var state: [UInt32]
    var flags: [UInt32]
    var rules: [[Int]]
  }

  /// How much work was done (`PlainStates.listed`).
  var listed: Int { plain.listed }

  /// Audits one state; the first failure, if there is one.
  package mutating func audit(_ state: [UInt32], number: Int) throws -> AuditFailure? {
    let state = PlainStates.trimmed(state)
    states += 1
    var enabled = try plain.enabledClasses(at: state, table) { _ in false }
    // Spread over all of them where there are too many, another part at each state.
    let stride = (enabled.count + breadth - 1) / breadth
    var isTaken: Set<UInt32> = []
    for (place, entry) in enabled.enumerated()
    where stride < 2 || (place + number) % stride == 0 {
      isTaken.insert(entry.actionClass)
    }
    enabled = try plain.enabledClasses(at: state, table) { isTaken.contains($0) }
    var taken: [Taken] = []
    for entry in enabled where isTaken.contains(entry.actionClass) {
      let after = try entry.steps.map {
        try plain.enabledClasses(at: $0.target, table) { isTaken.contains($0) }
      }
      taken.append(Taken(enabled: entry, after: after))
    }
    for entry in taken {
      if let failure = auditPredicates(entry, at: state, number) { return failure }
      if let failure = auditEnabling(entry, enabled, at: state, number) { return failure }
    }
    for (place, first) in taken.enumerated() {
      for second in taken[(place + 1)...]
      where !table.conflict(first.enabled.footprint, second.enabled.footprint) {
        pairs += 1
        if let failure = auditPair(first, second, enabled, number) { return failure }
      }
    }
    return nil
  }

  // MARK: Pairs

  private func auditPair(
    _ first: Taken, _ second: Taken, _ enabled: [EnabledClass], _ number: Int
  ) -> AuditFailure? {
    for (one, other) in [(first, second), (second, first)] {
      for after in one.after {
        let found = after.first { $0.actionClass == other.enabled.actionClass }
        guard let found, found.memberCount == other.enabled.memberCount else {
          return failure(.staysEnabled, number, [one, other])
        }
        if let cell = difference(other.enabled.footprint, found.footprint, enabled) {
          return failure(.sameFootprint, number, [one, other], cell)
        }
      }
    }
    var forward = reached(first, second)
    var backward = reached(second, first)
    if forward == backward { return nil }
    forward = comparable(forward)
    backward = comparable(backward)
    if forward == backward { return nil }
    return failure(.bothOrders, number, [first, second], difference(forward, backward))
  }

  private func reached(_ first: Taken, _ second: Taken) -> Set<Reached> {
    let isSwapped = first.enabled.actionClass > second.enabled.actionClass
    var result: Set<Reached> = []
    for (step, after) in zip(first.enabled.steps, first.after) {
      let found = after.first { $0.actionClass == second.enabled.actionClass }
      for next in found?.steps ?? [] {
        var flags = [step, next].map(\.successor.flags.rawValue)
        var rules = [step, next].map { plain.system.violatedRules($0.successor.violations) }
        if isSwapped {
          flags.reverse()
          rules.reverse()
        }
        result.insert(Reached(state: next.target, flags: flags, rules: rules))
      }
    }
    return result
  }

  private func comparable(_ reached: Set<Reached>) -> Set<Reached> {
    var result: Set<Reached> = []
    for var entry in reached {
      entry.state = PlainStates.trimmed(
        plain.withWords(entry.state) { plain.system.comparableForm(of: $0) })
      result.insert(entry)
    }
    return result
  }

  /// Where a footprint differs from what it was before; nil where everything conflicts with it that
  /// did.
  ///
  /// Old and new values of a change may differ: they name whole objects, of which the other action may
  /// have written another field. What matters is who notices them.
  private func difference(
    _ before: UInt32, _ after: UInt32, _ enabled: [EnabledClass]
  ) -> String? {
    if before == after { return nil }
    let (old, new) = (table[before], table[after])
    let lists: [(name: String, KeyPath<Footprint, [UInt32]>)] = [
      ("reads", \.reads), ("writes", \.writes), ("sets", \.sets), ("clears", \.clears),
    ]
    for (name, list) in lists {
      let differing = Set(old[keyPath: list]).symmetricDifference(new[keyPath: list])
      guard let cell = differing.min() else { continue }
      let isNew = !old[keyPath: list].contains(cell)
      return "\(name) \(plain.system.describe(.cell(cell))) \(isNew ? "only then" : "no more")"
    }
    if old.predicates != new.predicates { return "lists other objects" }
    if Set(old.changes.map(\.cell)) != Set(new.changes.map(\.cell)) { return "changes others" }
    for entry in enabled
    where table.disturbs(before, readsOf: entry.footprint)
      != table.disturbs(after, readsOf: entry.footprint)
    {
      return "what \(plain.system.describe(actionClass: entry.actionClass)) lists changes otherwise"
    }
    return nil
  }

  private func difference(_ forward: Set<Reached>, _ backward: Set<Reached>) -> String {
    let onlyForward = forward.subtracting(backward)
    let onlyBackward = backward.subtracting(forward)
    var best: [Int]?
    var sameState: Reached?
    for one in onlyForward {
      for other in onlyBackward {
        if one.state == other.state {
          sameState = one
          continue
        }
        let words = Self.differingWords(one.state, other.state)
        if let known = best, known.count < words.count { continue }
        if let known = best, known.count == words.count,
          !words.lexicographicallyPrecedes(known)
        {
          continue
        }
        best = words
      }
    }
    if sameState != nil { return "the same states, but the steps have other effects" }
    guard let best else {
      return "\(forward.count) states one way round, \(backward.count) the other"
    }
    let shown = best.prefix(6).map { plain.system.describe(word: $0) }
    let rest = best.count > 6 ? " and \(best.count - 6) more" : ""
    return "the states differ in \(shown.joined(separator: ", "))\(rest)"
  }

  private static func differingWords(_ left: [UInt32], _ right: [UInt32]) -> [Int] {
    (0..<max(left.count, right.count)).filter { index in
      (index < left.count ? left[index] : 0) != (index < right.count ? right[index] : 0)
    }
  }

  func failure(
    _ rule: AuditFailure.Rule, _ number: Int, _ taken: [Taken], _ cell: String = ""
  ) -> AuditFailure {
    AuditFailure(
      rule: rule, state: number,
      actions: taken.map { plain.system.describe(actionClass: $0.enabled.actionClass) }, cell: cell)
  }
}
