internal import CEL
internal import Model

/// The answers to calls that are about the server itself and not about objects.
enum ServerDocuments {
  /// The reply to such a call; nil where the call is about objects.
  static func reply(to call: HTTPCall, _ served: () -> ServedKinds) throws(APIError) -> HTTPReply? {
    let parts = call.path.split(separator: "/")
    switch (parts.first, parts.count) {
    case ("healthz", _), ("livez", _), ("readyz", _):
      return HTTPReply(contentType: "text/plain; charset=utf-8", body: "ok")
    case ("openapi", _):
      guard call.method == "GET" else { throw .methodNotAllowed }
      return try openAPI(call, parts.dropFirst().joined(separator: "/"), served())
    case (nil, _), ("version", 1), ("api", 1...2), ("apis", 1...3): break
    default: return nil
    }
    guard call.method == "GET" else { throw .methodNotAllowed }
    guard Negotiation.takesJSON(call.accept) else { throw .notAcceptable(["application/json"]) }
    guard let document = Discovery(served()).document(at: call.path) else { throw .noSuchPath }
    return HTTPReply(json: document)
  }

  private static let protobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

  private static func openAPI(_ call: HTTPCall, _ name: String, _ served: ServedKinds)
    throws(APIError) -> HTTPReply
  {
    let documents = OpenAPIDocuments(served)
    if name == "v2" {
      let types = Negotiation.mediaTypes(call.accept).map(\.name)
      if types.contains(where: { $0.hasPrefix("application/com.github.proto-openapi.spec.v2") }) {
        return HTTPReply(
          status: 200, contentType: protobuf, body: OpenAPIWireFormat.encode(documents.two))
      }
    }
    guard Negotiation.takesJSON(call.accept) else { throw .notAcceptable(["application/json"]) }
    if name == "v2" { return HTTPReply(json: .object(documents.two)) }
    if name == "v3" { return HTTPReply(json: documents.threeIndex) }
    guard name.hasPrefix("v3/"), let document = documents.three(String(name.dropFirst(3))) else {
      throw .noSuchPath
    }
    return HTTPReply(json: document)
  }
}
