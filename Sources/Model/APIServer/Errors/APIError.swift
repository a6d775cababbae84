package import CEL

/// A refusal of the API server: what becomes a `Status` object.
///
/// Follows staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go: reasons, codes and messages.
package struct APIError: Error, Hashable, Sendable {
  package var code: Int
  package var reason: String
  package var message: String
  /// `details`; nil where upstream sends none.
  package var details: JSONObject?
  /// A body that is no Status, for paths that no resource serves.
  package var otherBody: JSONValue?

  init(_ code: Int, _ reason: String, _ message: String, details: JSONObject? = nil) {
    self.code = code
    self.reason = reason
    self.message = message
    self.details = details
  }

  /// The error that an answer is.
  init(answering response: APIResponse) {
    self.init(response.code, response.reason ?? "", response.message ?? "")
    otherBody = response.body
  }

  /// The answer to the client.
  package var response: APIResponse {
    if let otherBody { return APIResponse(code: code, body: otherBody) }
    var status: JSONObject = [
      "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
      "message": .string(message), "code": .int(Int64(code)),
    ]
    if !reason.isEmpty { status["reason"] = .string(reason) }
    if let details { status["details"] = .object(details) }
    return APIResponse(code: code, body: .object(status))
  }

  private static func details(_ group: String, _ kind: String, _ name: String) -> JSONObject {
    var details = JSONObject()
    if !name.isEmpty { details["name"] = .string(name) }
    if !group.isEmpty { details["group"] = .string(group) }
    if !kind.isEmpty { details["kind"] = .string(kind) }
    return details
  }

  private static func qualified(_ group: String, _ kind: String) -> String {
    group.isEmpty ? kind : "\(kind).\(group)"
  }

  /// 404: there is no such object.
  package static func notFound(_ group: String, _ resource: String, _ name: String) -> APIError {
    APIError(
      404, "NotFound", "\(qualified(group, resource)) \"\(name)\" not found",
      details: details(group, resource, name))
  }

  /// 404: the path stands for nothing served.
  static var noSuchResource: APIError {
    APIError(
      404, "NotFound", "the server could not find the requested resource", details: JSONObject())
  }

  /// 404 of the mux: not even the group is known.
  package static var noSuchPath: APIError {
    var error = APIError(404, "", "404 page not found\n")
    error.otherBody = "404 page not found\n"
    return error
  }

  /// 404 of the root: the path is not under an API, and there is a list of those that are.
  static var noSuchAPI: APIError {
    var error = APIError(404, "", "")
    error.otherBody = ["paths": ["/api", "/apis", "/version"]]
    return error
  }

  /// 404: the server does not serve this at all.
  package static func notServed(_ message: String) -> APIError {
    APIError(404, "NotFound", message, details: JSONObject())
  }

  /// 410: the run whose base URL this is has ended, or was cut.
  package static var runIsOver: APIError {
    APIError(410, "Gone", "this run is over: ask for the next one", details: JSONObject())
  }

  /// 405: a reconcile sees the world at one moment.
  package static var noWatchInRun: APIError {
    APIError(
      405, "MethodNotAllowed", "a run of a reconcile cannot watch", details: JSONObject())
  }

  /// 405: the resource does not take this verb.
  package static var methodNotAllowed: APIError {
    APIError(
      405, "MethodNotAllowed",
      "the server does not allow this method on the requested resource", details: JSONObject())
  }

  /// 409: the name is taken.
  static func alreadyExists(_ group: String, _ resource: String, _ name: String) -> APIError {
    APIError(
      409, "AlreadyExists", "\(qualified(group, resource)) \"\(name)\" already exists",
      details: details(group, resource, name))
  }

  /// 409: the request rests on something that is no longer so.
  static func conflict(_ group: String, _ resource: String, _ name: String, _ why: String)
    -> APIError
  {
    APIError(
      409, "Conflict",
      "Operation cannot be fulfilled on \(qualified(group, resource)) \"\(name)\": \(why)",
      details: details(group, resource, name))
  }

  /// 400: the request cannot be understood.
  package static func badRequest(_ message: String) -> APIError {
    APIError(400, "BadRequest", message)
  }

  /// 403: admission says no.
  static func forbidden(_ group: String, _ resource: String, _ name: String, _ why: String)
    -> APIError
  {
    APIError(
      403, "Forbidden", "\(qualified(group, resource)) \"\(name)\" is forbidden: \(why)",
      details: details(group, resource, name))
  }

  /// 422: validation failed; the kind is the kind, or the resource where upstream passes that.
  static func invalid(_ group: String, _ kind: String, _ name: String, _ errors: [FieldError])
    -> APIError
  {
    var texts: [String] = []
    for text in errors.map(\.description) where !texts.contains(text) { texts.append(text) }
    let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
    var details = details(group, kind, name)
    details["causes"] = .array(
      errors.map { error in
        var cause: JSONObject = [
          "reason": .string(error.type.rawValue), "message": .string(error.text),
        ]
        if !error.field.isEmpty { cause["field"] = .string(error.field) }
        return .object(cause)
      })
    return APIError(
      422, "Invalid", "\(qualified(group, kind)) \"\(name)\" is invalid: \(list)",
      details: details)
  }

  /// 415: the content type is not taken here.
  package static func unsupportedMediaType(_ accepted: [String]) -> APIError {
    APIError(
      415, "UnsupportedMediaType",
      "the body of the request was in an unknown format - accepted media types include: "
        + accepted.joined(separator: ", "))
  }

  /// 406: nothing that is served here is among what the client takes.
  package static func notAcceptable(_ served: [String]) -> APIError {
    APIError(
      406, "NotAcceptable",
      "only the following media types are accepted: " + served.joined(separator: ", "))
  }

  /// 413: the body is larger than the server reads.
  package static func requestTooLarge(limit: Int) -> APIError {
    APIError(
      413, "RequestEntityTooLarge", "Request entity too large: limit is \(limit)")
  }

  /// 429: a disruption budget stands against it.
  static func tooManyRequests(_ message: String, causes: [JSONValue]) -> APIError {
    APIError(429, "TooManyRequests", message, details: ["causes": .array(causes)])
  }

  /// 500 as upstream gives where it has no better answer: a Status without a reason.
  static func internalFailure(_ message: String) -> APIError { APIError(500, "", message) }

  /// 500 with the reason InternalError.
  static func internalError(_ message: String) -> APIError {
    APIError(
      500, "InternalError", "Internal error occurred: \(message)",
      details: ["causes": [["message": .string(message)]]])
  }
}
