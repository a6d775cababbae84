internal import CEL
internal import Model

/// Turns the calls of a run's client into questions of the run's oracle, and the answers back.
///
/// Under the base URL itself every call is a live request. Under `/cached` below it, reads are
/// answered from the controller's cache, as a manager's client does; writes are live there too.
struct RunQuestions {
  let served: ServedKinds

  /// The path without the segment that asks for cached reads.
  static func plainPath(_ path: String) -> String {
    isCached(path) ? String(path.dropFirst("/cached".count)) : path
  }

  private static func isCached(_ path: String) -> Bool {
    path.hasPrefix("/cached/")
  }

  /// The reply to a call.
  ///
  /// - Throws: what the oracle throws, untouched.
  func reply(to call: HTTPCall, asking oracle: any ReconcileOracle) throws -> HTTPReply {
    if let reply = try ownReply(to: call, oracle) { return reply }
    let request: APIRequest
    let form: ObjectForm
    do throws(APIError) {
      (request, form) = try question(call)
    } catch {
      return HTTPReply(error.response)
    }
    var response: APIResponse
    if Self.isCached(call.path), let cached = try cached(request, oracle) {
      response = cached
    } else {
      response = try oracle.send(request)
    }
    if form != .whole {
      response.body = ObjectPresentation(form, of: request, served, now: "").present(response.body)
    }
    return HTTPReply(response)
  }

  /// The reply to what no API server can be asked; nil where the call is one for the server.
  ///
  /// A new value that is unlike all others stands for a random one: states that differ in it alone are
  /// one. A deadline is a choice until it has passed.
  private func ownReply(to call: HTTPCall, _ oracle: any ReconcileOracle) throws -> HTTPReply? {
    let path = Self.plainPath(call.path)
    guard path.hasPrefix("/kverify/") else { return nil }
    guard call.method == "GET" else { return HTTPReply(APIError.methodNotAllowed.response) }
    switch path {
    case "/kverify/fresh":
      return HTTPReply(json: ["value": .string(try oracle.freshValue())])
    case "/kverify/passed":
      guard let deadline = call.query["deadline"], !deadline.isEmpty else {
        return HTTPReply(APIError.badRequest("which deadline? ?deadline=NAME says it").response)
      }
      return HTTPReply(json: ["passed": .bool(try oracle.hasPassed(deadline: deadline))])
    default: return HTTPReply(APIError.noSuchPath.response)
    }
  }

  private func question(_ call: HTTPCall) throws(APIError) -> (APIRequest, ObjectForm) {
    var call = call
    call.path = Self.plainPath(call.path)
    let raw = try call.rawRequest()
    guard let form = Negotiation.form(call.accept, query: call.query) else {
      throw .notAcceptable(["application/json"])
    }
    if raw.isWatch { throw .noWatchInRun }
    return (try raw.request(served.resources), form)
  }

  /// The answer of the cache; nil where the request is none that a cache answers.
  private func cached(_ request: APIRequest, _ oracle: any ReconcileOracle) throws -> APIResponse? {
    guard request.subresource.isEmpty,
      let resource = served.resources.resource(
        apiVersion: request.apiVersion, kind: request.kind)
    else { return nil }
    switch request.verb {
    case .get:
      let object = try oracle.get(
        request.apiVersion, request.kind, namespace: request.namespace, name: request.name)
      guard let object else {
        return APIError.notFound(resource.group, resource.plural, request.name).response
      }
      return APIResponse(code: 200, body: .object(object))
    case .list:
      let isAll = request.labelSelector.isEmpty && request.fieldSelector.isEmpty
      let items = try oracle.list(
        ListQuery(
          apiVersion: request.apiVersion, kind: request.kind,
          namespace: request.namespace.isEmpty ? nil : request.namespace,
          selection: isAll
            ? .all : .selectors(label: request.labelSelector, field: request.fieldSelector)))
      return APIResponse(
        code: 200,
        body: [
          "apiVersion": .string(request.apiVersion), "kind": .string("\(request.kind)List"),
          "metadata": [:], "items": .array(items.map { .object($0) }),
        ])
    default: return nil
    }
  }
}
