internal import CEL

/// The writes of a built-in controller, each one API call that a crash may cut off.
///
/// Bodies and conditions are those of the typed client-go calls that upstream makes: an update
/// carries the resourceVersion of the object as it was read, a patch none
/// (staging/src/k8s.io/client-go/gentype/type.go).
struct ControllerClient {
  let oracle: any ReconcileOracle
  let fieldManager: String

  /// POST.
  func create(_ object: JSONObject) throws -> APIResponse {
    try send(.create, object, name: "", body: .object(object))
  }

  /// PUT, conditional on the object's resourceVersion.
  func update(_ object: JSONObject) throws -> APIResponse {
    try send(.update, object, name: object.name, body: .object(object))
  }

  /// PUT to `/status`, conditional on the object's resourceVersion.
  func updateStatus(_ object: JSONObject) throws -> APIResponse {
    try send(.update, object, name: object.name, subresource: "status", body: .object(object))
  }

  /// PUT to a Namespace's `/finalize`, conditional on its resourceVersion.
  func finalize(_ namespace: JSONObject) throws -> APIResponse {
    try send(
      .update, namespace, name: namespace.name, subresource: "finalize", body: .object(namespace))
  }

  /// PATCH of the object or of a subresource.
  func patch(
    _ object: JSONObject, _ type: PatchType, _ body: JSONObject, subresource: String = ""
  ) throws -> APIResponse {
    try send(
      .patch(type), object, name: object.name, subresource: subresource, body: .object(body))
  }

  /// DELETE with DeleteOptions (which may be empty).
  func delete(_ object: JSONObject, _ options: JSONObject = JSONObject()) throws -> APIResponse {
    try send(
      .delete, object, name: object.name,
      body: options.isEmpty ? nil : .object(Self.deleteOptions(options)))
  }

  /// GET past the cache.
  func get(
    _ apiVersion: String, _ kind: String, namespace: String, name: String, subresource: String = ""
  ) throws -> APIResponse {
    try oracle.send(
      APIRequest(
        .get, apiVersion: apiVersion, kind: kind, namespace: namespace, name: name,
        subresource: subresource, fieldManager: fieldManager))
  }

  /// GET of an object at hand, past the cache.
  func get(_ object: JSONObject) throws -> APIResponse {
    try get(object.apiVersion, object.kind, namespace: object.namespace, name: object.name)
  }

  private static func deleteOptions(_ options: JSONObject) -> JSONObject {
    var options = options
    options["apiVersion"] = "v1"
    options["kind"] = "DeleteOptions"
    return options
  }

  private func send(
    _ verb: APIVerb, _ object: JSONObject, name: String, subresource: String = "", body: JSONValue?
  ) throws -> APIResponse {
    try oracle.send(
      APIRequest(
        verb, apiVersion: object.apiVersion, kind: object.kind, namespace: object.namespace,
        name: name, subresource: subresource, body: body, fieldManager: fieldManager))
  }
}

extension APIResponse {
  var isNotFound: Bool { code == 404 }
  var isAlreadyExists: Bool { code == 409 && reason == "AlreadyExists" }
  var isConflict: Bool { code == 409 && reason != "AlreadyExists" }

  /// Whether a create failed because its namespace is being deleted (the cause NamespaceTerminating).
  var isNamespaceTerminating: Bool {
    !isSuccess
      && (body.at("details", "causes")?.array ?? []).contains {
        $0["reason"]?.string == "NamespaceTerminating"
      }
  }

  /// This failure as the error of the reconcile.
  func error(_ what: String) -> ReconcileError {
    ReconcileError("\(what): \(reason ?? "code \(code)")", code: code)
  }

  /// The object that the call answered; throws where it failed.
  func object(_ what: String) throws -> JSONObject {
    guard isSuccess, let object = body.object else { throw error(what) }
    return object
  }
}
