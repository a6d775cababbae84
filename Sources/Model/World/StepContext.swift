import CEL

/// One step while it is computed: what it reads of the state before it, in order, and what it changes.
///
/// Every read of the state goes through here and is logged, in the order made and each once: that log is
/// the path of the step's memo and its footprint. What the step itself has changed is an overlay on top
/// and is no read of the state.
final class StepContext {
  let composition: Composition
  let state: UnsafeBufferPointer<UInt32>
  /// The reads in order, each once, with their values.
  private(set) var reads: [(read: StateRead, value: UInt32)] = []
  private var known: [StateRead: UInt32] = [:]
  /// What is used of the objects that were read, where it is not the whole.
  private(set) var partialUses: [StateRead: FieldUse] = [:]
  private var choices: [UInt32]
  private var nextChoice = 0
  /// The versions of the objects that this step changed, as they are now.
  private(set) var overlay: [ObjectKey: UInt32] = [:]
  /// The effective writes in order.
  private(set) var changes: [EffectiveWrite] = []
  /// New values of words and flags: the bits kept and the bits set.
  private(set) var effects: [Int: (keep: UInt32, set: UInt32)] = [:]
  /// Every cell that was set, with its value, in order: a queue entry may be taken and set again.
  private(set) var written: [(cell: Cell, value: UInt32)] = []
  private var takenTokens: [UInt16: UInt32] = [:]
  /// The requests of this step and their answers, for event rules and for the tale.
  var sent: [SentRequest] = []
  /// Where the reconcile of this step came to in its tree.
  var lastNode: UInt32?
  /// Whether nothing of this is a step: who looks ahead leaves no trace in the composition.
  let isAhead: Bool

  init(_ composition: Composition, state: UnsafeBufferPointer<UInt32>, choices: [UInt32] = []) {
    self.composition = composition
    self.state = state
    self.choices = choices
    isAhead = false
  }

  /// A step that came so far, to look ahead from there.
  init(aheadOf step: StepContext) {
    composition = step.composition
    state = step.state
    choices = []
    known = step.known
    overlay = step.overlay
    effects = step.effects
    takenTokens = step.takenTokens
    isAhead = true
  }

  var world: World { composition.world }

  // MARK: Reads of the state before the step

  private func log(
    _ read: StateRead, using use: FieldUse = .whole, _ value: @autoclosure () -> UInt32
  ) -> UInt32 {
    if let value = known[read] {
      if let part = partialUses[read] {
        let both = part.union(use)
        partialUses[read] = both.isWhole ? nil : both
      }
      return value
    }
    let value = value()
    known[read] = value
    reads.append((read, value))
    if !use.isWhole { partialUses[read] = use }
    return value
  }

  /// The value of a cell that fills a word, as before the step.
  func word(_ cell: Cell, using use: FieldUse = .whole) -> UInt32 {
    let word = composition.layout.slot(cell).word
    return log(StateRead(.word, word), using: use, word < state.count ? state[word] : 0)
  }

  /// The version of an object before the step; 0 where it is absent.
  func version(before key: ObjectKey, using use: FieldUse = .whole) -> UInt32 {
    composition.decode(word(.object(key), using: use), of: key)
  }

  /// The objects before the step that a selection accepts, by key.
  func scan(_ scan: ObjectScan, using use: FieldUse = .whole) -> [Answer.ListedObject] {
    let id = composition.scanID(scan)
    let list = log(StateRead(.scan, id), using: use, composition.scan(id, state))
    return composition.list(list)
  }

  /// One of `count` outcomes; the step is computed once for each.
  func choice(_ count: Int) -> Int {
    precondition(count > 0, "a choice of nothing")
    if count == 1 { return 0 }
    let value = nextChoice < choices.count ? choices[nextChoice] : 0
    nextChoice += 1
    reads.append((StateRead(.choice, count), value))
    return Int(value)
  }

  /// A fresh value of a class, with a number that nothing mentions.
  func freshToken(_ description: String) -> String {
    let family = world.tokens.family(description)
    if !isAhead { composition.noteFamily(family) }
    var index = log(StateRead(.freshIndex, Int(family)), composition.freshIndex(family, state))
    if let taken = takenTokens[family] { index = max(index, taken + 1) }
    takenTokens[family] = index
    if index > 0 && !isAhead { composition.noteSeveral(family) }
    return world.tokens.text(FreshToken(family: family, index: UInt16(index)))
  }

