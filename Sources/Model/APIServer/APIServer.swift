internal import CEL

/// The API server: the rules by which requests read and change objects.
///
/// A pure function of the request and of what the reader answers. Objects in storage have no
/// `metadata.resourceVersion`; the answer has one for an object that the request did not change.
/// For a changed object, and for lists, the server leaves it out and the front-end fills it in:
/// `APIResponse.filling(resourceVersion:)`.
///
/// Follows staging/src/k8s.io/apiserver/pkg/endpoints/handlers and
/// staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go.
package struct APIServer: Sendable {
  /// Whose rules are followed.
  package let version: KubernetesVersion
  /// What is served, besides what the definitions in the store add.
  package let resources: ResourceRegistry

  /// Makes a server of these kinds.
  package init(
    kubernetesVersion: KubernetesVersion = .standard, resources: ResourceRegistry
  ) {
    self.version = kubernetesVersion
    self.resources = resources
  }

  /// Answers a request; what it changed is in the answer, nothing is changed here.
  package func handle(_ request: APIRequest, reader: any ObjectReader) -> APIResponse {
    do throws(APIError) {
      guard let resource = resource(of: request, reader: reader) else {
        throw resources.serves(group: request.groupKind.group) ? .noSuchResource : .noSuchPath
      }
      let call = APICall(server: self, request: request, resource: resource, reader: reader)
      var response = try call.respond()
      if request.dryRun { response.changes = [] }
      return response
    } catch {
      return error.response
    }
  }

  /// What is served now: the built-in and registered kinds and those defined in the store.
  package func resources(reader: any ObjectReader) -> ResourceRegistry {
    var all = resources
    for definition in definitions(reader: reader) {
      // A stored definition was valid when it was written.
      try? all.register(definition: definition)
    }
    return all
  }

  private func resource(of request: APIRequest, reader: any ObjectReader) -> Resource? {
    if let known = resources.resource(apiVersion: request.apiVersion, kind: request.kind) {
      return known
    }
    let groupKind = request.groupKind
    let definition = definitions(reader: reader).first {
      $0.at("spec", "group")?.string == groupKind.group
        && $0.at("spec", "names", "kind")?.string == groupKind.kind
    }
    guard let definition,
      let resource = try? CustomResourceDefinition.resource(of: definition, version),
      resource.serves(apiVersion: request.apiVersion)
    else { return nil }
    return resource
  }

  private func definitions(reader: any ObjectReader) -> [JSONObject] {
    reader.objects(
      of: GroupKind(group: "apiextensions.k8s.io", kind: "CustomResourceDefinition"),
      namespace: nil, selection: .all
    ).map(\.object)
  }
}

extension APIResponse {
  /// The answer with the resourceVersion that the server left to the front-end.
  ///
  /// It is the one of the last change that leaves an object (for an object) or of the store (for
  /// a list). An answer that has one already, or that is a Status, stays as it is.
  package func filling(resourceVersion: String) -> APIResponse {
    guard isSuccess, var object = body.object, object["metadata"]?.object != nil,
      object.kind != "Status" || object.apiVersion != "v1", object.resourceVersion == nil,
      !changes.isEmpty || object["items"]?.array != nil
    else { return self }
    object.resourceVersion = resourceVersion
    var response = self
    response.body = .object(object)
    return response
  }
}
