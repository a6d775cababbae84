package import CEL

/// Reads the bytes of a request's body.
///
/// Follows staging/src/k8s.io/apimachinery/pkg/runtime/serializer/json/json.go (Decode).
package enum RequestBody {
  /// The value of a body of a content type; nil for an empty one.
  ///
  /// Bytes that are no JSON and no YAML become a text, which no handler takes for an object: the
  /// refusal is the handler's, as upstream.
  package static func decode(_ bytes: [UInt8], contentType: String) -> JSONValue? {
    if bytes.isEmpty { return nil }
    if let value = try? JSONValue(parsing: bytes) { return value }
    if contentType.hasSuffix("yaml") {
      let findings = Findings()
      let documents = YAMLReader.documents(
        of: SourceFile(path: "body", bytes: bytes), findings: findings)
      if documents.count == 1, let document = documents.first, !findings.hasErrors {
        return document.json
      }
    }
    return .string(String(decoding: bytes, as: UTF8.self))
  }
}
