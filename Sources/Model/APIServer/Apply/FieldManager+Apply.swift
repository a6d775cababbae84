package import CEL

extension FieldManager {
  /// The object after a server-side apply, with its owners.
  ///
  /// Follows managedfields/internal/structuredmerge.go, Apply, and structured-merge-diff,
  /// merge/update.go, Apply.
  /// - Parameters:
  ///   - live: the stored object; nil where the apply creates it.
  ///   - applied: the configuration of the request.
  ///   - manager: the fieldManager of the request.
  ///   - force: whether fields that others own are taken over.
  ///   - now: the time, RFC 3339.
  /// - Returns: the object to store, before the kind's defaults and its strategy.
  /// - Throws: why the apply fails.
  package func apply(
    live: JSONObject?, applied: JSONObject, manager: String, force: Bool, now: String
  ) throws(ApplyError) -> JSONObject {
    try check(applied)
    var managed =
      ManagedFields(decoding: live?.at("metadata", "managedFields")) ?? ManagedFields()
    let bare = live?.withManagedFields(nil) ?? [:]
    if managed.isEmpty, live != nil {
      // managedfields/internal/skipnonapplied.go: whoever made it before is one manager.
      record(
        from: [:], to: bare, by: identity("before-first-apply", .update), now: now, in: &managed)
    }
    let current = TypedValue(.object(bare), schema)
    let configuration = TypedValue(.object(applied), schema)
    let violations = configuration.violations
    guard violations.isEmpty else {
      throw .unclassified(
        "failed to create typed patch object\(described(applied)): "
          + SchemaViolation.text(of: violations))
    }
    let applier = identity(manager, .apply)
    let last = managed[applier]
    let set = configuration.fieldSet(version).recursiveDifference(resetFields)
    managed[applier] = ManagedFields.Entry(applier, apiVersion: apiVersion, time: now, fields: set)
    let merged = current.merged(with: configuration, version)
    let pruned = prune(merged, of: last?.fields ?? FieldSet(), keeping: managed.allFields)
    try settle(current, pruned, applier: applier, force: force, in: &managed)
    strip(applier, in: &managed)
    var result = (pruned.value ?? [:]).object ?? [:]
    if form == .typed { result = schema.decoded(result) }
    return result.withManagedFields(managed.capped().encoded).keepingTimes(of: live)
  }

  private func check(_ applied: JSONObject) throws(ApplyError) {
    let stated = applied["apiVersion"]?.string ?? ""
    guard stated == apiVersion else {
      throw .badRequest(
        "Incorrect version specified in apply patch. "
          + "Specified patch version: \(stated), expected: \(apiVersion)")
    }
    guard (applied.at("metadata", "managedFields") ?? .null) == .null else {
      throw .badRequest("metadata.managedFields must be nil")
    }
  }

  /// The object's name in an error of 1.21 and later.
  private func described(_ applied: JSONObject) -> String {
    guard version.namesInvalidAppliedObject else { return "" }
    let namespace = applied.at("metadata", "namespace")?.string ?? ""
    let name = applied.at("metadata", "name")?.string ?? ""
    let kind = applied["kind"]?.string ?? ""
    return " (\(namespace)/\(name); \(apiVersion), Kind=\(kind))"
  }

  /// The merged object without what the applier no longer applies and nobody else owns.
  ///
  /// Follows merge/update.go, prune, with its two ways back: for fields that anybody owns, and for
  /// those that were not the applier's.
  private func prune(
    _ merged: TypedValue, of last: FieldSet, keeping owned: FieldSet
  ) -> TypedValue {
    guard !last.isEmpty else { return merged }
    let lastNamed = last.withNamedFields(of: schema)
    let pruned = merged.removing(lastNamed)
    let mergedSet = merged.fieldSet(version).withNamedFields(of: schema)
    func kept(_ value: TypedValue) -> FieldSet {
      value.fieldSet(version).withNamedFields(of: schema)
    }
    let ownedBack = merged.removing(
      mergedSet.difference(kept(pruned).union(owned.withNamedFields(of: schema))))
    return merged.removing(mergedSet.difference(kept(ownedBack)).intersection(lastNamed))
  }

  /// Finds the conflicts of an apply, and takes the fields where it is forced.
  ///
  /// Follows merge/update.go, update.
  private func settle(
    _ old: TypedValue, _ new: TypedValue, applier: ManagerIdentity, force: Bool,
    in managed: inout ManagedFields
  ) throws(ApplyError) {
    let comparison = old.compared(with: new).excluding(resetFields)
    let changed = comparison.changed
    if !force {
      let conflicts = managed.entries.filter { $0.identity != applier }.flatMap { entry in
        entry.fields.intersection(changed).paths.map {
          ApplyConflict(manager: entry.identity, path: $0)
        }
      }
      guard conflicts.isEmpty else { throw .conflicts(conflicts) }
    }
    let taken = changed.union(comparison.removed)
    managed.mapFields { entry in
      entry.identity == applier ? entry.fields : entry.fields.difference(taken)
    }
  }

  /// Drops what is never tracked (managedfields/internal/stripmeta.go).
  private func strip(_ applier: ManagerIdentity, in managed: inout ManagedFields) {
    guard var entry = managed[applier] else { return }
    entry.fields = entry.fields.difference(Self.stripped)
    managed[applier] = entry
  }
}
