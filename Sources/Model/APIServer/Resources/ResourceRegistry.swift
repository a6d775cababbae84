package import CEL

/// Which kinds are served, and how a path, a short name or a kind finds them.
///
/// Immutable but for `register`, which a scenario uses for its CustomResourceDefinitions before
/// the search; definitions that are created through the API are looked up in the store.
package struct ResourceRegistry: Sendable {
  /// All resources, by group and kind.
  package private(set) var resources: [Resource]
  /// What validating admission asks about every write; none unless a scenario has policies.
  package var policies = AdmissionPolicies()
  private var byGroupKind: [GroupKind: Int] = [:]

  private let version: KubernetesVersion

  /// Makes a registry of these resources.
  init(_ resources: [Resource], _ version: KubernetesVersion) {
    self.resources = []
    self.version = version
    for resource in resources { insert(resource) }
  }

  /// The registry of the built-in kinds of a version.
  package static func builtIn(_ version: KubernetesVersion) -> ResourceRegistry {
    let schemas = BuiltinSchemas.of(version)
    let resources = BuiltInResources.all(version).map { resource in
      resource.with(fieldSchema: schemas[resource.groupKind] ?? schemas.unlisted)
    }
    return ResourceRegistry(resources, version)
  }

  private mutating func insert(_ resource: Resource) {
    if let index = byGroupKind[resource.groupKind] {
      resources[index] = resource
    } else {
      byGroupKind[resource.groupKind] = resources.count
      resources.append(resource)
    }
  }

  /// Serves the kind that a CustomResourceDefinition defines.
  ///
  /// - Throws: what the API server would find wrong with the definition.
  package mutating func register(definition: JSONObject) throws(APIError) {
    insert(try CustomResourceDefinition.resource(of: definition, version))
  }

  /// The resource of a kind, whatever its version.
  package func resource(_ groupKind: GroupKind) -> Resource? {
    byGroupKind[groupKind].map { resources[$0] }
  }

  /// The resource of an `apiVersion` and kind, if that version is served.
  package func resource(apiVersion: String, kind: String) -> Resource? {
    resource(GroupKind(apiVersion: apiVersion, kind: kind)).flatMap {
      $0.serves(apiVersion: apiVersion) ? $0 : nil
    }
  }

  /// The resource that a path's group, version and plural name.
  package func resource(apiVersion: String, plural: String) -> Resource? {
    resources.first { $0.plural == plural && $0.serves(apiVersion: apiVersion) }
  }

  /// The resource that a user's word stands for: a plural, a singular, a kind or a short name.
  package func resource(named word: String) -> Resource? {
    let lower = word.lowercased()
    return resources.first {
      $0.plural == lower || $0.singular == lower || $0.shortNames.contains(lower)
        || $0.kind == word
    }
  }

  /// Whether any resource is of this group and version.
  package func serves(apiVersion: String) -> Bool {
    resources.contains { $0.serves(apiVersion: apiVersion) }
  }

  /// Whether any resource is of this group.
  package func serves(group: String) -> Bool { resources.contains { $0.group == group } }
}
