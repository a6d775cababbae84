extension ParsedURL: OpaqueValue {
  static let celType = CELType.opaque("kubernetes.URL", [])

  var type: CELType { Self.celType }

  func isEqual(to other: any OpaqueValue) -> Bool { (other as? ParsedURL) == self }

  var text: String { source }
}

extension Library {
  /// The URL library of the Kubernetes API server.
  ///
  /// Follows k8s.io/apiserver/pkg/cel/library/urls.go.
  package static let url = Library(
    name: "kubernetes.urls",
    functions: [
      .global("url", id: "string_to_url", [.string], to: ParsedURL.celType) {
        arguments throws(EvaluationError) in
        let text = try arguments.string(0)
        guard let url = ParsedURL(text) else {
          throw EvaluationError(
            .conversion, "URL parse error during conversion from string: '\(text)'")
        }
        return .opaque(url)
      },
      .global("isURL", id: "is_url_string", [.string], to: .bool) {
        arguments throws(EvaluationError) in .bool(ParsedURL(try arguments.string(0)) != nil)
      },
      getter("getScheme", "url_get_scheme") { $0.scheme },
      getter("getHost", "url_get_host") { $0.host },
      getter("getHostname", "url_get_hostname") { $0.hostname },
      getter("getPort", "url_get_port") { $0.port },
      getter("getEscapedPath", "url_get_escaped_path") { $0.escapedPath },
      .member(
        "getQuery", id: "url_get_query", on: ParsedURL.celType, to: .map(.string, .list(.string))
      ) { arguments throws(EvaluationError) in
        let query = try arguments.opaque(0, as: ParsedURL.self).query
        return .map(
          try MapValue(query.map { (.string($0.name), .list($0.values.map(Value.string))) }))
      },
    ],
    types: ["kubernetes.URL": ParsedURL.celType])

  private static func getter(
    _ name: String, _ id: String, _ part: @escaping @Sendable (ParsedURL) -> String
  ) -> Overload {
    .member(name, id: id, on: ParsedURL.celType, to: .string) {
      arguments throws(EvaluationError) in
      .string(part(try arguments.opaque(0, as: ParsedURL.self)))
    }
  }
}
