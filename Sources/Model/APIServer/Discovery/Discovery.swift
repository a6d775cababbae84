package import CEL

/// What a server says of itself: its version, groups and resources.
///
/// Follows staging/src/k8s.io/apiserver/pkg/endpoints/discovery/{root,group,version,legacy}.go. The
/// aggregated form is not served: clients that ask for it take this one.
package struct Discovery {
  private let served: ServedKinds

  /// Makes the documents of a server.
  package init(_ served: ServedKinds) { self.served = served }

  private var resources: ResourceRegistry { served.resources }
  private var version: KubernetesVersion { served.version }

  /// The document under a path; nil where there is none.
  package func document(at path: String) -> JSONValue? {
    let parts = path.split(separator: "/").map(String.init)
    switch (parts.first, parts.count) {
    case (nil, _): return ["paths": .array(paths.map { .string($0) })]
    case ("version", 1): return versionInfo
    case ("api", 1): return ["kind": "APIVersions", "versions": ["v1"]]
    case ("api", 2) where parts[1] == "v1": return list(group: "", version: "v1")
    case ("apis", 1): return groupList
    case ("apis", 2): return groups.contains(parts[1]) ? group(parts[1]) : nil
    case ("apis", 3):
      guard versions(of: parts[1]).contains(parts[2]) else { return nil }
      return list(group: parts[1], version: parts[2])
    default: return nil
    }
  }

  /// The named groups that have resources, by name.
  package var groups: [String] {
    Set(resources.resources.map(\.group)).subtracting([""]).sorted()
  }

  /// The versions of a group, the preferred one first.
  package func versions(of group: String) -> [String] {
    Set(resources.resources.filter { $0.group == group }.flatMap(\.versions))
      .map(APIVersionName.init).sorted().map(\.text)
  }

  private var paths: [String] {
    ["/api", "/api/v1", "/apis"]
      + groups.flatMap { group in
        ["/apis/\(group)"] + versions(of: group).map { "/apis/\(group)/\($0)" }
      } + ["/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"]
  }

  private var versionInfo: JSONValue {
    [
      "major": "1", "minor": .string(String(version.minor)), "gitVersion": .string("v\(version).0"),
      "gitCommit": "", "gitTreeState": "clean", "buildDate": "1970-01-01T00:00:00Z",
      "goVersion": "", "compiler": "kverify", "platform": "linux/amd64",
    ]
  }

  private var groupList: JSONValue {
    [
      "kind": "APIGroupList", "apiVersion": "v1",
      "groups": .array(
        groups.map { name in
          var entry = group(name).object ?? JSONObject()
          entry["kind"] = nil
          entry["apiVersion"] = nil
          return .object(entry)
        }),
    ]
  }

  private func group(_ group: String) -> JSONValue {
    let entries = versions(of: group).map { version -> JSONValue in
      ["groupVersion": .string("\(group)/\(version)"), "version": .string(version)]
    }
    return [
      "kind": "APIGroup", "apiVersion": "v1", "name": .string(group), "versions": .array(entries),
      "preferredVersion": entries.first ?? [:],
    ]
  }

  private func list(group: String, version: String) -> JSONValue {
    let groupVersion = group.isEmpty ? version : "\(group)/\(version)"
    let served = resources.resources.filter { $0.group == group && $0.versions.contains(version) }
      .sorted { $0.plural < $1.plural }
    var entries = served.flatMap { entry(of: $0, version: version) }
    if group.isEmpty {
      entries.insert(
        [
          "name": "bindings", "singularName": "binding", "namespaced": true, "kind": "Binding",
          "verbs": ["create"],
        ], at: 0)
    }
    return [
      "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(groupVersion),
      "resources": .array(entries),
    ]
  }

  /// A resource and its subresources.
  private func entry(of resource: Resource, version: String) -> [JSONValue] {
    let names = served.definitions[resource.groupKind]?.at("spec", "names")
    var verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
    if !resource.hasDeleteCollection { verbs.removeAll { $0 == "deletecollection" } }
    var entry: JSONObject = [
      "name": .string(resource.plural),
      "singularName": names?["singular"] ?? .string(resource.singular),
      "namespaced": .bool(resource.isNamespaced), "kind": .string(resource.kind),
      "verbs": .array(verbs.map { .string($0) }),
    ]
    if !resource.shortNames.isEmpty {
      entry["shortNames"] = .array(resource.shortNames.map { .string($0) })
    }
    let categories =
      names?["categories"]?.array
      ?? (Self.inAll.contains(resource.groupKind.description) ? ["all"] : [])
    if !categories.isEmpty { entry["categories"] = .array(categories) }
    return [.object(entry)] + resource.subresources.compactMap { subresource($0, of: resource) }
  }

  /// The kinds that `kubectl get all` shows.
  private static let inAll = [
    "CronJob.batch", "DaemonSet.apps", "Deployment.apps", "HorizontalPodAutoscaler.autoscaling",
    "Job.batch", "Pod", "ReplicaSet.apps", "ReplicationController", "Service", "StatefulSet.apps",
  ]

  private func subresource(_ name: String, of resource: Resource) -> JSONValue? {
    var entry: JSONObject = [
      "name": .string("\(resource.plural)/\(name)"), "singularName": "",
      "namespaced": .bool(resource.isNamespaced),
    ]
    let policy = version.evictionsAreStable ? "v1" : "v1beta1"
    switch name {
    case "status":
      entry["kind"] = .string(resource.kind)
      entry["verbs"] = ["get", "patch", "update"]
    case "scale":
      entry["group"] = "autoscaling"
      entry["version"] = "v1"
      entry["kind"] = "Scale"
      entry["verbs"] = ["get", "patch", "update"]
    case "eviction":
      entry["group"] = "policy"
      entry["version"] = .string(policy)
      entry["kind"] = "Eviction"
      entry["verbs"] = ["create"]
    case "binding":
      entry["kind"] = "Binding"
      entry["verbs"] = ["create"]
    case "finalize":
      entry["kind"] = .string(resource.kind)
      entry["verbs"] = ["update"]
    default: return nil
    }
    return .object(entry)
  }
}
