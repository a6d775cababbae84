import CEL

/// What all components of one verification share: the definition, the API server, the interned
/// contents of objects and the reconcile trees.
///
/// Components are explored one after the other and may be merged and explored again; what was learned
/// about contents and controllers stays.
package final class World {
  package let definition: WorldDefinition
  package let server: APIServer
  package let tokens: FreshTokens
  package let versions: VersionTable
  package let tree = ReconcileTree()
  /// The stored objects at the start, by key, as version ids.
  package let initialVersions: [ObjectKey: UInt32]
  /// The kinds whose creation order some controller asked for, sorted; grows by restarts.
  package private(set) var rankedKinds: Set<GroupKind> = []
  /// The kinds that a lagging controller reads from its cache; grows by restarts.
  package private(set) var cachedKinds: [Int: Set<GroupKind>] = [:]
  /// Seeded bugs, for the tests that the audit must catch them.
  var mutants: Set<ProjectionMutant> = []
  /// A seeded bug: parallel calls are made in one order only.
  var makesCallsInOrder = false
  var renamedVersions: [VersionRenaming: UInt32] = [:]
  /// The interchangeable names; nil where there are none.
  let symmetry: NameSymmetry?
  /// Who may tell the order of fresh names; nil where it is kept.
  let freshOrder: FreshOrder?
  /// The classes of fresh values whose order somebody was seen to know, without numbers; grows.
  var orderedClasses: Set<String> = []
  /// The classes of fresh values that the objects of the start mention.
  let initialFamilies: Set<UInt16>
  /// Where runs start: every object that a controller reconciles is queued.
  package let rootRequests: [CellLayout.Worker]

  /// Makes a world.
  ///
  /// The objects are interned in their order.
  package init(_ definition: WorldDefinition) {
    self.definition = definition
    server = APIServer(
      kubernetesVersion: definition.kubernetesVersion, resources: definition.resources)
    tokens = FreshTokens(avoiding: definition.objects.map { .object($0.object) })
    versions = VersionTable(tokens: tokens)
    symmetry = definition.symmetry.flatMap { [tokens, versions] in
      definition.projections.contains(.symmetry)
        ? NameSymmetry($0, tokens: tokens, versions: versions) : nil
    }
    let keepsFreshOrder =
      !definition.projections.contains(.symmetry) || !definition.projections.contains(.freshNames)
    freshOrder = keepsFreshOrder ? nil : definition.freshOrder
    let objects = Self.identified(definition.objects, tokens)
    var initial: [ObjectKey: UInt32] = [:]
    for (key, object) in objects {
      initial[key] = versions.intern(
        Self.identity(of: object, groupKind: key.groupKind, definition, mutants: []))
    }
    initialVersions = initial
    initialFamilies = Set(
      initial.values.flatMap { [versions] in versions.mentioned(in: $0).map(\.family) })
    rootRequests = Self.rootRequests(definition.participants, objects)
    for (index, participant) in definition.participants.enumerated()
    where participant.lag != nil {
      cachedKinds[index] = Set(participant.reconciler.watches.map(\.groupKind))
    }
    if !definition.projections.contains(.creationRank) {
      rankedKinds = Set(definition.objects.map(\.key.groupKind))
        .union(definition.participants.flatMap { $0.reconciler.watches.map(\.groupKind) })
    }
  }

  /// The objects with the uid of each replaced by a fresh value, wherever it is mentioned: uids are
  /// symbols (SEMANTICS.md, "State identity").
  private static func identified(
    _ objects: [(key: ObjectKey, object: JSONObject)], _ tokens: FreshTokens
  ) -> [(key: ObjectKey, object: JSONObject)] {
    var uids: [String: String] = [:]
    for (key, object) in objects {
      guard let given = object.at("metadata", "uid")?.string else { continue }
      let family = tokens.family("uid of \(key)")
      uids[given] = "uid-" + tokens.text(FreshToken(family: family, index: 0))
    }
    func replaced(_ value: JSONValue) -> JSONValue {
      switch value {
      case .string(let text): .string(uids[text] ?? text)
      case .array(let items): .array(items.map(replaced))
      case .object(let object):
        .object(JSONObject(object.entries.map { ($0.key, replaced($0.value)) }))
      case .null, .bool, .int, .double, .symbolic: value
      }
    }
    return objects.map { ($0.key, replaced(.object($0.object)).object ?? $0.object) }
  }

  private static func rootRequests(
    _ participants: [Participant], _ objects: [(key: ObjectKey, object: JSONObject)]
  ) -> [CellLayout.Worker] {
    var roots: [CellLayout.Worker] = []
    for (controller, participant) in participants.enumerated() {
      var requests: Set<ReconcileRequest> = []
      for rule in participant.reconciler.watches {
        for (key, object) in objects
        where key.groupKind == rule.groupKind && rule.predicate?(nil, object) ?? true {
          if let request = rule.ownRequest(key, object) { requests.insert(request) }
        }
      }
      roots += requests.sorted().map {
        CellLayout.Worker(controller: controller, request: $0)
      }
    }
    return roots
  }

  /// Takes over what another world of the same definition learned about what states must hold.
  package func learn(from other: World) {
    rankedKinds.formUnion(other.rankedKinds)
    cachedKinds.merge(other.cachedKinds) { $0.union($1) }
    orderedClasses.formUnion(other.orderedClasses)
  }

  /// The starts of a part by names that mean the same in every world of this definition.
  package func names(of component: Component) -> [String] {
    component.requests.map { worker in
      let controller = definition.participants[worker.controller].reconciler.name
      return "request \(controller) \(worker.request.namespace)/\(worker.request.name)"
    } + component.events.map { "event \(definition.events[$0].name)" }
  }

  /// Whether somebody reads all but some fields of objects.
  var hasUnreadFields: Bool {
    definition.projections.contains(.unread)
      && definition.participants.contains { !$0.unread.isEmpty }
  }

  /// Whether a controller's view of a kind may lag.
  package func lags(_ controller: Int, _ groupKind: GroupKind) -> Bool {
    cachedKinds[controller]?.contains(groupKind) ?? false
  }

  /// An object less what is no part of its identity (SEMANTICS.md, "State identity").
  func identity(of object: JSONObject, groupKind: GroupKind) -> JSONObject {
    Self.identity(of: object, groupKind: groupKind, definition, mutants: mutants)
  }

  /// An object as a person compares it: its identity with every projection in force.
  func plainIdentity(of object: JSONObject, groupKind: GroupKind) -> JSONObject {
    var all = definition
    all.projections = ProjectionSet()
    return Self.identity(of: object, groupKind: groupKind, all, mutants: mutants)
  }

  static func identity(
    of object: JSONObject, groupKind: GroupKind, _ definition: WorldDefinition,
    mutants: Set<ProjectionMutant> = []
  ) -> JSONObject {
    var object = object
    object.set(nil, at: "metadata", "resourceVersion")
    if definition.projections.contains(.identity),
      object.at("metadata", "creationTimestamp") != nil
    {
      object.set(.string(VirtualClock.instant), at: "metadata", "creationTimestamp")
    }
    if definition.projections.contains(.ownership),
      !definition.appliedKinds.contains(groupKind) || mutants.contains(.ownership)
    {
      object.set(nil, at: "metadata", "managedFields")
    }
    if mutants.contains(.identity) {
      object.set(nil, at: "metadata", "deletionTimestamp")
    }
    return object
  }

  /// Notes that creation order of a kind matters.
  ///
  /// The exploration must start again.
  func rank(_ groupKind: GroupKind) { rankedKinds.insert(groupKind) }

  /// Notes that a lagging controller reads a kind.
  ///
  /// The exploration must start again.
  func cache(_ groupKind: GroupKind, for controller: Int) {
    cachedKinds[controller, default: []].insert(groupKind)
  }
}

/// Something was learned that changes what a state must hold: the component's search starts again.
package struct RestartNeeded: Error {
  /// What was learned, for people.
  package let reason: String
}

/// An expression that decides what happens (a guard or body of an event, the map of a watch) cannot be
/// evaluated: the scenario is not usable as it is.
package struct UnusableExpression: Error {
  /// Whose expression it is.
  package let place: String
  package let reason: String
}

/// A controller sent a resourceVersion that it remembers from an earlier reconcile: states do not say
/// whether that is still current.
package struct RememberedVersion: Error {
  package let controller: String
  package let request: ReconcileRequest
  package let object: String
}

/// A controller asked a different question, or came to a different end, after the same answers.
package struct NotDeterministic: Error {
  package let controller: String
  package let request: ReconcileRequest
  /// The two runs' first difference.
  package let difference: String

  /// Makes a finding.
  package init(controller: String, request: ReconcileRequest, difference: String) {
    self.controller = controller
    self.request = request
    self.difference = difference
  }
}
