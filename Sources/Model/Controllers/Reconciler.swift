package import CEL

/// A request to reconcile one object: its namespace (empty for cluster-scoped) and name.
package struct ReconcileRequest: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let namespace: String
  package let name: String

  /// Makes a request.
  package init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }

  package static func < (left: ReconcileRequest, right: ReconcileRequest) -> Bool {
    (left.namespace, left.name) < (right.namespace, right.name)
  }

  /// Stands for all requests of a controller: no object has an empty name.
  static let all = ReconcileRequest(namespace: "", name: "")

  /// `web`, `other/web` outside the namespace `default`.
  package var description: String {
    namespace.isEmpty || namespace == "default" ? name : "\(namespace)/\(name)"
  }
}

/// How a reconcile ended; an error is thrown instead.
package enum ReconcileResult: Hashable, Sendable {
  case done
  /// The request goes back to the queue after a delay (`requeue: true`): a timer.
  case requeue
  /// A timer of so many seconds; the number does not matter to the order of events.
  case requeueAfter(seconds: Int)
}

/// A failure of a reconcile: an answer of the API server that was not expected, or its own finding.
///
/// It ends the reconcile with an error: the request is retried by a timer.
package struct ReconcileError: Error, Hashable, Sendable {
  /// What went wrong, without values that differ from run to run.
  package let message: String
  /// The HTTP code of the API server's answer, where one was the cause.
  package let code: Int?

  /// Makes an error.
  package init(_ message: String, code: Int? = nil) {
    self.message = message
    self.code = code
  }
}

/// A label and field selection for `ReconcileOracle.list`.
package struct ListQuery: Hashable, Sendable {
  package var apiVersion: String
  package var kind: String
  /// nil: all namespaces.
  package var namespace: String?
  package var selection: ObjectSelection

  /// Makes a query.
  package init(
    apiVersion: String, kind: String, namespace: String?, selection: ObjectSelection = .all
  ) {
    self.apiVersion = apiVersion
    self.kind = kind
    self.namespace = namespace
    self.selection = selection
  }

  package var groupKind: GroupKind { GroupKind(apiVersion: apiVersion, kind: kind) }
}

/// What a reconcile may ask: the one door between a controller and the world (DESIGN.md, "The one
/// idea").
///
/// A reconciler is a deterministic function of the request and of these answers. Objects carry
/// `metadata.resourceVersion` (an opaque token of this run) and `metadata.uid`. Every method may throw
/// an error that is none of the controller's: the run is cut there (a step ends, a crash). A
/// reconciler never catches it: it catches nothing, and tests `APIResponse.isSuccess`.
package protocol ReconcileOracle: AnyObject {
  /// The object as the controller's cache has it; nil where it has none.
  func get(_ apiVersion: String, _ kind: String, namespace: String, name: String) throws
    -> JSONObject?

  /// The objects as the controller's cache has them, ordered by namespace and name.
  func list(_ query: ListQuery) throws -> [JSONObject]

  /// A live read, past the cache (a client without cache); also `get` and `list` in `APIRequest` form.
  func send(_ request: APIRequest) throws -> APIResponse

  /// The creation order of an object among the live ones of its kind, namespace and creator: a
  /// smaller number is older. Asked only by controllers that sort by creationTimestamp.
  func creationRank(of object: JSONObject) throws -> Int

  /// Whether a deadline, counted from an event that the label names, has passed: a choice until it
  /// has, true ever after.
  func hasPassed(deadline: String) throws -> Bool

  /// One of `count` outcomes that upstream leaves open (map order, ties); all are explored.
  func choose(_ count: Int, _ label: String) throws -> Int

  /// The lane that makes the next of several calls that upstream makes in parallel; all that can be told
  /// apart are explored.
  func next(in batch: CallBatch) throws -> Int

  /// A value that differs from every other one: `fresh()`.
  func freshValue() throws -> String

  /// Whether the controller's caches may lag behind the store in this run.
  ///
  /// No question: it is the same in all states.
  var hasLaggingCaches: Bool { get }

  /// What the controller remembers of this request under a label, since it last started; of all its
  /// requests together where it shares memory (``Reconciler/sharesMemory``).
  func recall(_ label: String) throws -> JSONObject?

  /// Remembers something of this request under a label; nil forgets.
  ///
  /// Nobody else can see it, and a crash loses it. It must stay bounded, and a list of texts in it is a
  /// set: it is kept in order.
  func remember(_ label: String, _ value: JSONObject?) throws

  /// Whether events of a kind are on their way to the controller's cache that come before time
  /// passes (SEMANTICS.md, "Timers": deliveries first).
  func awaitsEvents(of groupKind: GroupKind) throws -> Bool

  /// The fresh values that a text mentions, each once, in the order of their appearance: what a
  /// renaming of the state may change in it. No question.
  func freshValues(in text: String) -> [String]

  /// Whether something that may happen at most `limit` times in a run happens now: a choice while
  /// uses are left, false ever after. How many were spent is part of the state.
  func spend(_ budget: String, limit: Int) throws -> Bool

  /// Once a question was cut because the step ends there: an oracle that answers it, and all after it,
  /// as they would be answered if nobody else did anything; nil where nobody can tell.
  ///
  /// For reconcilers that are costly to start again. What it is asked has no effect on the world.
  func lookAhead() -> (any ReconcileOracle)?
}