  // MARK: The store as it is now

  /// The version of an object now, with what this step changed.
  func version(now key: ObjectKey, using use: FieldUse = .whole) -> UInt32 {
    overlay[key] ?? version(before: key, using: use)
  }

  /// The objects now that a selection accepts, by key.
  func scanNow(_ scan: ObjectScan, using use: FieldUse = .whole) -> [Answer.ListedObject] {
    adjust(self.scan(scan, using: use), scan, with: overlay)
  }

  /// A list in which some objects have other versions than the store's.
  func adjust(
    _ list: [Answer.ListedObject], _ scan: ObjectScan, with versions: [ObjectKey: UInt32]
  ) -> [Answer.ListedObject] {
    guard versions.contains(where: { scan.covers($0.key) }) else { return list }
    var result = list.filter { versions[$0.key] == nil }
    for (key, version) in versions.sorted(by: { $0.key < $1.key })
    where scan.covers(key) && composition.matches(version, scan) {
      result.append(Answer.ListedObject(key: key, version: version))
    }
    return result.sorted { $0.key < $1.key }
  }

  // MARK: Effects

  /// Sets a cell.
  func set(_ cell: Cell, _ value: UInt32) {
    let slot = composition.layout.slot(cell)
    let old = effects[slot.word] ?? (keep: .max, set: 0)
    effects[slot.word] = (
      keep: old.keep & ~slot.mask, set: old.set & ~slot.mask | value << slot.shift & slot.mask
    )
    if isAhead { return }
    written.append((cell, value))
    composition.noteWrite(cell)
  }

  /// The value of a word-sized cell now, with what this step set.
  func wordNow(_ cell: Cell) -> UInt32 {
    let slot = composition.layout.slot(cell)
    if let effect = effects[slot.word], effect.keep == 0 { return effect.set }
    return word(cell)
  }

  /// Stores a new version of an object and wakes whom that wakes.
  ///
  /// A write that changes nothing that is part of the object's identity is no write.
  func write(_ change: ObjectChange) {
    let old = version(now: change.key)
    let new = composition.project(change.new, key: change.key)
    guard old != new else { return }
    overlay[change.key] = new
    changes.append(EffectiveWrite(key: change.key, old: old, new: new))
    set(.object(change.key), composition.encode(new, of: change.key))
    if !isAhead { composition.noteObjectWrite(change.key, old: old, new: new) }
    if !composition.world.definition.projections.contains(.identity) {
      set(.clock, wordNow(.clock) + 1)
    }
    updateRanks(change.key, old: old, new: new)
    // Whom a write wakes is no matter of the reconcile that goes on.
    if !isAhead { notify(change.key, old: old, new: new) }
  }

  private func updateRanks(_ key: ObjectKey, old: UInt32, new: UInt32) {
    guard world.rankedKinds.contains(key.groupKind), (old == 0) != (new == 0) else { return }
    let group = composition.creator(of: new == 0 ? old : new)
    // The members of a group have its owner; those of other owners are not read.
    let scan = ObjectScan(
      key.groupKind, namespace: key.namespace,
      selection: group.isEmpty ? .all : .dependents(uid: group))
    let others = scanNow(scan).filter {
      $0.key != key && composition.creator(of: $0.version) == group
    }
    if new != 0 {
      let highest = others.map { wordNow(.rank($0.key)) }.max() ?? 0
      set(.rank(key), highest + 1)
    } else {
      let removed = wordNow(.rank(key))
      for other in others {
        let rank = wordNow(.rank(other.key))
        if rank > removed { set(.rank(other.key), rank - 1) }
      }
      set(.rank(key), 0)
    }
  }

  /// Puts the requests that a change leads to into the queues, or the event into lagging caches.
  private func notify(_ key: ObjectKey, old: UInt32, new: UInt32) {
    for (controller, participant) in world.definition.participants.enumerated()
    where participant.sees(key.namespace) {
      if world.lags(controller, key.groupKind) {
        let event = PendingEvent(key: key, old: old, new: new)
        composition.append(event, for: controller, in: self)
      } else {
        enqueue(controller, key: key, old: old, new: new)
      }
    }
  }

