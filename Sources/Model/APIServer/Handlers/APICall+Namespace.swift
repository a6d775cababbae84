internal import CEL

/// The deletion of Namespaces and of CustomResourceDefinitions, which the server treats apart.
extension APICall {
  /// Marks a Namespace as terminating; it goes when its finalizers are worked off.
  ///
  /// Follows pkg/registry/core/namespace/storage/storage.go (Delete) and the admission plugin
  /// NamespaceLifecycle (protected namespaces).
  func deleteNamespace(_ key: ObjectKey, _ existing: JSONObject, _ options: DeleteOptions)
    throws(APIError) -> Deletion
  {
    if ["default", "kube-system", "kube-public"].contains(key.name) {
      throw .forbidden("", "namespaces", key.name, "this namespace may not be deleted")
    }
    var object = existing
    if existing.deletionTimestamp == nil {
      object.deletionTimestamp = reader.now
      object.set("Terminating", at: "status", "phase")
      if let finalizers = collectionFinalizers(object, options) { object.finalizers = finalizers }
      return Deletion(
        object: object, isGone: false, changes: [ObjectChange(key, old: existing, new: object)],
        key: key)
    }
    let isBusy =
      !(existing.at("spec", "finalizers")?.array ?? []).isEmpty || !existing.finalizers.isEmpty
    return Deletion(
      object: existing, isGone: !isBusy,
      changes: isBusy ? [] : [ObjectChange(key, old: existing, new: nil)], key: key)
  }

  /// Deletes a definition and all objects of its kind.
  ///
  /// Upstream's finalizer customresourcecleanup.apiextensions.k8s.io is worked off by the server
  /// itself (pkg/controller/finalizer/crd_finalizer.go); here that happens at once.
  func deleteDefinition(_ key: ObjectKey, _ existing: JSONObject) -> Deletion {
    let groupKind = GroupKind(
      group: existing.at("spec", "group")?.string ?? "",
      kind: existing.at("spec", "names", "kind")?.string ?? "")
    var changes = reader.objects(of: groupKind, namespace: nil, selection: .all).map {
      ObjectChange($0.key, old: $0.object, new: nil)
    }
    changes.append(ObjectChange(key, old: existing, new: nil))
    return Deletion(object: existing, isGone: true, changes: changes, key: key)
  }
}
