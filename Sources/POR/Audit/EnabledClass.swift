internal import Transitions

/// All that a class of actions can do at one state.
struct EnabledClass {
  var actionClass: UInt32
  /// What its steps read and write together.
  var footprint: UInt32
  /// What any of its steps does.
  var flags: StepFlags
  /// How many actions of the class are enabled.
  var memberCount: Int
  /// Its steps, if they were asked for.
  var steps: [PlainStates.Step] = []
}

extension PlainStates {
  /// The classes of actions that are enabled at a state, ascending, with the steps of some of them.
  mutating func enabledClasses(
    at state: [UInt32], _ table: FootprintTable, following isFollowed: (UInt32) -> Bool
  ) throws -> [EnabledClass] {
    var members: [UInt32: Set<UInt32>] = [:]
    var places: [UInt32: Int] = [:]
    var classes: [EnabledClass] = []
    for successor in try successors(of: state) {
      let actionClass = system.actionClass(of: successor.action)
      members[actionClass, default: []].insert(successor.action)
      if let place = places[actionClass] {
        classes[place].footprint = table.union(classes[place].footprint, successor.footprint)
        classes[place].flags.formUnion(successor.flags)
      } else {
        places[actionClass] = classes.count
        classes.append(
          EnabledClass(
            actionClass: actionClass, footprint: successor.footprint, flags: successor.flags,
            memberCount: 0))
      }
    }
    for place in classes.indices {
      classes[place].memberCount = members[classes[place].actionClass]?.count ?? 0
    }
    let followed = listedSteps(from: state) { isFollowed(system.actionClass(of: $0.action)) }
    for step in followed {
      if let place = places[system.actionClass(of: step.successor.action)] {
        classes[place].steps.append(step)
      }
    }
    return classes.sorted { $0.actionClass < $1.actionClass }
  }
}
