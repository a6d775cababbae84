internal import CEL

/// The garbage collector: which changes put which objects into its two queues.
///
/// Follows pkg/controller/garbagecollector/graph_builder.go (processGraphChanges,
/// processTransitions). Upstream keeps a graph of all objects in memory; here the cache is the graph,
/// and a request is an object to be looked at (ObjectRequest). An object in orphan deletion
/// is upstream's queue attemptToOrphan, every other one attemptToDelete.
struct GarbageCollectorController: Reconciler {
  static let foregroundFinalizer = "foregroundDeletion"
  static let orphanFinalizer = "orphan"

  let name = "garbagecollector"
  let fieldManager = "kube-controller-manager"
  /// The kinds in the composition, without duplicates, in order.
  let kinds: [GroupKind]
  let isNamespaced: @Sendable (GroupKind) -> Bool

  init(kinds: [GroupKind], isNamespaced: @escaping @Sendable (GroupKind) -> Bool) {
    var unique: [GroupKind] = []
    for kind in kinds.sorted() where unique.last != kind { unique.append(kind) }
    self.kinds = unique
    self.isNamespaced = isNamespaced
  }

  var watches: [WatchRule] {
    kinds.flatMap { kind in
      [
        // The object itself: its deletion now waits for dependents, or it appears with owners, or
        // its owners change, and one of them does not hold it. (An owner that holds it wakes it when
        // it goes.)
        WatchRule(
          kind, .named { ObjectRequest($0).request },
          predicate: { old, new in
            guard let new else { return false }
            let startsWaiting =
              Self.waits(new) && !(old.map(Self.waits) ?? false)
            let hasNewOwners =
              !new.ownerReferences.isEmpty && old?.ownerReferences != new.ownerReferences
            return startsWaiting || hasNewOwners
          },
          condition: { object, reader in Self.waits(object) || !isHeld(object, reader) }),
        // Its dependents: it is gone, or begins to be deleted in the foreground.
        WatchRule(
          kind, .map { object, reader in dependentRequests(of: object, reader) },
          predicate: { old, new in
            guard let new else { return true }
            return Self.isDeletingDependents(new)
              && !(old.map(Self.isDeletingDependents) ?? false)
          }),
        // Its owners that wait for it: it is gone, or no longer blocks them.
        WatchRule(
          kind, .map { object, reader in waitingOwnerRequests(of: object, reader) },
          predicate: { old, new in
            guard let old, !old.ownerReferences.isEmpty else { return false }
            return new.map { $0.ownerReferences != old.ownerReferences } ?? true
          }),
      ]
    }
  }

  func reconcile(
    _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    guard let wanted = ObjectRequest(request),
      let item = try oracle.get(
        wanted.groupKind.anyAPIVersion, wanted.groupKind.kind, namespace: wanted.namespace,
        name: wanted.name)
    else { return .done }
    let collection = GarbageCollection(
      item: item, kinds: kinds, isNamespaced: isNamespaced,
      client: ControllerClient(oracle: oracle, fieldManager: fieldManager))
    if Self.isOrphaning(item) { try collection.orphanDependents() }
    // Both queues may hold the object.
    try collection.attemptToDelete()
    return .done
  }

  /// Being deleted, and waiting for its dependents to be let go (beingOrphaned).
  static func isOrphaning(_ object: JSONObject) -> Bool {
    object.deletionTimestamp != nil && object.finalizers.contains(orphanFinalizer)
  }

  /// Being deleted, and waiting for its dependents to be deleted (isDeletingDependents).
  static func isDeletingDependents(_ object: JSONObject) -> Bool {
    object.deletionTimestamp != nil && object.finalizers.contains(foregroundFinalizer)
  }

  private static func waits(_ object: JSONObject) -> Bool {
    isOrphaning(object) || isDeletingDependents(object)
  }

  private func dependentRequests(
    of owner: JSONObject, _ reader: any MappingReader
  ) -> [ReconcileRequest] {
    kinds.flatMap { kind in
      reader.objects(
        of: kind, namespace: owner.namespace.isEmpty ? nil : owner.namespace,
        selection: .dependents(uid: owner.uid), using: .existence)
    }.map { ObjectRequest($0).request }
  }

  private func waitingOwnerRequests(
    of dependent: JSONObject, _ reader: any MappingReader
  ) -> [ReconcileRequest] {
    dependent.ownerReferences.compactMap { reference in
      guard let owner = owner(reference, of: dependent, reader),
        Self.isDeletingDependents(owner)
      else { return nil }
      return ObjectRequest(owner).request
    }
  }

  /// Whether every owner of an object exists and stays, and is of a kind whose objects wake their
  /// dependents: then there is nothing to do for the object (addDependentToOwners: no virtual node).
  private func isHeld(_ object: JSONObject, _ reader: any MappingReader) -> Bool {
    object.ownerReferences.allSatisfy { reference in
      kinds.contains(GroupKind(apiVersion: reference.apiVersion, kind: reference.kind))
        && owner(reference, of: object, reader).map { !Self.isDeletingDependents($0) } ?? false
    }
  }

  /// What of an owner decides what it is to its dependents.
  private static let ownerFields = FieldUse(
    paths: ["uid", "deletionTimestamp", "finalizers"].map { ["metadata", $0] })

  /// The owner that a reference means; nil where there is none, or another one of that name.
  private func owner(
    _ reference: JSONObject, of object: JSONObject, _ reader: any MappingReader
  ) -> JSONObject? {
    let kind = GroupKind(apiVersion: reference.apiVersion, kind: reference.kind)
    let key = ObjectKey(
      kind, namespace: isNamespaced(kind) ? object.namespace : "",
      name: reference["name"]?.string ?? "")
    guard let owner = reader.object(key, using: Self.ownerFields),
      owner.uid == reference["uid"]?.string
    else { return nil }
    return owner
  }
}
