internal import CEL

/// A controller whose caches hold some namespaces only, beside what has none.
///
/// controller-runtime, pkg/cache/multi_namespace_cache.go: only changes there wake it, a list over all
/// namespaces is one over these, a read elsewhere fails. Live requests (`send`) go where they like.
struct NamespacedReconciler: Reconciler {
  private let inner: any Reconciler
  private let held: HeldNamespaces

  /// Narrows the caches of a controller to some namespaces, in order.
  init(
    _ inner: any Reconciler, namespaces: [String],
    isNamespaced: @escaping @Sendable (GroupKind) -> Bool
  ) {
    self.inner = inner
    held = HeldNamespaces(names: namespaces, isNamespaced: isNamespaced)
  }

  var name: String { inner.name }

  var fieldManager: String { inner.fieldManager }

  var runsElsewhere: Bool { inner.runsElsewhere }

  var sharesMemory: Bool { inner.sharesMemory }

  var watches: [WatchRule] {
    inner.watches.map { rule in
      let held = held
      var mapping = rule.mapping
      switch rule.mapping {
      case .map(let map): mapping = .map { try map($0, NamespacedReader($1, held)) }
      case .mapLatest(let map): mapping = .mapLatest { try map($0, NamespacedReader($1, held)) }
      case .object, .named, .controllerOwner: break
      }
      var narrowed = rule
      narrowed.mapping = mapping
      narrowed.predicate = { old, new in
        guard let object = new ?? old, held.contains(object.namespace) else { return false }
        return rule.predicate?(old, new) ?? true
      }
      if let condition = rule.condition {
        narrowed.condition = { condition($0, NamespacedReader($1, held)) }
      }
      return narrowed
    }
  }

  func memoryChanges(before: JSONObject?, after: JSONObject?) -> [MemoryChange] {
    guard let object = after ?? before, held.contains(object.namespace) else { return [] }
    return inner.memoryChanges(before: before, after: after)
  }

  func reconcile(_ request: ReconcileRequest, oracle: any ReconcileOracle) throws
    -> ReconcileResult
  { try inner.reconcile(request, oracle: NamespacedOracle(oracle, held)) }
}

/// The namespaces that a cache holds.
private struct HeldNamespaces: Sendable {
  let names: [String]
  let isNamespaced: @Sendable (GroupKind) -> Bool

  func contains(_ namespace: String) -> Bool { namespace.isEmpty || names.contains(namespace) }

  /// The namespaces over which a list goes; nil stands for none or all.
  func namespaces(of groupKind: GroupKind, _ namespace: String?) -> [String?] {
    if let namespace { return [namespace] }
    return isNamespaced(groupKind) ? names : [nil]
  }
}

/// What a controller reads through caches of some namespaces.
private final class NamespacedOracle: ReconcileOracle {
  private let inner: any ReconcileOracle
  private let held: HeldNamespaces

  init(_ inner: any ReconcileOracle, _ held: HeldNamespaces) {
    self.inner = inner
    self.held = held
  }

  func get(_ apiVersion: String, _ kind: String, namespace: String, name: String) throws
    -> JSONObject?
  {
    try check(namespace)
    return try inner.get(apiVersion, kind, namespace: namespace, name: name)
  }

  func list(_ query: ListQuery) throws -> [JSONObject] {
    if let namespace = query.namespace { try check(namespace) }
    return try held.namespaces(of: query.groupKind, query.namespace).flatMap { namespace in
      var part = query
      part.namespace = namespace
      return try inner.list(part)
    }
  }

  func send(_ request: APIRequest) throws -> APIResponse { try inner.send(request) }

  func creationRank(of object: JSONObject) throws -> Int { try inner.creationRank(of: object) }

  func hasPassed(deadline: String) throws -> Bool { try inner.hasPassed(deadline: deadline) }

  func choose(_ count: Int, _ label: String) throws -> Int { try inner.choose(count, label) }

  func next(in batch: CallBatch) throws -> Int { try inner.next(in: batch) }

  func freshValue() throws -> String { try inner.freshValue() }

  func spend(_ budget: String, limit: Int) throws -> Bool {
    try inner.spend(budget, limit: limit)
  }

  func lookAhead() -> (any ReconcileOracle)? {
    inner.lookAhead().map { NamespacedOracle($0, held) }
  }

  var hasLaggingCaches: Bool { inner.hasLaggingCaches }

  func recall(_ label: String) throws -> JSONObject? { try inner.recall(label) }

  func remember(_ label: String, _ value: JSONObject?) throws {
    try inner.remember(label, value)
  }

  func freshValues(in text: String) -> [String] { inner.freshValues(in: text) }

  func awaitsEvents(of groupKind: GroupKind) throws -> Bool {
    try inner.awaitsEvents(of: groupKind)
  }

  private func check(_ namespace: String) throws {
    guard !held.contains(namespace) else { return }
    throw ReconcileError("unable to get: unknown namespace \(namespace) for the cache")
  }
}

/// What the mapping of a watch reads through caches of some namespaces.
private final class NamespacedReader: MappingReader {
  private let inner: any MappingReader
  private let held: HeldNamespaces

  init(_ inner: any MappingReader, _ held: HeldNamespaces) {
    self.inner = inner
    self.held = held
  }

  func object(_ key: ObjectKey) -> JSONObject? { object(key, using: .whole) }

  func object(_ key: ObjectKey, using use: FieldUse) -> JSONObject? {
    held.contains(key.namespace) ? inner.object(key, using: use) : nil
  }

  func objects(
    of groupKind: GroupKind, namespace: String?, selection: ObjectSelection
  ) -> [JSONObject] {
    objects(of: groupKind, namespace: namespace, selection: selection, using: .whole)
  }

  func objects(
    of groupKind: GroupKind, namespace: String?, selection: ObjectSelection, using use: FieldUse
  ) -> [JSONObject] {
    held.namespaces(of: groupKind, namespace).filter { $0.map(held.contains) ?? true }
      .flatMap { inner.objects(of: groupKind, namespace: $0, selection: selection, using: use) }
  }
}
