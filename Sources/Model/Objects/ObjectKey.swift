/// A group and a kind; the version is not part of an object's identity in storage.
package struct GroupKind: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The API group; empty for the core group.
  package let group: String
  package let kind: String

  /// Makes a group kind.
  package init(group: String, kind: String) {
    self.group = group
    self.kind = kind
  }

  /// Makes the group kind of an `apiVersion` such as `apps/v1` or `v1` and a kind.
  package init(apiVersion: String, kind: String) {
    let parts = apiVersion.split(separator: "/", omittingEmptySubsequences: false)
    self.init(group: parts.count > 1 ? String(parts[0]) : "", kind: kind)
  }

  package static func < (left: GroupKind, right: GroupKind) -> Bool {
    (left.kind, left.group) < (right.kind, right.group)
  }

  /// `Deployment.apps`, `Pod`.
  package var description: String { group.isEmpty ? kind : "\(kind).\(group)" }
}

/// What names one object in storage.
package struct ObjectKey: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let groupKind: GroupKind
  /// Empty for cluster-scoped objects.
  package let namespace: String
  package let name: String

  /// Makes a key; the namespace is empty for a cluster-scoped object.
  package init(_ groupKind: GroupKind, namespace: String, name: String) {
    self.groupKind = groupKind
    self.namespace = namespace
    self.name = name
  }

  package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
    (left.groupKind, left.namespace, left.name) < (right.groupKind, right.namespace, right.name)
  }

  /// `Pod/web-0`, `Pod/other/web-0` outside the namespace `default`.
  package var description: String {
    namespace.isEmpty || namespace == "default"
      ? "\(groupKind.kind)/\(name)" : "\(groupKind.kind)/\(namespace)/\(name)"
  }
}
