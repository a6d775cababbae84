import POR
import Transitions

/// Controllers on objects and a queue, with the footprints of their steps, some of which a test may
/// falsify.
///
/// Words: the objects, one word a controller for its queue entry, one for its timer, then the pending
/// events. Cells are the words' indices; one more stands for idleness.
final class CellModel: TransitionSystem {
  /// What a controller does when it runs.
  struct Program {
    /// The objects that it reads.
    var reads: [Int] = []
    /// It lists the objects of this value.
    var lists: UInt32?
    /// What it writes, from what it read (others are zero) and how many it listed.
    var body: ([UInt32], Int) -> [(object: Int, value: UInt32)] = { _, _ in [] }
    /// It sets its timer.
    var waits = false
    /// It runs again and again: it puts its own request back.
    var requeues = false
  }

  /// What is left out of footprints, or of what is said of disabled actions.
  struct Omissions: OptionSet, Sendable {
    let rawValue: Int
    static let reads = Omissions(rawValue: 1)
    static let lists = Omissions(rawValue: 2)
    static let oldValues = Omissions(rawValue: 4)
    static let writes = Omissions(rawValue: 8)
    static let sets = Omissions(rawValue: 16)
    static let ownClears = Omissions(rawValue: 32)
    static let predicateReads = Omissions(rawValue: 64)
    static let enabling = Omissions(rawValue: 128)
    static let idleness = Omissions(rawValue: 256)
    static let readsOfNoWrite = Omissions(rawValue: 512)
  }

  private let objectCount: Int
  private let programs: [Program]
  private let watchers: [Int: [Int]]
  private let events: [Program]
  private let omissions: Omissions
  private let predicates: [[Int]]
  let initialState: [UInt32]
  let properties: [PropertyKind]
  let footprints: FootprintTable? = FootprintTable { predicate, _, value in
    value != 0 && value == predicate
  }

  /// Makes a model; `predicates` are the objects that must all be zero for a predicate to be true.
  init(
    objects: [UInt32], programs: [Program], watchers: [Int: [Int]] = [:], queue: [Int],
    events: [Program] = [], predicates: [[Int]] = [], omissions: Omissions = []
  ) {
    objectCount = objects.count
    self.programs = programs
    self.watchers = watchers
    self.events = events
    self.predicates = predicates
    self.omissions = omissions
    initialState =
      objects + programs.indices.map { queue.contains($0) ? 1 : 0 } + programs.map { _ in 0 }
      + events.map { _ in 1 }
    properties =
      predicates.indices.map { .always(predicate: $0) } + [.converges(allowErrors: false)]
  }

  var width: Int { initialState.count }
  private func queue(_ controller: Int) -> Int { objectCount + controller }
  private func timer(_ controller: Int) -> Int { objectCount + programs.count + controller }
  private func event(_ event: Int) -> Int { objectCount + 2 * programs.count + event }
  private var idle: UInt32 { UInt32(width) }

  func expand(_ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer) throws {
    let state = Array(state)
    for (number, program) in programs.enumerated() where state[queue(number)] == 1 {
      var (next, footprint, flags) = (state, Footprint(), StepFlags.fair)
      next[queue(number)] = 0
      if !omissions.contains(.ownClears) { footprint.clears.append(UInt32(queue(number))) }
      run(program, &next, &footprint, &flags)
      if program.waits {
        next[timer(number)] = 1
        footprint.writes.append(UInt32(timer(number)))
      }
      if program.requeues {
        next[queue(number)] = 1
        footprint.sets.append(UInt32(queue(number)))
      }
      append(number, state, next, footprint, flags, &buffer)
    }
    let isIdle = !programs.indices.contains { state[queue($0)] == 1 }
    for number in programs.indices where isIdle && state[timer(number)] == 1 {
      var (next, footprint) = (state, Footprint())
      next[timer(number)] = 0
      next[queue(number)] = 1
      footprint.writes.append(UInt32(timer(number)))
      footprint.sets.append(UInt32(queue(number)))
      if !omissions.contains(.idleness) { footprint.reads.append(idle) }
      append(100 + number, state, next, footprint, [.fair, .waitsForIdle], &buffer)
    }
    for (number, program) in events.enumerated() where state[event(number)] == 1 {
      var (next, footprint, flags) = (state, Footprint(), StepFlags())
      next[event(number)] = 0
      footprint.clears.append(UInt32(event(number)))
      append(200 + 2 * number, state, next, footprint, [.givesUp], &buffer)
      run(program, &next, &footprint, &flags)
      append(201 + 2 * number, state, next, footprint, flags, &buffer)
    }
  }

