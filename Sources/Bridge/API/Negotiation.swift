package import Model

/// Which form of an answer a client's `Accept` header takes.
///
/// Follows staging/src/k8s.io/apiserver/pkg/endpoints/handlers/negotiation/negotiate.go; all that is
/// served is JSON.
package enum Negotiation {
  /// One media type of the header.
  struct MediaType {
    let name: String
    let parameters: [String: String]

    /// Whether JSON is of this type.
    var takesJSON: Bool {
      ["application/json", "application/*", "*/*"].contains(name)
        && parameters["q"].flatMap { Double($0) } != 0
    }
  }

  /// The media types of a header, in its order.
  static func mediaTypes(_ accept: String) -> [MediaType] {
    accept.split(separator: ",").map { clause in
      let parts = clause.split(separator: ";").map { String($0.filter { $0 != " " }) }
      var parameters: [String: String] = [:]
      for part in parts.dropFirst() {
        let sides = part.split(separator: "=", maxSplits: 1)
        if sides.count == 2 { parameters[sides[0].lowercased()] = String(sides[1]) }
      }
      return MediaType(name: (parts.first ?? "").lowercased(), parameters: parameters)
    }
  }

  /// The form of the first media type that can be served; nil where none can.
  package static func form(_ accept: String, query: [String: String]) -> ObjectForm? {
    if accept.allSatisfy({ $0 == " " }) { return .whole }
    for type in mediaTypes(accept) where type.takesJSON {
      guard let target = type.parameters["as"] else { return .whole }
      guard type.parameters["g"] == "meta.k8s.io",
        let version = type.parameters["v"], ["v1", "v1beta1"].contains(version)
      else { continue }
      let apiVersion = "meta.k8s.io/\(version)"
      switch target {
      case "Table":
        let rowObject = query["includeObject"].flatMap(ObjectForm.RowObject.init) ?? .metadata
        return .table(apiVersion: apiVersion, rowObject)
      case "PartialObjectMetadata", "PartialObjectMetadataList":
        return .metadata(apiVersion: apiVersion)
      default: continue
      }
    }
    return nil
  }

  /// Whether a client takes plain JSON.
  static func takesJSON(_ accept: String) -> Bool {
    accept.isEmpty || mediaTypes(accept).contains { $0.takesJSON && $0.parameters["as"] == nil }
  }
}