extension ReconcileOracle {
  /// Nothing that is optional happens, where an oracle has no budgets.
  package func spend(_ budget: String, limit: Int) throws -> Bool { false }

  /// One order, where an oracle has no others.
  package func next(in batch: CallBatch) throws -> Int { batch.open.first ?? 0 }

  /// Nobody can tell.
  package func lookAhead() -> (any ReconcileOracle)? { nil }

  /// Fresh caches, and no memory.
  package var hasLaggingCaches: Bool { false }
  package func recall(_ label: String) throws -> JSONObject? { nil }
  package func remember(_ label: String, _ value: JSONObject?) throws {}
  package func awaitsEvents(of groupKind: GroupKind) throws -> Bool { false }
  package func freshValues(in text: String) -> [String] { [] }
}

/// Which requests a change of an object puts into a controller's queue.
package struct WatchRule: Sendable {
  /// How the changed object names the requests.
  package enum Mapping: Sendable {
    /// The object itself is the request (`for`).
    case object
    /// The object itself is the request, under a name that the controller gives it (`for`, where one
    /// controller handles several kinds); nil where it is none.
    case named(@Sendable (JSONObject) -> ReconcileRequest?)
    /// The controller owner of this kind is the request (`owns`): old and new owner both.
    case controllerOwner(GroupKind)
    /// Any function of the object and of what it reads (`watches`); old and new are mapped, as
    /// handler.EnqueueRequestsFromMapFunc does.
    case map(@Sendable (JSONObject, any MappingReader) throws -> [ReconcileRequest])
    /// The same of the object as it is now, or as it last was: what client-go handlers do that look
    /// at the new object of an update only.
    case mapLatest(@Sendable (JSONObject, any MappingReader) throws -> [ReconcileRequest])
  }

  package let groupKind: GroupKind
  package internal(set) var mapping: Mapping
  /// Whether this change wakes the controller at all; a controller-runtime predicate, or the
  /// upstream handler's test.
  ///
  /// Gets the object before and after (nil: absent).
  package internal(set) var predicate: (@Sendable (JSONObject?, JSONObject?) -> Bool)?
  /// Of an object that is a request itself: whether a change of it wakes the controller, by what else
  /// there is; nil for always.
  ///
  /// Not asked at the start and after a crash.
  package internal(set) var condition: (@Sendable (JSONObject, any MappingReader) -> Bool)?

  /// Makes a rule.
  package init(
    _ groupKind: GroupKind, _ mapping: Mapping,
    predicate: (@Sendable (JSONObject?, JSONObject?) -> Bool)? = nil,
    condition: (@Sendable (JSONObject, any MappingReader) -> Bool)? = nil
  ) {
    self.groupKind = groupKind
    self.mapping = mapping
    self.predicate = predicate
    self.condition = condition
  }

  /// Whether objects of the kind are requests themselves: all are enqueued at the start and after a
  /// crash.
  package var hasOwnRequests: Bool {
    switch mapping {
    case .object, .named: true
    case .controllerOwner, .map, .mapLatest: false
    }
  }

  /// The request that an object is itself; nil where the rule maps it to others.
  package func ownRequest(_ key: ObjectKey, _ object: JSONObject) -> ReconcileRequest? {
    switch mapping {
    case .object: ReconcileRequest(namespace: key.namespace, name: key.name)
    case .named(let name): name(object)
    case .controllerOwner, .map, .mapLatest: nil
    }
  }
}

