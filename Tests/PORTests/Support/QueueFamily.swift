import Transitions

/// A family of POR.md section 6 with recorded footprints: objects, and a queue whose flags share words.
final class QueueFamily: TransitionSystem {
  /// What a program sees and does in one step.
  struct Access {
    fileprivate(set) var objects: [UInt32]
    fileprivate var footprint = Footprint()
    fileprivate var changed: [Int] = []
    var requeues = false

    /// Reads an object.
    mutating func get(_ object: Int) -> UInt32 {
      footprint.reads.append(UInt32(object))
      return objects[object]
    }

    /// Writes an object.
    mutating func put(_ object: Int, _ value: UInt32) {
      let old = get(object)
      if old == value { return }
      footprint.writes.append(UInt32(object))
      footprint.changes.append(CellChange(cell: UInt32(object), old: old, new: value))
      objects[object] = value
      changed.append(object)
    }

    /// How many objects have a value.
    mutating func count(of value: UInt32) -> Int {
      footprint.predicates.append(value)
      return objects.count { $0 == value }
    }
  }

  typealias Program = (inout Access) -> Void

  private let programs: [Program]
  private let watchers: [Int: [Int]]
  private let objectCount: Int
  let initialState: [UInt32]
  let properties: [PropertyKind]
  let footprints: FootprintTable? = FootprintTable { predicate, _, value in predicate == value }

  init(
    objects: Int, watchers: [Int: [Int]] = [:], queue: Range<Int>? = nil,
    properties: [PropertyKind] = [.converges(allowErrors: false)], programs: [Program]
  ) {
    self.programs = programs
    self.watchers = watchers
    self.properties = properties
    objectCount = objects
    var state = [UInt32](repeating: 0, count: objects + (programs.count + 31) / 32)
    for request in queue ?? 0..<programs.count {
      state[objects + request / 32] |= 1 << UInt32(request % 32)
    }
    initialState = state
  }

  var width: Int { initialState.count }
  private func cell(_ request: Int) -> UInt32 { UInt32(objectCount + request) }

  func expand(_ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer) throws {
    for request in programs.indices {
      let bit = UInt32(1) << UInt32(request % 32)
      guard state[objectCount + request / 32] & bit != 0 else { continue }
      var access = Access(objects: Array(state.prefix(objectCount)))
      access.footprint.clears.append(cell(request))
      programs[request](&access)
      var woken = access.requeues ? [request] : []
      for object in access.changed { woken += watchers[object] ?? [] }
      access.footprint.sets += woken.map(cell)
      var next = access.objects + Array(state.dropFirst(objectCount))
      next[objectCount + request / 32] &= ~bit
      for other in woken { next[objectCount + other / 32] |= 1 << UInt32(other % 32) }
      let first = buffer.changes.count
      for index in next.indices where next[index] != state[index] {
        buffer.changes.append(WordChange(index: UInt32(index), value: next[index]))
      }
      buffer.successors.append(
        Successor(
          action: UInt32(request), flags: access.changed.isEmpty ? .fair : [.fair, .changesObject],
          footprint: footprints?.intern(access.footprint) ?? 0, firstChange: UInt32(first),
          changeCount: UInt32(buffer.changes.count - first)))
    }
  }

  func enabling(
    of actionClass: UInt32, at state: UnsafeBufferPointer<UInt32>
  ) -> EnablingCondition {
    .writeTo(reads: reads([Int(cell(Int(actionClass)))]))
  }

  /// A predicate is that all objects are below 2; it reads them all.
  func evaluate(predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> PredicateValue {
    state.prefix(objectCount).allSatisfy { $0 < 2 } ? .isTrue : .isFalse
  }

  func reads(ofPredicate predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    reads(Array(0..<objectCount))
  }

  private func reads(_ cells: [Int]) -> UInt32 {
    var footprint = Footprint()
    footprint.reads = cells.map { UInt32($0) }
    return footprints?.intern(footprint) ?? 0
  }

  func violatedRules(_ violations: UInt32) -> [Int] { [] }
  func endState(_ state: UnsafeBufferPointer<UInt32>) -> UInt32 { 0 }
  func confluence(
    property: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> (group: UInt32, end: UInt32) { (0, 0) }
  func describe(action: UInt32) -> String { "worker \(action)" }
  func describe(_ meeting: FootprintTable.Meeting) -> String {
    switch meeting {
    case .cell(let cell): Int(cell) < objectCount ? "object \(cell)" : "queue"
    case .predicate(let value, let cell): "objects that are \(value), by object \(cell)"
    }
  }
}

extension QueueFamily {
  static func independentWriters(
    _ k: Int, properties: [PropertyKind] = [.converges(allowErrors: false)]
  ) -> QueueFamily {
    QueueFamily(
      objects: k, properties: properties,
      programs: (0..<k).map { object in { $0.put(object, 1) } })
  }

  /// Woken by their own writes: 3^k states.
  static func wokenWriters(_ k: Int) -> QueueFamily {
    QueueFamily(
      objects: k, watchers: Dictionary(uniqueKeysWithValues: (0..<k).map { ($0, [$0]) }),
      programs: (0..<k).map { object in { $0.put(object, 1) } })
  }

  static func chains(_ k: Int, _ n: UInt32) -> QueueFamily {
    QueueFamily(
      objects: k,
      programs: (0..<k).map { object in
        { access in
          let value = access.get(object)
          access.put(object, value + 1)
          access.requeues = value + 1 < n
        }
      })
  }

  static func lastWriters(
    _ k: Int, properties: [PropertyKind] = [.converges(allowErrors: false)]
  ) -> QueueFamily {
    QueueFamily(
      objects: 1, properties: properties,
      programs: (1...k).map { value in { $0.put(0, UInt32(value)) } })
  }

  /// Two that fight over one object for ever, and independent writers.
  static func fighters(_ k: Int) -> QueueFamily {
    QueueFamily(
      objects: k + 1, watchers: [0: [0, 1]],
      programs: [{ $0.put(0, 1) }, { $0.put(0, 2) }]
        + (0..<k).map { writer in { $0.put(writer + 1, 1) } })
  }

  static func counters(_ k: Int) -> QueueFamily {
    QueueFamily(
      objects: 1, programs: (0..<k).map { _ in { access in access.put(0, access.get(0) + 1) } })
  }

  static func fanOut(_ k: Int) -> QueueFamily {
    let children: [Program] = (0..<k).map { child in
      { access in if access.get(child) == 1 { access.put(child, 2) } }
    }
    return QueueFamily(
      objects: k, watchers: Dictionary(uniqueKeysWithValues: (0..<k).map { ($0, [$0]) }),
      queue: k..<(k + 1),
      programs: children + [{ access in for child in 0..<k { access.put(child, 1) } }])
  }

  /// Some creators of objects with a value, and one that lists those with the value 1.
  static func lister(_ k: Int, creates value: UInt32) -> QueueFamily {
    QueueFamily(
      objects: k + 1,
      programs: (0..<k).map { object in { $0.put(object, value) } }
        + [{ access in access.put(k, 10 + UInt32(access.count(of: 1))) }])
  }
}
