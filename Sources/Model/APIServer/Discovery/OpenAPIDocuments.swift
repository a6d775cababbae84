package import CEL

/// The OpenAPI documents of a cluster: all in one (version 2) or one a group version (version 3).
///
/// Their paths say only what clients look up: which kind lies under a path, and that a patch may be
/// a dry run (staging/src/k8s.io/apiserver/pkg/endpoints/installer.go).
package struct OpenAPIDocuments {
  private let served: ServedKinds

  /// Makes the documents of a server.
  package init(_ served: ServedKinds) { self.served = served }

  private var resources: [Resource] { served.resources.resources }
  private var version: KubernetesVersion { served.version }
  private var definitions: [GroupKind: JSONObject] { served.definitions }

  private var info: JSONValue { ["title": "Kubernetes", "version": .string("v\(version).0")] }

  /// The one document of version 2.
  package var two: JSONObject {
    var schemas = OpenAPISchemas(.two)
    var paths = JSONObject()
    for resource in resources {
      for version in resource.versions {
        schemas.add(resource, version: version, definition: definitions[resource.groupKind])
        for (path, item) in self.paths(resource, version, .two) { paths[path] = item }
      }
    }
    return [
      "swagger": "2.0", "info": info, "paths": .object(paths),
      "definitions": Self.sorted(schemas),
    ]
  }

  /// The index of the documents of version 3.
  package var threeIndex: JSONValue {
    var paths = JSONObject()
    for resource in resources {
      for version in resource.versions {
        let path = Self.base(resource.group, version)
        paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)")]
      }
    }
    return ["paths": .object(paths)]
  }

  /// The document of version 3 of a group version, named as in the index (`apis/apps/v1`); nil where
  /// there is none.
  package func three(_ name: String) -> JSONValue? {
    var schemas = OpenAPISchemas(.three)
    var paths = JSONObject()
    for resource in resources {
      for version in resource.versions where Self.base(resource.group, version) == name {
        schemas.add(resource, version: version, definition: definitions[resource.groupKind])
        for (path, item) in self.paths(resource, version, .three) { paths[path] = item }
      }
    }
    if paths.isEmpty { return nil }
    return [
      "openapi": "3.0.0", "info": info, "paths": .object(paths),
      "components": ["schemas": Self.sorted(schemas)],
    ]
  }

  private static func base(_ group: String, _ version: String) -> String {
    group.isEmpty ? "api/\(version)" : "apis/\(group)/\(version)"
  }

  private static func sorted(_ schemas: OpenAPISchemas) -> JSONValue {
    .object(JSONObject(schemas.all.map { ($0.key, .object($0.value)) }))
  }

  private func paths(_ resource: Resource, _ version: String, _ form: OpenAPISchemas.Form)
    -> [(String, JSONValue)]
  {
    let scope = resource.isNamespaced ? "namespaces/{namespace}/" : ""
    let path = "/\(Self.base(resource.group, version))/\(scope)\(resource.plural)"
    let kind = OpenAPISchemas.groupVersionKind(resource, version: version)
    let dryRun: JSONValue =
      form == .two
      ? ["name": "dryRun", "in": "query", "type": "string"]
      : ["name": "dryRun", "in": "query", "schema": ["type": "string"]]
    func operation(_ action: String, _ parameters: [JSONValue]) -> JSONValue {
      [
        "x-kubernetes-action": .string(action), "x-kubernetes-group-version-kind": kind,
        "parameters": .array(parameters), "responses": ["200": ["description": "OK"]],
      ]
    }
    return [
      (path, ["get": operation("list", []), "post": operation("post", [dryRun])]),
      (path + "/{name}", ["get": operation("get", []), "patch": operation("patch", [dryRun])]),
    ]
  }
}
