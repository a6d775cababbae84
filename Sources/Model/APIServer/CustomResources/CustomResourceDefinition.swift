internal import CEL

/// Reads CustomResourceDefinitions: what they serve.
///
/// Follows staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go.
enum CustomResourceDefinition {
  /// The resource that a definition stands for.
  ///
  /// - Throws: what validation finds wrong with the definition.
  static func resource(of definition: JSONObject, _ version: KubernetesVersion) throws(APIError)
    -> Resource
  {
    let errors = DefinitionValidation.validate(definition)
    if !errors.isEmpty {
      throw .invalid(
        "apiextensions.k8s.io", "CustomResourceDefinition", definition.name, errors)
    }
    let spec = definition["spec"]?.object ?? JSONObject()
    let names = spec["names"]?.object ?? JSONObject()
    let versions = (spec["versions"]?.array ?? []).compactMap(\.object)
    let served = versions.filter { $0["served"]?.bool == true }
    let storage = versions.first { $0["storage"]?.bool == true } ?? served.first ?? JSONObject()
    let storageName = storage["name"]?.string ?? ""
    let servedNames =
      [storageName].filter { name in served.contains { $0["name"]?.string == name } }
      + served.compactMap { $0["name"]?.string }.filter { $0 != storageName }
    let subresources = storage["subresources"]?.object ?? JSONObject()
    var scale: ScalePaths?
    if let paths = subresources["scale"]?.object {
      scale = ScalePaths(
        specReplicas: path(paths["specReplicasPath"]),
        statusReplicas: path(paths["statusReplicasPath"]),
        selector: paths["labelSelectorPath"].map { path($0) })
    }
    let strategy = CustomResourceStrategy(
      schema: storage.at("schema", "openAPIV3Schema")?.object ?? JSONObject(),
      hasStatus: subresources["status"] != nil, scale: scale)
    return Resource(
      spec["group"]?.string ?? "", servedNames, names["kind"]?.string ?? "",
      names["plural"]?.string ?? "",
      shortNames: (names["shortNames"]?.array ?? []).compactMap(\.string),
      isNamespaced: spec["scope"] == "Namespaced",
      subresources: subresources.keys,
      selectableFields: (storage["selectableFields"]?.array ?? []).compactMap {
        $0["jsonPath"]?.string.map { String($0.drop { $0 == "." }) }
      },
      strategy: strategy,
      fieldSchema: .customResource(strategy.schema.source, version))
  }

  private static func path(_ text: JSONValue?) -> [String] {
    (text?.string ?? "").split(separator: ".").map(String.init)
  }
}
