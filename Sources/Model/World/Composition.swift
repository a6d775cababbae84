import CEL
package import Transitions

/// The transition system of one component: its cells, its actions, its steps.
///
/// A step is computed once for all states that agree in what it reads (`StepTree`); afterwards it is a
/// walk down that tree and a few changed words. What must be done per state (supersede the reads of
/// other reconciles in flight, rename fresh values) is done by `finish`, for the leaves that need it.
package final class Composition {
  package let world: World
  package let component: Component
  package let layout: CellLayout

  // Actions, by id.
  var actions: [WorldAction] = []
  var actionIDs: [WorldAction: UInt32] = [:]
  var actionRoots: [UInt32] = []
  var reconcileActions: [UInt32] = []
  var timerActions: [UInt32] = []

  /// Whether some fault may still happen in this component.
  let hasFaults: Bool

  // Steps that are known.
  let usesMemo: Bool
  var steps = StepTree()
  var leaves: [StepLeaf] = []
  var leafEffects: [LeafEffect] = []
  var leafDetails: [LeafDetail] = []
  /// How many steps were computed, and how many were looked up.
  package var computedSteps: Int { stepCounts.computed }
  package var lookedUpSteps: Int { stepCounts.lookedUp }
  let stepCounts = StepCounts()

  // Interned values.
  var scans = ScanTable()
  var pendingLists: [[PendingEvent]] = [[]]
  var pendingIDs: [[PendingEvent]: UInt32] = [[]: 0]
  var supersededSets: [[SupersededRead]] = [[]]
  var supersededIDs: [[SupersededRead]: UInt32] = [[]: 0]
  var violationSets: [[Int]] = [[]]
  var violationIDs: [[Int]: UInt32] = [[]: 0]
  var endStates: [[UInt32]: UInt32] = [:]
  var confluenceIDs: [[UInt32]: UInt32] = [:]
  var ignoredVersions: [UInt64: UInt32] = [:]
  var ordinalForms: [UInt32: OrdinalForm] = [:]
  var mentionIndex = MentionIndex()
  /// Where nodes of reconcile trees went in renamings of fresh values.
  var renamedNodes: [RenamedNode: UInt32] = [:]
  /// The last read of each object on the way to a node, by node.
  var lastReads: [UInt32: [ObjectKey: Int]] = [:]
  // Footprints.
  let names: FootprintNames
  let footprintTable: FootprintTable
  var footprintCells: [UInt32] = []
  /// The same where states are merged by symmetry; nil where there is none.
  let quotient: FootprintQuotient?
  var classOfAction: [UInt32] = []
  var mergedClassOfAction: [UInt32] = []
  var actionClassIDs: [ActionClass: UInt32] = [:]
  var classMembers: [[UInt32]] = []
  var collectiveClasses: [Bool] = []
  var comparableIDs: [ComparableContent: UInt32] = [:]
  /// A seeded bug, for the tests that both orders must catch it.
  var footprintMutant: FootprintMutant?

  /// The controllers that work on one request at a time, because it needs their whole memory.
  let turnTakers: Set<Int>
  /// The classes of fresh values that this component makes.
  var families: Set<UInt16> = []

  // What was touched, for the check that components are independent.
  var recorded = Footprints()

  /// The names that may be exchanged in this component; nil where there are none.
  let symmetry: StateSymmetry?
  /// Whether states that differ in an exchange of names are one.
  package var usesSymmetry = false {
    didSet {
      precondition(
        !usesSymmetry || hasSymmetry || freshSymmetry != nil, "a component without symmetry")
      hasUsedSymmetry = hasUsedSymmetry || usesSymmetry
    }
  }
  private(set) var hasUsedSymmetry = false
  /// How fresh values are sorted where states are merged; nil where their order is kept.
  let freshSymmetry: FreshSymmetry?
  /// How they are sorted where ends of runs are compared.
  let freshEnds: FreshSymmetry
  /// Whether some class of fresh values that may be permuted was seen with two.
  var hasSeveralFreshValues = false
  /// What the state that is being expanded says of each block; empty where nobody asked.
  var expandedSignatures: [UInt32] = []

  // Predicates.
  package let propertyIndices: [Int]
  package let properties: [PropertyKind]
  var predicates: [StatePredicate] = []
  var predicateRoots: [UInt32] = []
  var occurrences: Occurrences
  var initialWords: [UInt32] = []
  /// An error met where the protocol has no room for one; thrown by the next `expand`.
  var deferredError: (any Error)?
  /// Who audits this exploration.
  weak var audited: ProjectionAudit?
  /// The audit compares states now: it rewrites what reconciles in flight asked.
  var isCompared = false
  /// For the audit: a version with all that its projection left out, by the projected one.
  var unprojected: [UInt32: UInt32] = [:]

  /// Makes the system of a component.
  package init(_ world: World, component: Component) {
    self.world = world
    self.component = component
    usesMemo = world.definition.projections.contains(.memo)
    hasFaults = world.definition.participants.contains { !$0.budgets.isEmpty }
    layout = CellLayout(world.definition.interleaving)
    turnTakers =
      world.definition.interleaving == .calls
      ? Set(
        world.definition.participants.indices.filter {
          world.definition.participants[$0].reconciler.sharesMemory
        }) : []
    let names = FootprintNames(world)
    self.names = names
    footprintTable = FootprintTable(namedChanges: world.hasUnreadFields ? 256 : 0) {
      names.accepts(predicate: $0, cell: $1, side: $2)
    }
    symmetry = world.symmetry.flatMap {
      $0.isBroken ? nil : StateSymmetry($0, world, component)
    }
    freshSymmetry = world.freshOrder.map { _ in
      FreshSymmetry(world) { [unowned world] in world.isMovable($0) }
    }
    freshEnds = FreshSymmetry(world) { [unowned world] in world.isNameOrValue($0) }
    quotient = symmetry.map { [names, footprintTable] in
      FootprintQuotient(names, $0, footprintTable)
    }
    var kinds: [PropertyKind] = []
    var indices: [Int] = []
    var predicates: [StatePredicate] = []
    func add(_ predicate: @escaping StatePredicate) -> Int {
      predicates.append(predicate)
      return predicates.count - 1
    }
    for (index, property) in world.definition.properties.enumerated() {
      let isHome = component.properties.contains(index)
      switch property.program {
      case .always(let test) where isHome: kinds.append(.always(predicate: add(test)))
      case .sometimes(let test) where isHome: kinds.append(.sometimes(predicate: add(test)))
      case .settled(let test) where isHome: kinds.append(.settled(predicate: add(test)))
      case .eventually(let test) where isHome: kinds.append(.eventually(predicate: add(test)))
      case .leadsTo(let from, let to) where isHome:
        kinds.append(.leadsTo(from: add(from), to: add(to)))
      case .converges(let allowErrors): kinds.append(.converges(allowErrors: allowErrors))
      case .confluent: kinds.append(.confluent)
      case .step: kinds.append(.stepRule)
      default: continue
      }
      indices.append(index)
    }
    properties = kinds
    propertyIndices = indices
    self.predicates = predicates
    occurrences = Occurrences(predicates: predicates.count)
    predicateRoots = predicates.map { _ in steps.addRoot() }
    makeInitialState()
  }

  /// Where the runs of this part start, by name.
  package var partNames: [String] { world.names(of: component) }

  /// Where reconciles are cut.
  var mode: Scenario.Interleaving { world.definition.interleaving }

  private func makeInitialState() {
    var values: [(Slot, UInt32)] = []
    let definition = world.definition
    for root in component.requests {
      let worker = worker(root.controller, root.request)
      values.append((layout.slot(.queue, worker: worker), 1))
    }
    for event in component.events {
      values.append((layout.slot(.event(event)), UInt32(definition.events[event].times)))
    }
    for controller in Set(component.requests.map(\.controller)).sorted() {
      for fault in Fault.allCases {
        guard let times = definition.participants[controller].budgets[fault], times > 0 else {
          continue
        }
        values.append((layout.slot(.budget(fault, controller: controller)), UInt32(times)))
      }
    }
    var ranks: [String: UInt32] = [:]
    for (key, _) in definition.objects where world.rankedKinds.contains(key.groupKind) {
      let version = world.initialVersions[key] ?? 0
      let group = "\(key.groupKind) \(key.namespace) \(creator(of: version))"
      ranks[group, default: 0] += 1
      values.append((layout.slot(.rank(key)), ranks[group] ?? 0))
    }
    initialWords = [UInt32](repeating: 0, count: layout.width)
    for (slot, value) in values { initialWords[slot.word] |= value << slot.shift }
  }

  // MARK: Actions and workers

  /// The index of a worker, with its actions.
  func worker(_ controller: Int, _ request: ReconcileRequest) -> Int {
    let worker = layout.worker(controller, request)
    nameWorkerActions()
    return worker
  }

  /// Gives every worker that the layout met its actions.
  @inline(__always)
  func nameWorkerActions() {
    while reconcileActions.count < layout.workers.count {
      reconcileActions.append(action(.reconcile(worker: reconcileActions.count)))
      timerActions.append(action(.timer(worker: timerActions.count)))
    }
  }

  /// The id of an action.
  func action(_ action: WorldAction) -> UInt32 {
    if let id = actionIDs[action] { return id }
    let id = UInt32(actions.count)
    actions.append(action)
    actionIDs[action] = id
    actionRoots.append(steps.addRoot())
    classify(action, id)
    return id
  }

  // MARK: Versions of objects

  /// A version as it stands in a state: 0 is the object at the start, so that objects that never
  /// change need no cell.
  func encode(_ version: UInt32, of key: ObjectKey) -> UInt32 {
    version == (world.initialVersions[key] ?? 0) ? 0 : version + 1
  }

  /// The version that a word of a state stands for.
  func decode(_ word: UInt32, of key: ObjectKey) -> UInt32 {
    word == 0 ? world.initialVersions[key] ?? 0 : word - 1
  }

  /// The version of an object at a state.
  package func version(of key: ObjectKey, at state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    let slot = layout.slot(.object(key))
    return decode(slot.word < state.count ? state[slot.word] : 0, of: key)
  }

  /// The interned content of an object, less what is no part of its identity.
  func project(_ object: JSONObject?, key: ObjectKey) -> UInt32 {
    guard let object else { return 0 }
    let projected = world.versions.intern(world.identity(of: object, groupKind: key.groupKind))
    if audited != nil, unprojected[projected] == nil {
      var raw = object
      raw.set(nil, at: "metadata", "resourceVersion")
      // Another instant: nothing may depend on which.
      if raw.at("metadata", "creationTimestamp") != nil {
        raw.set(.string(VirtualClock.text(ticks: 7)), at: "metadata", "creationTimestamp")
      }
      unprojected[projected] = world.versions.intern(raw)
    }
    return projected
  }

  /// Keeps, for the audit, the unprojected form of a version that was made from another one.
  func noteDerived(_ derived: UInt32, from version: UInt32, _ change: (JSONObject) -> JSONObject) {
    guard audited != nil, derived != version, unprojected[derived] == nil,
      let raw = unprojected[version].flatMap({ world.versions.object($0) })
    else { return }
    unprojected[derived] = world.versions.intern(change(raw))
  }

  /// Who made an object: its controller owner's uid, as far as creation order is concerned.
  func creator(of version: UInt32) -> String {
    world.versions.object(version)?.controllerOwnerReference?["uid"]?.string ?? ""
  }

  /// Runs a user's program whose error has no room here: it is thrown by the next `expand`.
  func attempt<Value>(_ place: String, _ body: () throws -> Value) -> Value? {
    do {
      return try body()
    } catch let error as EvaluationError {
      let unusable = UnusableExpression(place: place, reason: error.message)
      deferredError = deferredError ?? unusable
      return nil
    } catch {
      deferredError = deferredError ?? error
      return nil
    }
  }

  // MARK: What was touched

  func noteWrite(_ cell: Cell) { recorded.written.insert(cell) }

  func noteObjectWrite(_ key: ObjectKey, old: UInt32, new: UInt32) {
    recorded.objectWrites.insert(EffectiveWrite(key: key, old: old, new: new))
  }

  func noteFamily(_ family: UInt16) { families.insert(family) }
}

