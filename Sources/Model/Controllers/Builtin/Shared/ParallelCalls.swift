internal import CEL

/// Goes through calls that upstream makes in goroutines, in an order that is open.
///
/// Follows the loops of `go func` in pkg/controller/daemon/daemon_controller.go (syncNodes),
/// pkg/controller/job/job_controller.go (manageJob) and pkg/controller/statefulset/
/// stateful_set_control.go (runForAll).
///
/// Nothing is asked where there is one order only.
struct ParallelCalls {
  private let oracle: any ReconcileOracle
  private let isOpen: Bool
  private var batch: CallBatch
  /// The lanes that come before the others, since they have nothing to write.
  private var idle: [Int]

  /// Calls about objects with these names, one each.
  init(
    _ oracle: any ReconcileOracle, creating groupKind: GroupKind, named names: [String],
    idle: Set<Int> = [], isShuffled: Bool = false
  ) {
    let lanes = names.enumerated().map {
      CallBatch.Lane(label: $0.element, group: $0.offset, left: idle.contains($0.offset) ? 0 : 1)
    }
    self.init(
      oracle,
      CallBatch(groupKinds: [groupKind], creates: true, isShuffled: isShuffled, lanes: lanes),
      idle.sorted())
  }

  /// Calls about objects that are there, `count` each.
  init(
    _ oracle: any ReconcileOracle, changing objects: [JSONObject],
    count: (JSONObject) -> Int = { _ in 1 }
  ) {
    let kinds = Set(objects.map { GroupKind(apiVersion: $0.apiVersion, kind: $0.kind) })
    var known: [JSONObject] = []
    let lanes = objects.enumerated().map { index, object in
      let content = Self.content(of: object)
      let first = known.firstIndex(of: content) ?? index
      known.append(content)
      return CallBatch.Lane(label: object.name, group: first, left: count(object))
    }
    self.init(oracle, CallBatch(groupKinds: kinds.sorted(), creates: false, lanes: lanes), [])
  }

  private init(_ oracle: any ReconcileOracle, _ batch: CallBatch, _ idle: [Int]) {
    self.oracle = oracle
    self.batch = batch
    self.idle = idle
    let working = batch.lanes.filter { $0.left > 0 }
    isOpen =
      working.count > 1
      && (Set(working.map(\.group)).count > 1 || working.contains { $0.left > 1 })
  }

  /// What tells an object from others: all but a generated name and what comes with it.
  private static func content(of object: JSONObject) -> JSONObject {
    guard object.at("metadata", "generateName") != nil else { return object }
    var content = object
    for key in ["name", "uid", "resourceVersion"] { content.metadata[key] = nil }
    return content
  }

  /// The lane of the next call; nil where none is left.
  mutating func next() throws -> Int? {
    if !idle.isEmpty { return idle.removeFirst() }
    guard let first = batch.open.first else { return nil }
    let lane = isOpen ? try oracle.next(in: batch) : first
    batch.lanes[lane].left -= 1
    return lane
  }

  /// A lane makes no more calls.
  mutating func end(_ lane: Int) { batch.lanes[lane].left = 0 }
}
