/// The first end of each group of settled states, and the groups that have another one.
struct ConfluenceTable {
  private var firstEnd: [UInt32: UInt32] = [:]
  private var divided: Set<UInt32> = []
  private let acrossGroups: Bool

  /// Makes an empty table; `acrossGroups` puts everything into one group.
  init(acrossGroups: Bool) { self.acrossGroups = acrossGroups }

  /// Enters an end; false where its group has another one.
  mutating func insert(_ end: UInt32, of group: UInt32) -> Bool {
    let group = acrossGroups ? 0 : group
    guard let first = firstEnd[group] else {
      firstEnd[group] = end
      return true
    }
    if first == end { return true }
    divided.insert(group)
    return false
  }

  /// Whether a group has two different ends.
  func isDivided(_ group: UInt32) -> Bool { divided.contains(acrossGroups ? 0 : group) }
}