/// What the mapping of a watch event may read, logged as reads of the writer.
package protocol MappingReader: AnyObject {
  /// The cached object under a key.
  func object(_ key: ObjectKey) -> JSONObject?
  /// The cached objects of a kind, ordered by namespace and name.
  func objects(of groupKind: GroupKind, namespace: String?, selection: ObjectSelection)
    -> [JSONObject]
  /// The object under a key, of which no more is used than is said.
  func object(_ key: ObjectKey, using use: FieldUse) -> JSONObject?
  /// The objects of a kind, of each of which no more is used than is said.
  func objects(
    of groupKind: GroupKind, namespace: String?, selection: ObjectSelection, using use: FieldUse
  ) -> [JSONObject]
}

extension MappingReader {
  package func object(_ key: ObjectKey, using use: FieldUse) -> JSONObject? { object(key) }

  package func objects(
    of groupKind: GroupKind, namespace: String?, selection: ObjectSelection, using use: FieldUse
  ) -> [JSONObject] { objects(of: groupKind, namespace: namespace, selection: selection) }
}

/// What a watch event changes in what a controller remembers of a request.
package struct MemoryChange {
  let request: ReconcileRequest
  let label: String
  /// The memory afterwards, of what is remembered.
  let apply: (JSONObject) -> JSONObject?
}

/// A controller: a name, what wakes it, and a deterministic program that asks an oracle.
package protocol Reconciler: Sendable {
  /// The controller's name in the composition.
  var name: String { get }
  /// The field manager of its writes.
  var fieldManager: String { get }
  /// What wakes it. The `for` kinds (mappings `.object` and `.named`) are enqueued at the start and after a crash.
  var watches: [WatchRule] { get }
  /// Whether its reconciles run elsewhere, and whoever runs them counts them.
  var runsElsewhere: Bool { get }
  /// Whether what it remembers belongs to all its requests together: it then works on one at a time.
  var sharesMemory: Bool { get }
  /// Runs one reconcile to its end. Throws `ReconcileError` for an error; everything else that is
  /// thrown comes from the oracle and passes through.
  func reconcile(_ request: ReconcileRequest, oracle: any ReconcileOracle) throws -> ReconcileResult
  /// What the controller's event handlers do to its memory when an object was `before` and is `after`.
  ///
  /// Asked where caches may lag: without that an event is handled as it happens, and nothing is
  /// remembered of what was not seen.
  func memoryChanges(before: JSONObject?, after: JSONObject?) -> [MemoryChange]
}

extension Reconciler {
  /// Nothing is remembered.
  package func memoryChanges(before: JSONObject?, after: JSONObject?) -> [MemoryChange] { [] }
}

extension Reconciler {
  /// Code of kverify runs here.
  package var runsElsewhere: Bool { false }
  /// What is remembered, is remembered of one request.
  package var sharesMemory: Bool { false }
}
