internal import Transitions

/// What is enabled at one state, by class of actions, with the footprints of all their outcomes.
///
/// Filled from the successors of the state and used again for the next one: no allocation.
struct EnabledActions: ~Copyable {
  /// The classes, in the order of their first successor.
  private(set) var classes = FlatBuffer<UInt32>()
  /// By place in `classes`.
  private(set) var footprints = FlatBuffer<UInt32>()
  private(set) var flags = FlatBuffer<UInt32>()
  /// By successor: the place of its class.
  private(set) var places = FlatBuffer<UInt32>()
  /// By class: its place plus one; 0 where it is not enabled.
  private var placeOfClass = FlatBuffer<UInt32>()
  /// The flags of all.
  private(set) var union: StepFlags = []

  var count: Int { classes.count }

  /// The place of a class; nil where none of its actions is enabled.
  func place(of actionClass: UInt32) -> Int? {
    guard Int(actionClass) < placeOfClass.count else { return nil }
    let place = placeOfClass[Int(actionClass)]
    return place == 0 ? nil : Int(place) - 1
  }

  func isFair(_ place: Int) -> Bool { StepFlags(rawValue: flags[place]).contains(.fair) }

  /// Takes in the successors of a state.
  mutating func fill(
    _ successors: [Successor], _ system: any TransitionSystem, _ table: FootprintTable,
    _ fairness: FairnessRule
  ) {
    for place in 0..<classes.count { placeOfClass[Int(classes[place])] = 0 }
    classes.truncate(to: 0)
    footprints.truncate(to: 0)
    flags.truncate(to: 0)
    places.truncate(to: 0)
    union = []
    var lastAction = UInt32.max
    var lastPlace = 0
    for successor in successors {
      let bits = fairness.flags(of: successor)
      union.formUnion(bits)
      if successor.action != lastAction {
        lastAction = successor.action
        lastPlace = place(entering: system.actionClass(of: successor.action))
      }
      places.append(UInt32(lastPlace))
      footprints[lastPlace] = table.union(footprints[lastPlace], successor.footprint)
      flags[lastPlace] |= bits.rawValue
    }
  }

  private mutating func place(entering actionClass: UInt32) -> Int {
    if Int(actionClass) >= placeOfClass.count {
      placeOfClass.extend(to: Int(actionClass) + 1, with: 0)
    }
    if placeOfClass[Int(actionClass)] == 0 {
      classes.append(actionClass)
      footprints.append(0)
      flags.append(0)
      placeOfClass[Int(actionClass)] = UInt32(classes.count)
    }
    return Int(placeOfClass[Int(actionClass)]) - 1
  }
}
