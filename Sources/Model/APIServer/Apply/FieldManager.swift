package import CEL

/// The tracking of field ownership for one kind, endpoint and API version.
///
/// Follows apimachinery/pkg/util/managedfields (apiserver/pkg/endpoints/handlers/fieldmanager
/// before 1.27): the chain of managers that newDefaultFieldManager builds, as two functions.
/// `update` serves create, update and patch, `apply` server-side apply. Objects given may hold
/// their old managedFields; objects returned hold the new ones.
///
/// Not modelled: conversion between API versions (a path means the same in all of them), and the
/// take-over of kubectl's last-applied annotation.
package struct FieldManager: Hashable, Sendable {
  package let schema: FieldSchema
  /// The API version of the request.
  package let apiVersion: String
  /// `status`, `scale`, or empty.
  package let subresource: String
  /// What the endpoint resets whatever a client writes, so that nobody owns it.
  package let resetFields: FieldSet
  package let version: KubernetesVersion
  package let form: ObjectForm

  /// Whether objects pass through upstream's Go types or are kept as sent.
  package enum ObjectForm: Hashable, Sendable {
    /// A built-in kind.
    case typed
    /// A custom resource.
    case unstructured
  }

  /// Makes the tracking of an endpoint.
  package init(
    schema: FieldSchema, form: ObjectForm, apiVersion: String, subresource: String = "",
    resetFields: FieldSet = FieldSet(), version: KubernetesVersion
  ) {
    self.schema = schema
    self.form = form
    self.apiVersion = apiVersion
    self.subresource = subresource
    self.resetFields = version.ignoresResetFields ? resetFields : FieldSet()
    self.version = version
  }

  /// What nobody is recorded to own; managedfields/internal/stripmeta.go.
  static let stripped = FieldSet(
    paths: [[.field("apiVersion")], [.field("kind")], [.field("metadata")]]
      + [
        "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation",
        "managedFields", "resourceVersion",
      ].map { [.field("metadata"), .field($0)] })

  /// The identity of a manager at this endpoint.
  func identity(_ manager: String, _ operation: ManagerIdentity.Operation) -> ManagerIdentity {
    ManagerIdentity(
      manager, operation, apiVersion: apiVersion,
      subresource: version.tracksSubresources ? subresource : "")
  }
}

extension FieldManager {
  /// The object of a create, update or patch with its owners.
  ///
  /// - Parameters:
  ///   - old: the stored object; nil for a create.
  ///   - new: the object as the client wants it, before the kind's strategy resets fields of it.
  ///   - manager: the fieldManager of the request.
  ///   - now: the time, RFC 3339.
  /// - Returns: the new object with its managedFields.
  package func update(
    old: JSONObject?, new: JSONObject, manager: String, now: String
  ) -> JSONObject {
    if subresource == "scale", !version.tracksScale {
      return new.withManagedFields(old?.at("metadata", "managedFields"))
    }
    let bare = new.withManagedFields(nil)
    let before = old?.withManagedFields(nil) ?? [:]
    let sent = new.at("metadata", "managedFields")
    if before == bare, sent == nil || sent == old?.at("metadata", "managedFields") {
      // Nothing changes hands, so the entries need not be read.
      return old ?? new
    }
    var managed = currentManagers(old: old, sent: sent)
    // managedfields/internal/skipnonapplied.go: an object without owners gets none by an update.
    if managed.isEmpty, old != nil { return bare }
    record(from: before, to: bare, by: identity(manager, .update), now: now, in: &managed)
    return bare.withManagedFields(managed.capped().encoded).keepingTimes(of: old)
  }

  /// The owners before a write: those the client sends, else those of the stored object.
  ///
  /// Follows managedfields/internal/fieldmanager.go, decodeLiveOrNew: clients that know nothing of
  /// owners do not delete them by accident; a list of one empty entry deletes them on purpose.
  private func currentManagers(old: JSONObject?, sent: JSONValue?) -> ManagedFields {
    let live = ManagedFields(decoding: old?.at("metadata", "managedFields")) ?? ManagedFields()
    guard subresource.isEmpty else { return live }
    if sent == [[:]] { return ManagedFields() }
    guard let decoded = ManagedFields(decoding: sent), !decoded.isEmpty else { return live }
    return decoded
  }

  /// Gives what a write changed to its writer and takes it from all others.
  ///
  /// Follows structured-merge-diff, merge/update.go, Update, under the names of
  /// managedfieldsupdater.go and stripmeta.go.
  func record(
    from old: JSONObject, to new: JSONObject, by writer: ManagerIdentity, now: String,
    in managed: inout ManagedFields
  ) {
    let comparison = TypedValue(.object(old), schema).compared(
      with: TypedValue(.object(new), schema))
    let effective = comparison.excluding(resetFields)
    let taken = effective.changed.union(effective.removed)
    managed.mapFields { $0.fields.difference(taken) }
    let gained = effective.changed.difference(Self.stripped)
    guard !gained.isEmpty else { return }
    managed[writer] = ManagedFields.Entry(
      writer, apiVersion: apiVersion, time: now,
      fields: gained.union(managed[writer]?.fields ?? FieldSet()))
  }
}

extension JSONObject {
  /// The object with these managedFields, or without any.
  func withManagedFields(_ value: JSONValue?) -> JSONObject {
    var result = self
    guard value != nil || result.at("metadata", "managedFields") != nil else { return result }
    result.set(value, at: "metadata", "managedFields")
    return result
  }

  /// The object with the times of an older version's entries where nothing else changed.
  ///
  /// Follows managedfields… handlers/fieldmanager/equality.go, so that a write without effect is
  /// one.
  func keepingTimes(of old: JSONObject?) -> JSONObject {
    guard let old else { return self }
    let before = old.at("metadata", "managedFields")
    guard let mine = ManagedFields(decoding: at("metadata", "managedFields")),
      let theirs = ManagedFields(decoding: before), mine.withoutTimes == theirs.withoutTimes,
      withManagedFields(nil) == old.withManagedFields(nil)
    else { return self }
    return withManagedFields(before)
  }
}

extension ManagedFields {
  /// The entries with no times.
  var withoutTimes: ManagedFields {
    var result = ManagedFields()
    for entry in entries {
      var entry = entry
      entry.time = ""
      result[entry.identity] = entry
    }
    return result
  }
}
