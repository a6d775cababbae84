/// A kind as the API server serves it: its names, scope, versions and subresources.
package struct Resource: Sendable {
  package let group: String
  package let kind: String
  /// The name in paths: `deployments`.
  package let plural: String
  package let singular: String
  package let shortNames: [String]
  package let isNamespaced: Bool
  /// The versions served; the first is the preferred one, which objects are stored in.
  package let versions: [String]
  /// `status`, `scale`, `eviction`, `binding`, `finalize`.
  package let subresources: [String]
  /// Whether DELETE on the collection is taken.
  package let hasDeleteCollection: Bool
  /// The fields that a field selector may name, besides `metadata.name` and `metadata.namespace`.
  package let selectableFields: [String]
  /// What is peculiar to the kind.
  package let strategy: any KindStrategy
  /// How patches and field ownership see its fields.
  package let fieldSchema: FieldSchema

  package var groupKind: GroupKind { GroupKind(group: group, kind: kind) }

  /// The `apiVersion` of objects in storage.
  package var storageAPIVersion: String { apiVersion(of: versions.first ?? "v1") }

  /// The `apiVersion` for a version of this kind's group.
  package func apiVersion(of version: String) -> String {
    group.isEmpty ? version : "\(group)/\(version)"
  }

  /// Whether an `apiVersion` is one that this kind is served under.
  package func serves(apiVersion: String) -> Bool {
    versions.contains { self.apiVersion(of: $0) == apiVersion }
  }

  init(
    _ group: String, _ versions: [String], _ kind: String, _ plural: String,
    shortNames: [String] = [], isNamespaced: Bool = true, subresources: [String] = [],
    hasDeleteCollection: Bool = true, selectableFields: [String] = [],
    strategy: any KindStrategy, fieldSchema: FieldSchema = .deduced
  ) {
    self.group = group
    self.versions = versions
    self.kind = kind
    self.plural = plural
    self.singular = kind.lowercased()
    self.shortNames = shortNames
    self.isNamespaced = isNamespaced
    self.subresources = subresources
    self.hasDeleteCollection = hasDeleteCollection
    self.selectableFields = selectableFields
    self.strategy = strategy
    self.fieldSchema = fieldSchema
  }

  /// The resource with another field schema.
  func with(fieldSchema: FieldSchema) -> Resource {
    Resource(
      group, versions, kind, plural, shortNames: shortNames, isNamespaced: isNamespaced,
      subresources: subresources, hasDeleteCollection: hasDeleteCollection,
      selectableFields: selectableFields, strategy: strategy, fieldSchema: fieldSchema)
  }
}
