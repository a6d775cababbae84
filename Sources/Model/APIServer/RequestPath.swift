package import CEL

/// The path and the query of an HTTP request, read as a request to the API server.
///
/// Follows staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go.
package struct RequestPath: Hashable, Sendable {
  package let apiVersion: String
  package let plural: String
  /// Empty for cluster-scoped resources and for lists over all namespaces.
  package let namespace: String
  /// Empty for the collection.
  package let name: String
  package let subresource: String
  /// Whether the path alone asks for a watch (`/api/v1/watch/…`).
  package let isWatch: Bool

  /// Reads a path such as `/apis/apps/v1/namespaces/default/deployments/web/status`.
  ///
  /// - Returns: nil where the path is not one of a resource.
  package init?(_ path: String) {
    var parts = path.split(separator: "/").map(String.init)
    switch parts.first {
    case "api" where parts.count >= 3:
      apiVersion = parts[1]
      parts.removeFirst(2)
    case "apis" where parts.count >= 4:
      apiVersion = "\(parts[1])/\(parts[2])"
      parts.removeFirst(3)
    default: return nil
    }
    // The old way to ask for a watch.
    isWatch = parts[0] == "watch" && parts.count > 1
    if isWatch { parts.removeFirst() }
    // `namespaces/x` alone is the Namespace x, and so are its subresources.
    let isOfNamespace =
      parts[0] == "namespaces" && parts.count > 2
      && !(parts.count == 3 && ["status", "finalize"].contains(parts[2]))
    if isOfNamespace {
      namespace = parts[1]
      parts.removeFirst(2)
    } else {
      namespace = ""
    }
    plural = parts[0]
    name = parts.count > 1 ? parts[1] : ""
    subresource = parts.count > 2 ? parts[2...].joined(separator: "/") : ""
  }
}

/// An HTTP request before it is known what it asks.
package struct RawRequest: Hashable, Sendable {
  /// `GET`, `POST`, `PUT`, `PATCH`, `DELETE`.
  package var method: String
  package var path: String
  package var query: [String: String]
  /// Without parameters such as `charset`.
  package var contentType: String
  /// The body, decoded; nil where there is none.
  package var body: JSONValue?
  /// What the User-Agent stands for, the default field manager.
  package var agent: String

  /// Makes a request.
  package init(
    method: String, path: String, query: [String: String] = [:], contentType: String = "",
    body: JSONValue? = nil, agent: String = ""
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.contentType = contentType
    self.body = body
    self.agent = agent
  }

  /// The request to the server that this stands for.
  ///
  /// - Throws: the answer to a path that nothing is served under, or a method that is not taken.
  package func request(_ resources: ResourceRegistry) throws(APIError) -> APIRequest {
    guard let path = RequestPath(path) else { throw .noSuchAPI }
    try checkContentType()
    if path.plural == "bindings", path.name.isEmpty, method == "POST" {
      return APIRequest(
        .create, apiVersion: path.apiVersion, kind: "Pod", namespace: path.namespace,
        name: body?.object?.name ?? "", subresource: "binding", body: body, fieldManager: agent)
    }
    guard
      let resource = resources.resource(apiVersion: path.apiVersion, plural: path.plural)
    else {
      let group = GroupKind(apiVersion: path.apiVersion, kind: "").group
      throw resources.serves(group: group) || Self.knownGroups.contains(group)
        ? .noSuchResource : .noSuchPath
    }
    // An object of a namespaced kind has a namespace, one of a cluster-scoped kind none.
    if resource.isNamespaced
      ? path.namespace.isEmpty && !path.name.isEmpty
      : !path.namespace.isEmpty
    {
      throw .noSuchResource
    }
    var fields = query["fieldSelector"] ?? ""
    var name = path.name
    if path.isWatch, !name.isEmpty {
      fields = "metadata.name=\(name)"
      name = ""
    }
    return APIRequest(
      try verb(name, path.subresource), apiVersion: path.apiVersion, kind: resource.kind,
      namespace: path.namespace, name: name, subresource: path.subresource, body: body,
      labelSelector: query["labelSelector"] ?? "", fieldSelector: fields,
      fieldManager: query["fieldManager"] ?? (isApply ? "" : agent),
      force: query["force"] == "true" || query["force"] == "1",
      dryRun: query["dryRun"] == "All",
      parameters: query.filter { !Self.ownParameters.contains($0.key) })
  }

  private static let ownParameters = [
    "labelSelector", "fieldSelector", "fieldManager", "force",
  ]

  /// Groups that a real server knows although none of their kinds is modelled.
  private static let knownGroups = [
    "", "extensions", "authentication.k8s.io", "authorization.k8s.io", "node.k8s.io",
    "flowcontrol.apiserver.k8s.io",
  ]

  private var isApply: Bool { method == "PATCH" && contentType == PatchType.apply.rawValue }

  /// Whether this asks for a watch of a list, in either way.
  package var isWatch: Bool {
    guard method == "GET", let path = RequestPath(path) else { return false }
    return path.isWatch || path.name.isEmpty && ["true", "1"].contains(query["watch"])
  }

  /// Bodies of POST and PUT are JSON or YAML (negotiation of handlers/negotiation).
  private func checkContentType() throws(APIError) {
    let accepted = [
      "application/json", "application/yaml", "application/vnd.kubernetes.protobuf",
    ]
    guard method == "POST" || method == "PUT", !contentType.isEmpty,
      !accepted.contains(contentType)
    else { return }
    throw .unsupportedMediaType(accepted)
  }

  private func verb(_ name: String, _ subresource: String) throws(APIError) -> APIVerb {
    switch (method, name.isEmpty) {
    case ("GET", true): return .list
    case ("GET", false): return .get
    case ("POST", true): return .create
    case ("POST", false) where ["eviction", "binding"].contains(subresource): return .create
    case ("PUT", false): return .update
    case ("DELETE", true): return .deleteCollection
    case ("DELETE", false): return .delete
    case ("PATCH", false):
      guard let type = PatchType(rawValue: contentType) else {
        throw .unsupportedMediaType([
          PatchType.json.rawValue, PatchType.merge.rawValue, PatchType.strategic.rawValue,
          PatchType.apply.rawValue,
        ])
      }
      return .patch(type)
    default: throw .methodNotAllowed
    }
  }
}