  /// Puts the requests that a watch event leads to into a controller's queue.
  ///
  /// As controller-runtime's handlers do: the mapping sees the object before and after
  /// (pkg/handler/{enqueue,enqueue_owner,enqueue_mapped}.go).
  func enqueue(_ controller: Int, key: ObjectKey, old: UInt32, new: UInt32) {
    let reconciler = world.definition.participants[controller].reconciler
    let before = world.versions.object(old)
    let after = world.versions.object(new)
    for rule in reconciler.watches where rule.groupKind == key.groupKind {
      if let predicate = rule.predicate, !predicate(before, after) { continue }
      switch rule.mapping {
      case .object, .named:
        if let object = after ?? before, let request = rule.ownRequest(key, object),
          rule.condition?(object, StateView(self, .after)) ?? true
        {
          enqueue(controller, request)
        }
      case .controllerOwner(let owner):
        for object in [before, after] {
          if let name = object?.controllerOwner(of: owner) {
            let isNamespaced = world.definition.resources.isNamespaced(owner)
            enqueue(
              controller,
              ReconcileRequest(namespace: isNamespaced ? key.namespace : "", name: name))
          }
        }
      case .map(let map), .mapLatest(let map):
        if let symmetry = world.symmetry, !symmetry.allows(watchOf: controller, key) {
          _ = composition.attempt("a watch of \(reconciler.name)") {
            try composition.breakSymmetry("a watch of \(reconciler.name) computes with \(key)")
          }
        }
        let sides = if case .map = rule.mapping { [before, after] } else { [after ?? before] }
        for case .some(let object) in sides {
          let requests =
            composition.attempt("a watch of \(reconciler.name)") {
              try map(object, StateView(self, .after))
            } ?? []
          for request in requests { enqueue(controller, request) }
        }
      }
    }
  }

  /// Puts a request into a controller's queue.
  func enqueue(_ controller: Int, _ request: ReconcileRequest) {
    set(.queue(controller: controller, request), 1)
  }
}

/// One effective write of a step.
struct EffectiveWrite: Hashable {
  let key: ObjectKey
  let old: UInt32
  let new: UInt32
}

/// One request of a step and its answer.
struct SentRequest {
  let request: APIRequest
  let response: APIResponse
  let changes: [EffectiveWrite]
}

/// A watch event that a lagging cache has not seen.
struct PendingEvent: Hashable {
  let key: ObjectKey
  let old: UInt32
  let new: UInt32
}

/// A predicate read: the objects of a kind that a selection accepts.
package struct ObjectScan: Hashable, Sendable {
  package let groupKind: GroupKind
  /// nil for all namespaces.
  package let namespace: String?
  package let selection: ObjectSelection

  /// Makes a scan.
  package init(_ groupKind: GroupKind, namespace: String?, selection: ObjectSelection) {
    self.groupKind = groupKind
    self.namespace = namespace
    self.selection = selection
  }

  /// Whether an object with this key may be in the list at all.
  package func covers(_ key: ObjectKey) -> Bool {
    key.groupKind == groupKind && (namespace == nil || namespace == key.namespace)
  }
}

/// The live objects of one moment, for predicates, guards and mappings.
final class StateView: MappingReader {
  enum Moment { case before, after }

  private let context: StepContext
  private let moment: Moment

  init(_ context: StepContext, _ moment: Moment) {
    self.context = context
    self.moment = moment
  }

  func object(_ key: ObjectKey) -> JSONObject? { object(key, using: .whole) }

  func object(_ key: ObjectKey, using use: FieldUse) -> JSONObject? {
    let version =
      moment == .before
      ? context.version(before: key, using: use) : context.version(now: key, using: use)
    return context.world.versions.object(version)
  }

  func objects(of groupKind: GroupKind, namespace: String?, selection: ObjectSelection)
    -> [JSONObject]
  { objects(of: groupKind, namespace: namespace, selection: selection, using: .whole) }

  func objects(
    of groupKind: GroupKind, namespace: String?, selection: ObjectSelection, using use: FieldUse
  ) -> [JSONObject] {
    let scan = ObjectScan(groupKind, namespace: namespace, selection: selection)
    let list =
      moment == .before ? context.scan(scan, using: use) : context.scanNow(scan, using: use)
    return list.compactMap { context.world.versions.object($0.version) }
  }
}
