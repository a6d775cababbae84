internal import Transitions

/// Notes who brought whom into the stubborn sets, through which footprints.
///
/// Only where it is asked for (`SearchOptions.explainsReduction`). What a disabled action or an observer
/// brings in is put down to those who brought it in; of what brings in nothing, nothing is noted.
final class CouplingLog {
  /// An actor with a footprint: a class of actions, or a property that observes.
  struct Party: Hashable {
    /// As in the table of futures, with properties for observers.
    var key: UInt32
    var footprint: UInt32

    /// A class of actions.
    init(actionClass: UInt32, _ footprint: UInt32) {
      key = FutureEntry.key(actionClass: actionClass)
      self.footprint = footprint
    }

    /// A property.
    init(property: Int, _ footprint: UInt32) {
      key = FutureEntry.key(observer: property)
      self.footprint = footprint
    }

    var isProperty: Bool { key & 1 == 1 }
  }

  private struct Link: Hashable {
    var first: Party
    var second: Party

    /// The same link whoever was first; a property is always second.
    init(_ one: Party, _ other: Party) {
      let isOrdered =
        one.isProperty == other.isProperty
        ? (one.key, one.footprint) <= (other.key, other.footprint) : other.isProperty
      (first, second) = isOrdered ? (one, other) : (other, one)
    }
  }

  /// By observer of the pass: its property.
  private let observedProperties: [Int]
  private var report = CouplingReport()
  private var counts: [Link: Int] = [:]
  /// What happened since `begin`, and the best of it so far.
  private var links: Set<Link> = []
  private var best: Set<Link> = []
  /// By disabled action or property that was brought in: the link, and who brought it.
  private var origins: [UInt32: (link: Link, bringer: UInt32)] = [:]

  /// Makes an empty log of one pass.
  init(of task: SearchTask) { observedProperties = task.observedProperties }

  /// The party of an observer.
  func observer(_ number: Int, _ footprint: UInt32) -> Party {
    Party(property: observedProperties[number], footprint)
  }

  // MARK: Within one set

  /// Begins with a set.
  func begin() {
    links.removeAll(keepingCapacity: true)
    origins.removeAll(keepingCapacity: true)
  }

  /// An enabled action was brought in.
  func bring(_ action: Party, by bringer: Party) {
    // What a disabled action waits for need not be coupled with those who brought that action in.
    if origins[bringer.key] == nil || bringer.isProperty { links.insert(Link(bringer, action)) }
    var key = bringer.key
    while let origin = origins[key] {
      links.insert(origin.link)
      key = origin.bringer
    }
  }

  /// A disabled action or a property was brought in.
  func await(_ member: Party, by bringer: Party) {
    if origins[member.key] == nil && member.key != bringer.key {
      origins[member.key] = (Link(bringer, member), bringer.key)
    }
  }

  /// The set that was begun is the best so far.
  func keep() { swap(&links, &best) }

  // MARK: At one state

  /// A state was entered and this many of its actions chosen.
  func choose(_ chosen: Int, of enabled: Int) {
    count(best, chosen: chosen, of: enabled)
    best.removeAll(keepingCapacity: true)
  }

  /// A state was entered and everything taken, whoever is coupled.
  func chooseEverything(of enabled: Int) {
    count([], chosen: enabled, of: enabled)
    if enabled > 1 { report.barriers += 1 }
  }

  /// The set of a state grew from so many actions.
  func grow(from chosen: Int) {
    count(links)
    if chosen == 1 { report.branching += 1 }
  }

  /// The set of a state grew from so many actions by some that were put off for too long.
  func postpone(_ actions: Int, after chosen: Int) {
    report.postponed += actions
    if chosen == 1 { report.branching += 1 }
  }

  private func count(_ links: Set<Link>, chosen: Int, of enabled: Int) {
    report.states += 1
    if enabled > 1 { report.choices += 1 }
    if chosen < 2 { return }
    report.branching += 1
    count(links)
  }

  private func count(_ links: Set<Link>) {
    var properties: Set<Int> = []
    for link in links {
      counts[link, default: 0] += 1
      if link.second.isProperty { properties.insert(Int(link.second.key >> 1)) }
    }
    for property in properties { report.observing[property, default: 0] += 1 }
  }

  // MARK: The report

  /// What was noted, in the system's words.
  func report(in system: any TransitionSystem, _ footprints: FootprintTable) -> CouplingReport {
    var places: [Place: (count: Int, changes: Set<CellChange>)] = [:]
    for (link, count) in counts {
      let ids = [link.first.footprint, link.second.footprint]
      guard let meeting = footprints.meeting(ids[0], ids[1]) else { continue }
      let place = Place(first: link.first.key, second: link.second.key, meeting: meeting)
      places[place, default: (0, [])].count += count
      for id in ids {
        for change in footprints[id].changes where meeting.cell == change.cell {
          places[place]?.changes.insert(change)
        }
      }
    }
    var result = report
    for (place, found) in places {
      let coupling = CouplingReport.Coupling(
        first: actor(place.first, system), second: actor(place.second, system),
        place: system.describe(place.meeting, changes: found.changes.sorted()))
      result.counts[coupling, default: 0] += found.count
    }
    return result
  }

  /// Where two actors meet.
  private struct Place: Hashable {
    var first: UInt32
    var second: UInt32
    var meeting: FootprintTable.Meeting
  }

  private func actor(_ key: UInt32, _ system: any TransitionSystem) -> CouplingReport.Actor {
    key & 1 == 1
      ? .property(Int(key >> 1)) : .action(system.describe(actionClass: key >> 1))
  }
}

extension FootprintTable.Meeting {
  /// The cell that is changed.
  var cell: UInt32 {
    switch self {
    case .cell(let cell), .predicate(_, let cell): cell
    }
  }
}

extension EnabledActions {
  /// The party that a place is.
  func party(_ place: Int) -> CouplingLog.Party {
    CouplingLog.Party(actionClass: classes[place], footprints[place])
  }
}
