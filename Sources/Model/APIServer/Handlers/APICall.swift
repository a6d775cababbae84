internal import CEL

/// One request on its way through the server.
struct APICall {
  let server: APIServer
  let request: APIRequest
  let resource: Resource
  let reader: any ObjectReader

  var rules: any Strategy { resource.rules }
  var version: KubernetesVersion { server.version }

  var context: StrategyContext {
    StrategyContext(version: server.version, now: reader.now, apiVersion: request.apiVersion)
  }

  /// The key of the object that the request names.
  var key: ObjectKey {
    ObjectKey(
      resource.groupKind, namespace: resource.isNamespaced ? request.namespace : "",
      name: request.name)
  }

  /// Where each verb is handled.
  func respond() throws(APIError) -> APIResponse {
    try checkDryRun()
    switch request.subresource {
    case "": break
    case let name where resource.subresources.contains(name): break
    case "scale" where resource.strategy is CustomResourceStrategy:
      // The CRD handler looks for the object's resource only.
      throw notFound
    default: throw .noSuchResource
    }
    switch (request.verb, request.subresource) {
    case (.get, ""), (.get, "status"): return try get()
    case (.list, ""): return try list()
    case (.create, ""): return try create()
    case (.update, ""): return try update(.object)
    case (.update, "status"): return try update(.status)
    case (.update, "finalize"): return try update(.finalize)
    case (.delete, ""): return try delete()
    case (.deleteCollection, ""): return try deleteCollection()
    case (.patch(let type), ""): return try patch(type, .object)
    case (.patch(let type), "status"): return try patch(type, .status)
    case (.get, "scale"): return try getScale()
    case (.update, "scale"): return try updateScale()
    case (.patch(let type), "scale"): return try patchScale(type)
    case (.create, "eviction"): return try evict()
    case (.create, "binding"): return try bind()
    default: throw .methodNotAllowed
    }
  }

  var notFound: APIError { .notFound(resource.group, resource.plural, request.name) }

  /// ValidateCreateOptions and its like: `dryRun` may only be `All`.
  private func checkDryRun() throws(APIError) {
    guard let given = request.parameters["dryRun"], given != "All" else { return }
    let options =
      switch request.verb {
      case .create: "CreateOptions"
      case .update: "UpdateOptions"
      case .patch: "PatchOptions"
      default: "DeleteOptions"
      }
    throw .invalid(
      "meta.k8s.io", options, "", [.notSupported("dryRun", [.string(given)], ["All"])])
  }

  /// The stored object that the request names.
  func existing() throws(APIError) -> JSONObject {
    guard let object = reader.object(key) else { throw notFound }
    return object
  }

  /// An object as a client of this request's version sees it, with a resourceVersion if given.
  func view(_ object: JSONObject, resourceVersion: String? = nil) -> JSONObject {
    var view = rules.encode(object, apiVersion: request.apiVersion)
    view.resourceVersion = resourceVersion
    return view
  }

  /// The answer of a write that left the object as it was.
  func unchanged(_ object: JSONObject) -> APIResponse {
    APIResponse(
      code: 200, body: .object(view(object, resourceVersion: reader.resourceVersion(of: key))))
  }

  /// The body as an object of the kind that the path names.
  ///
  /// Follows handlers/create.go, handlers/update.go and the decoder's messages.
  func bodyObject(apiVersion: String, kind: String) throws(APIError) -> JSONObject {
    guard var object = request.body?.object else {
      throw .badRequest(
        "the object provided is unrecognized (must be of type \(kind)): couldn't get "
          + "version/kind; json parse error")
    }
    let isCustom = resource.strategy is CustomResourceStrategy && kind == resource.kind
    let version = apiVersion.split(separator: "/").last.map(String.init) ?? ""
    if (object.kind.isEmpty || object.apiVersion.isEmpty) && isCustom {
      throw .badRequest(
        "\(kind) in version \"\(version)\" cannot be handled as a \(kind): Object "
          + "'\(object.kind.isEmpty ? "Kind" : "apiVersion")' is missing")
    }
    if object.kind.isEmpty { object["kind"] = .string(kind) }
    if object.apiVersion.isEmpty { object["apiVersion"] = .string(apiVersion) }
    guard object.kind == kind else {
      throw .badRequest(
        "\(object.kind) in version \"\(object.apiVersion)\" cannot be handled as a \(kind)")
    }
    if kind == resource.kind, !resource.serves(apiVersion: object.apiVersion) {
      throw .badRequest(
        "\(kind) in version \"\(object.apiVersion)\" cannot be handled as a \(kind): no kind "
          + "\"\(kind)\" is registered for version \"\(object.apiVersion)\"")
    }
    return try typedMetadata(object)
  }

  /// The object with clean metadata.
  func typedMetadata(_ object: JSONObject) throws(APIError) -> JSONObject {
    do throws(TypeMismatch) {
      return try ObjectMetaRules.decode(object, omitsZeroTimes: true)
    } catch {
      let version = request.apiVersion.split(separator: "/").last.map(String.init) ?? ""
      throw undecodable(
        object,
        "\(object.kind) in version \"\(version)\" cannot be handled as a \(object.kind): "
          + "v1.ObjectMeta.\(error.path): \(error.reason)")
    }
  }

  /// A client's object in the form of storage, with defaults.
  func decoded(_ object: JSONObject) throws(APIError) -> JSONObject {
    var context = context
    if context.apiVersion != object.apiVersion, resource.serves(apiVersion: object.apiVersion) {
      context = StrategyContext(
        version: context.version, now: context.now, apiVersion: object.apiVersion)
    }
    var decoded: JSONObject
    do throws(APIError) {
      decoded = try rules.decode(object, context)
    } catch {
      throw undecodable(object, error.message)
    }
    decoded["apiVersion"] = .string(resource.storageAPIVersion)
    rules.setDefaults(&decoded, context)
    return decoded
  }

  /// The error for an object whose fields have wrong types.
  ///
  /// A patch that makes such an object is invalid, not malformed (handlers/patch.go,
  /// applyPatchToCurrentObject).
  private func undecodable(_ object: JSONObject, _ reason: String) -> APIError {
    guard case .patch(let type) = request.verb, type != .apply else { return .badRequest(reason) }
    return .invalid("", "", "", [.invalid("patch", .string(JSONValue.object(object).text), reason)])
  }

  /// The object as it is written: normalised once more after the strategy changed it.
  func stored(_ object: JSONObject) throws(APIError) -> JSONObject {
    var object = object
    object.resourceVersion = nil
    return try rules.decode(
      object,
      StrategyContext(
        version: version, now: reader.now, apiVersion: resource.storageAPIVersion))
  }

  /// The namespace in the body and that in the path are one (EnsureObjectNamespaceMatches…).
  func checkNamespace(_ object: inout JSONObject) throws(APIError) {
    guard resource.isNamespaced else { return }
    if object.namespace.isEmpty {
      object.metadata["namespace"] = .string(request.namespace)
    } else if object.namespace != request.namespace {
      throw .badRequest(
        "the namespace of the provided object does not match the namespace sent on the request")
    }
  }
}
