internal import CEL

extension WatchRule {
  /// What wakes a controller for objects that it owns, or may adopt: its owned ones, before and after
  /// a change, and an orphan when it appears or when its labels or its owner change.
  ///
  /// The handlers addPod, updatePod and deletePod (pkg/controller/replicaset/replica_set.go), which
  /// upstream's workload controllers have alike, for ReplicaSets and ControllerRevisions too. The orphan wakes the owners in its namespace
  /// whose selector accepts its labels; an empty selector accepts none.
  static func dependents(
    _ groupKind: GroupKind, of owner: GroupKind,
    selector: @escaping @Sendable (JSONObject) -> LabelSelector? = {
      LabelSelector(object: $0.at("spec", "selector"))
    }
  ) -> [WatchRule] {
    let possibleOwners: @Sendable (JSONObject, any MappingReader) -> [ReconcileRequest] = {
      orphan, reader in
      guard !orphan.labels.isEmpty else { return [] }
      return reader.objects(of: owner, namespace: orphan.namespace, selection: .all)
        .filter {
          guard let selector = selector($0) else { return false }
          return !selector.isEmpty && selector.matches(orphan)
        }
        .map { ReconcileRequest(namespace: $0.namespace, name: $0.name) }
    }
    return [
      WatchRule(groupKind, .controllerOwner(owner)),
      WatchRule(groupKind, .map(possibleOwners)) { old, new in
        guard let new, new.controllerReference == nil, new.deletionTimestamp == nil else {
          return false
        }
        guard let old else { return true }
        return old.labels != new.labels || old.controllerReference != nil
      },
    ]
  }
}
