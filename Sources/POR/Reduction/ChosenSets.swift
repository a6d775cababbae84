/// Which enabled actions a reduced search took at each state: the reduced graph, in four bytes a
/// state.
///
/// A set is a list of classes of actions, interned. Set 0 is everything that is enabled.
struct ChosenSets {
  static let everything: UInt32 = 0

  private var lists: [[UInt32]] = [[]]
  private var ids: [[UInt32]: UInt32] = [:]
  private var byState: [UInt32] = []

  /// The bytes of the tables.
  var byteCount: Int { byState.count * MemoryLayout<UInt32>.stride + lists.count * 64 }

  /// The set of a state.
  subscript(state: UInt32) -> UInt32 {
    get { Int(state) < byState.count ? byState[Int(state)] : Self.everything }
    set {
      if Int(state) >= byState.count {
        if newValue == Self.everything { return }
        byState.append(
          contentsOf: repeatElement(Self.everything, count: Int(state) + 1 - byState.count))
      }
      byState[Int(state)] = newValue
    }
  }

  /// The id of a set of some classes, ascending.
  mutating func intern(_ classes: [UInt32]) -> UInt32 {
    if let id = ids[classes] { return id }
    let id = UInt32(lists.count)
    lists.append(classes)
    ids[classes] = id
    return id
  }

  /// The classes of a set other than everything, ascending.
  func classes(_ set: UInt32) -> [UInt32] { lists[Int(set)] }

  /// Whether a set holds a class.
  func contains(_ set: UInt32, _ actionClass: UInt32) -> Bool {
    set == Self.everything || lists[Int(set)].contains(actionClass)
  }
}
