package import CEL
import Transitions

/// A controller as part of a composition: its program and the faults it may meet.
package struct Participant: Sendable {
  package var reconciler: any Reconciler
  /// How many events per kind its caches may lag behind; nil for fresh caches.
  package var lag: Int?
  /// Whether the list after a crash may be stale too.
  package var relistsStale: Bool
  /// Whether its cached reads see its own writes at once.
  package var readsOwnWrites: Bool
  /// How often each fault may hit it.
  package var budgets: [Fault: Int]
  /// The namespaces that its caches hold, sorted, beside what has none; nil for all.
  package var namespaces: [String]?
  /// What it is not given of objects.
  package var unread = UnreadFields()

  /// Makes a participant without faults.
  package init(
    _ reconciler: any Reconciler, lag: Int? = nil, relistsStale: Bool = false,
    readsOwnWrites: Bool = false, budgets: [Fault: Int] = [:]
  ) {
    self.reconciler = reconciler
    self.lag = lag
    self.relistsStale = relistsStale
    self.readsOwnWrites = readsOwnWrites
    self.budgets = budgets
  }

  /// Whether its caches hold the objects of a namespace; empty for what has none.
  package func sees(_ namespace: String) -> Bool {
    guard let namespaces else { return true }
    return namespace.isEmpty || namespaces.contains(namespace)
  }
}

/// Something a user or the world may do.
package struct WorldEvent: Sendable {
  package var name: String
  package var times: Int
  /// The first question of its program; nil for no guard.
  package var guardCondition: (@Sendable (any MappingReader) throws -> Bool)?
  /// The request it sends, computed from live objects.
  package var request: @Sendable (any MappingReader) throws -> APIRequest

  /// Makes an event.
  package init(
    name: String, times: Int = 1,
    guardCondition: (@Sendable (any MappingReader) throws -> Bool)? = nil,
    request: @escaping @Sendable (any MappingReader) throws -> APIRequest
  ) {
    self.name = name
    self.times = times
    self.guardCondition = guardCondition
    self.request = request
  }
}

/// A test of one state, computed from its live objects; nil where a guard is false.
package typealias StatePredicate = @Sendable (any MappingReader) throws -> Bool?

/// What no step may do.
package enum StepRule: Sendable {
  /// A property with `old`: evaluated on every step that changes an object it names.
  ///
  /// - concerns: whether the property names this object.
  case transition(
    concerns: @Sendable (ObjectKey) -> Bool,
    holds: @Sendable (_ old: any MappingReader, _ new: any MappingReader) throws -> Bool?)
  /// A verb of a controller (nil: anyone) on an object or kind.
  case event(EventRule)
}

/// What a `confluent` property compares.
package struct ConfluenceRule: Sendable {
  package var ignore: [IgnoredPath]
  package var acrossEvents: Bool

  /// Makes a rule.
  package init(ignore: [IgnoredPath] = [], acrossEvents: Bool = false) {
    self.ignore = ignore
    self.acrossEvents = acrossEvents
  }
}

/// One property, with its programs.
package struct WorldProperty: Sendable {
  /// The programs of a property; the kind follows from them.
  package enum Program: Sendable {
    case always(StatePredicate)
    case sometimes(StatePredicate)
    case settled(StatePredicate)
    case eventually(StatePredicate)
    case leadsTo(from: StatePredicate, to: StatePredicate)
    case converges(allowErrors: Bool)
    case confluent(ConfluenceRule)
    case step(StepRule)
  }

  package var name: String
  package var program: Program

  /// Makes a property.
  package init(name: String, _ program: Program) {
    self.name = name
    self.program = program
  }
}

/// Everything that makes up a world: the objects at the start, who acts on them, what is claimed.
package struct WorldDefinition: Sendable {
  package var kubernetesVersion: KubernetesVersion
  package var resources: ResourceRegistry
  /// Stored objects: complete, as after their creation, uid excepted where it is to be made.
  package var objects: [(key: ObjectKey, object: JSONObject)]
  package var participants: [Participant]
  package var events: [WorldEvent]
  package var properties: [WorldProperty]
  package var interleaving: Scenario.Interleaving
  package var time: Scenario.TimeMode
  /// Kinds that somebody may apply: their field ownership is content.
  package var appliedKinds: Set<GroupKind>
  package var projections: ProjectionSet
  /// The names that may be exchanged; nil where there are none.
  package var symmetry: ScenarioSymmetry?
  /// Who may tell the order of fresh names; nil where nothing certain can be said.
  package var freshOrder: FreshOrder?

  /// Makes a world without events and properties.
  package init(
    objects: [(key: ObjectKey, object: JSONObject)], participants: [Participant],
    resources: ResourceRegistry, kubernetesVersion: KubernetesVersion
  ) {
    self.objects = objects
    self.participants = participants
    self.resources = resources
    self.kubernetesVersion = kubernetesVersion
    events = []
    properties = []
    interleaving = .calls
    time = .fair
    appliedKinds = []
    projections = ProjectionSet()
    symmetry = nil
    freshOrder = nil
  }
}
