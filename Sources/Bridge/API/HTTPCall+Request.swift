internal import CEL
package import Model

extension HTTPCall {
  /// The content type without its parameters.
  var mediaType: String {
    String(contentType.prefix { $0 != ";" }.filter { $0 != " " }).lowercased()
  }

  /// The call as a request to an API server, before it is known what it asks.
  ///
  /// - Throws: 415 for a protocol buffer: clients then fall back to JSON, or say so.
  package func rawRequest() throws(APIError) -> RawRequest {
    let isProtobuf =
      mediaType == "application/vnd.kubernetes.protobuf"
      || body.starts(with: [0x6B, 0x38, 0x73, 0x00])
    if isProtobuf, !body.isEmpty {
      throw .unsupportedMediaType(["application/json", "application/yaml"])
    }
    return RawRequest(
      method: method, path: path, query: query, contentType: mediaType,
      body: RequestBody.decode(body, contentType: mediaType), agent: agent)
  }

  /// The default field manager (managerOrUserAgent of handlers/create.go).
  private var agent: String {
    let product = userAgent.prefix { $0 != "/" }
    return String(
      product.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(128))
  }
}
