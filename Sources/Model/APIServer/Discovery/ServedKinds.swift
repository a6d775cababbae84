package import CEL

/// What an API server serves at one time, as clients ask for it beside objects
/// (staging/src/k8s.io/apiserver/pkg/endpoints/discovery/group.go).
package struct ServedKinds: Sendable {
  package let version: KubernetesVersion
  package let resources: ResourceRegistry
  /// The definitions of the custom kinds among them.
  package let definitions: [GroupKind: JSONObject]

  /// Makes the description of a server with these definitions in its store.
  package init(
    _ version: KubernetesVersion, _ resources: ResourceRegistry, definitions: [JSONObject]
  ) {
    self.version = version
    self.resources = resources
    var byKind: [GroupKind: JSONObject] = [:]
    for definition in definitions {
      let kind = GroupKind(
        group: definition.at("spec", "group")?.string ?? "",
        kind: definition.at("spec", "names", "kind")?.string ?? "")
      byKind[kind] = definition
    }
    self.definitions = byKind
  }
}
