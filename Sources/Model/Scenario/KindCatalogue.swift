/// Every kind that a scenario may use: the built-in ones and those its CRDs define.
package struct KindCatalogue: Hashable, Sendable {
  /// One kind.
  package struct Entry: Hashable, Sendable {
    package let groupKind: GroupKind
    /// The name of its resource, `deployments`.
    package let plural: String
    /// The served versions, the preferred one first.
    package let versions: [String]
    package let isNamespaced: Bool
    /// Whether a CRD of the scenario defines it.
    package let isCustom: Bool
  }

  /// The kinds, sorted.
  package private(set) var entries: [Entry]

  /// Makes the catalogue of the kinds that the API server of a version serves.
  package init(_ version: KubernetesVersion = .standard) {
    entries = BuiltInResources.all(version).map { resource in
      Entry(
        groupKind: resource.groupKind, plural: resource.plural, versions: resource.versions,
        isNamespaced: resource.isNamespaced, isCustom: false)
    }.sorted { $0.groupKind < $1.groupKind }
  }

  /// The entry of a kind.
  package subscript(groupKind: GroupKind) -> Entry? {
    entries.first { $0.groupKind == groupKind }
  }

  /// The entry of a resource, as Metacontroller's rules name one.
  package func entry(apiVersion: String, plural: String) -> Entry? {
    entries.first { $0.plural == plural && $0.apiVersions.contains(apiVersion) }
  }

  /// Adds a kind that a CRD defines; one that is there already is replaced.
  package mutating func add(_ entry: Entry) {
    entries.removeAll { $0.groupKind == entry.groupKind }
    let index = entries.firstIndex { entry.groupKind < $0.groupKind } ?? entries.endIndex
    entries.insert(entry, at: index)
  }
}