  private func run(
    _ program: Program, _ state: inout [UInt32], _ footprint: inout Footprint,
    _ flags: inout StepFlags
  ) {
    var seen = [UInt32](repeating: 0, count: objectCount)
    for object in program.reads { seen[object] = state[object] }
    if !omissions.contains(.reads) { footprint.reads += program.reads.map { UInt32($0) } }
    var listed = 0
    if let value = program.lists {
      listed = state.prefix(objectCount).count { $0 == value }
      if !omissions.contains(.lists) { footprint.predicates.append(value) }
    }
    for write in program.body(seen, listed) {
      let old = state[write.object]
      if old == write.value {
        if !omissions.contains(.readsOfNoWrite) { footprint.reads.append(UInt32(write.object)) }
        continue
      }
      flags.formUnion(.changesObject)
      state[write.object] = write.value
      if !omissions.contains(.writes) {
        footprint.reads.append(UInt32(write.object))
        footprint.writes.append(UInt32(write.object))
        footprint.changes.append(
          CellChange(
            cell: UInt32(write.object), old: omissions.contains(.oldValues) ? 0 : old,
            new: write.value))
      }
      for watcher in watchers[write.object] ?? [] {
        state[queue(watcher)] = 1
        if !omissions.contains(.sets) { footprint.sets += [UInt32(queue(watcher)), idle] }
      }
    }
  }

  private func append(
    _ action: Int, _ state: [UInt32], _ next: [UInt32], _ footprint: Footprint,
    _ flags: StepFlags, _ buffer: inout SuccessorBuffer
  ) {
    let first = buffer.changes.count
    for index in next.indices where next[index] != state[index] {
      buffer.changes.append(WordChange(index: UInt32(index), value: next[index]))
    }
    buffer.successors.append(
      Successor(
        action: UInt32(action), flags: flags, footprint: footprints?.intern(footprint) ?? 0,
        firstChange: UInt32(first), changeCount: UInt32(buffer.changes.count - first)))
  }

  func enabling(
    of actionClass: UInt32, at state: UnsafeBufferPointer<UInt32>
  ) -> EnablingCondition {
    if omissions.contains(.enabling) || actionClass >= 200 { return .never }
    var reads = Footprint()
    if actionClass < 100 {
      reads.reads = [UInt32(queue(Int(actionClass)))]
    } else {
      let controller = Int(actionClass) - 100
      if state[timer(controller)] == 1,
        let pending = programs.indices.first(where: { state[queue($0)] == 1 })
      {
        return .after(actionClass: UInt32(pending))
      }
      reads.reads = [UInt32(timer(controller))]
    }
    return .writeTo(reads: footprints?.intern(reads) ?? 0)
  }

  func reads(ofPredicate predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    var reads = Footprint()
    for object in predicates[predicate] {
      reads.reads.append(UInt32(object))
      if state[object] != 0 { break }
    }
    if omissions.contains(.predicateReads) { reads = Footprint() }
    return footprints?.intern(reads) ?? 0
  }

  func evaluate(predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> PredicateValue {
    predicates[predicate].allSatisfy { state[$0] == 0 } ? .isTrue : .isFalse
  }

  func violatedRules(_ violations: UInt32) -> [Int] { [] }
  func endState(_ state: UnsafeBufferPointer<UInt32>) -> UInt32 { 0 }
  func confluence(
    property: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> (group: UInt32, end: UInt32) { (0, 0) }
  func describe(action: UInt32) -> String { "action \(action)" }
}