/// A part of a composition that may be verified alone: where its runs start.
package struct Component: Hashable, Sendable {
  /// The requests that are queued at the start.
  package var requests: [CellLayout.Worker]
  package var events: [Int]
  /// The properties with predicates that are judged here.
  package var properties: [Int]

  /// Makes a component.
  package init(
    requests: [CellLayout.Worker] = [], events: [Int] = [], properties: [Int] = []
  ) {
    self.requests = requests
    self.events = events
    self.properties = properties
  }
}

/// What the exploration of a component read and wrote, over all its states.
package struct Footprints {
  package internal(set) var read: Set<Cell> = []
  package internal(set) var written: Set<Cell> = []
  package internal(set) var scans: Set<ObjectScan> = []
  var objectWrites: Set<EffectiveWrite> = []
}

/// The end of a computed step, as numbers.
struct StepLeaf {
  var firstEffect: UInt32
  var effectCount: UInt32
  var flags: StepFlags
  var violations: UInt32
  /// What the step reads and writes.
  var footprint: UInt32
  /// The index of what must be done per state, or -1.
  var detail: Int32
  /// Whether the action cannot happen at such states.
  var isDisabled: Bool
}

/// New bits of a word.
struct LeafEffect {
  var word: UInt32
  var keep: UInt32
  var set: UInt32
}

/// What a leaf needs done per state.
struct LeafDetail {
  /// The worker whose step this is, if it is a reconcile's.
  var worker: Int?
  var writes: [EffectiveWrite]
  /// The controller that starts anew, with the requests it then finds.
  var restart: (controller: Int, requests: [ReconcileRequest])?
}

/// An object of whose versions all that were read up to a question are superseded.
struct SupersededRead: Hashable {
  let key: ObjectKey
  let index: Int
}
