internal import Transitions

/// What one pass of a reduced search decides, and what it must therefore keep apart (POR.md, section 5).
struct SearchTask {
  /// The properties that are judged, ascending.
  var properties: [Int]
  /// The per-action cycle proviso holds: fair cycles are kept.
  var isLiveness = false
  /// The predicates that observe, together where they are in one list.
  private(set) var observers: [[Int]] = []
  /// By observer: the property that it reads for.
  private(set) var observedProperties: [Int] = []
  /// By observer, for liveness: what it is taken to read at every state, whatever it reads there.
  ///
  /// A predicate that stops reading when it knows its value reads other cells at other states. Fair
  /// cycles of `leadsTo` were lost that way (1 random world of 3,000), so an observer of a property of
  /// cycles reads at once all that it reads anywhere.
  var constantReads: [UInt32] = []
  /// States are matched up to exchanges of interchangeable names.
  var usesSymmetry = false

  /// Makes the task of some properties.
  init(
    _ properties: [Int], of kinds: [PropertyKind], liveness: Bool, faults: ReductionFaults
  ) {
    self.properties = properties
    isLiveness = liveness
    for property in properties {
      switch kinds[property] {
      case .always(let predicate), .sometimes(let predicate):
        observe([predicate], for: property)
      case .eventually(let predicate):
        // Without cycles only settled states count, and those are found without observers.
        if isLiveness { observe([predicate], for: property) }
      case .leadsTo(let from, let to):
        if faults.contains(.separateResponseObservers) {
          observe([from], for: property)
          observe([to], for: property)
        } else {
          observe([from, to], for: property)
        }
      case .settled, .converges, .confluent, .stepRule: break
      }
    }
    if isLiveness { constantReads = Array(repeating: 0, count: observers.count) }
  }

  private mutating func observe(_ predicates: [Int], for property: Int) {
    observers.append(predicates)
    observedProperties.append(property)
  }
}
