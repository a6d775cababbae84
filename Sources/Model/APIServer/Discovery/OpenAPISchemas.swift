internal import CEL

/// The schemas of all kinds as OpenAPI has them, made of the tables that decode and merge objects.
///
/// Built-in kinds come from `BuiltInTypes` (fields) and `FieldSchema` (how lists are merged), custom
/// ones from their definitions. A kind whose fields are not modelled has no schema: clients then
/// validate nothing. No field is said to be required: that is left to the server.
///
/// Follows the names and extensions of api/openapi-spec/swagger.json.
struct OpenAPISchemas {
  /// The two forms: where schemas lie, and what may be said of them.
  enum Form {
    case two, three

    var prefix: String { self == .two ? "#/definitions/" : "#/components/schemas/" }
  }

  let form: Form
  /// By name.
  private(set) var all: [String: JSONObject] = [:]
  /// How detailed the known merging of each part is.
  private var detail: [String: Int] = [:]

  init(_ form: Form) { self.form = form }

  private static let metadataName = "io.k8s.api.ObjectMeta"

  private func reference(_ name: String) -> JSONObject { ["$ref": .string(form.prefix + name)] }

  // MARK: Kinds

  /// The name of a kind's schema.
  static func name(of resource: Resource, version: String) -> String {
    let group = resource.group.isEmpty ? "core" : resource.group
    return "io.k8s.api.\(group).\(version).\(resource.kind)"
  }

  /// Adds the schema of a kind under one of its versions; a custom kind has a definition.
  mutating func add(_ resource: Resource, version: String, definition: JSONObject?) {
    var schema: JSONObject
    if let definition {
      guard let custom = customSchema(definition, version) else { return }
      schema = custom
      add(structure: "ObjectMeta", BuiltInTypes.metadataSchema)
    } else {
      // Other versions of these have other fields, which only conversion knows.
      let isConverted = resource.group == "autoscaling" && version != resource.versions.first
      guard !isConverted, let strategy = resource.rules as? any BuiltInStrategy,
        let type = strategy.typeName, BuiltInTypes.table.types[type] != nil
      else { return }
      schema = structure(type, resource.fieldSchema)
      add(structure: "ObjectMeta", fields(of: resource.fieldSchema)["metadata"] ?? .open)
    }
    var properties = schema["properties"]?.object ?? JSONObject()
    properties["apiVersion"] = ["type": "string"]
    properties["kind"] = ["type": "string"]
    properties["metadata"] = .object(reference(Self.metadataName))
    schema["properties"] = .object(properties)
    schema["type"] = "object"
    schema["x-kubernetes-group-version-kind"] = [
      Self.groupVersionKind(resource, version: version)
    ]
    all[Self.name(of: resource, version: version)] = schema
  }

  /// How the extension names a kind.
  static func groupVersionKind(_ resource: Resource, version: String) -> JSONValue {
    [
      "group": .string(resource.group), "kind": .string(resource.kind), "version": .string(version),
    ]
  }

  // MARK: Built-in types

  private func fields(of schema: FieldSchema) -> [String: FieldSchema] {
    if case .map(let map) = schema { return map.fields }
    return [:]
  }

  /// Adds a struct that others refer to; what is known best of its merging stays.
  private mutating func add(structure type: String, _ schema: FieldSchema) {
    let name = "io.k8s.api.\(type)"
    let known = fields(of: schema).count
    if let detail = detail[name], detail >= known { return }
    detail[name] = known
    all[name] = structure(type, schema)
  }

  private mutating func structure(_ type: String, _ schema: FieldSchema) -> JSONObject {
    let known = fields(of: schema)
    var properties = JSONObject()
    for field in BuiltInTypes.table.types[type] ?? [] {
      var property = value(field.kind, known[field.name] ?? .open)
      for extra in Self.retained["\(type).\(field.name)"] ?? [] { property[extra.0] = extra.1 }
      properties[field.name] = .object(property)
    }
    return ["type": "object", "properties": .object(properties)]
  }

  /// The marks `retainKeys` (api/apps/v1 and api/core/v1 types.go), which only clients read.
  private static let retained: [String: [(String, JSONValue)]] = [
    "DeploymentSpec.strategy": [("x-kubernetes-patch-strategy", "retainKeys")],
    "PodSpec.volumes": [("x-kubernetes-patch-strategy", "merge,retainKeys")],
  ]

  private mutating func value(_ kind: TypeTable.Kind, _ schema: FieldSchema) -> JSONObject {
    switch kind {
    case .string, .quantity, .zeroQuantity: return ["type": "string"]
    case .bool: return ["type": "boolean"]
    case .int: return ["type": "integer", "format": "int64"]
    case .double: return ["type": "number", "format": "double"]
    case .intOrString: return ["type": "string", "format": "int-or-string"]
    case .time, .nullTime: return ["type": "string", "format": "date-time"]
    case .bytes: return ["type": "string", "format": "byte"]
    // Anything, which version 3's readers take for a mistake.
    case .json: return form == .two ? [:] : ["type": "object"]
    case .map(let element):
      return ["type": "object", "additionalProperties": .object(value(element, .open))]
    case .structure(let type):
      guard BuiltInTypes.table.types[type] != nil else { return ["type": "object"] }
      add(structure: type, schema)
      return reference("io.k8s.api.\(type)")
    case .list(let element):
      guard case .list(let list) = schema else {
        return [
          "type": "array", "items": .object(value(element, .open)),
          "x-kubernetes-list-type": "atomic",
        ]
      }
      var result: JSONObject = ["type": "array", "items": .object(value(element, list.items))]
      switch list.relation {
      case .atomic: result["x-kubernetes-list-type"] = "atomic"
      case .set: result["x-kubernetes-list-type"] = "set"
      case .map(let keys):
        result["x-kubernetes-list-type"] = "map"
        result["x-kubernetes-list-map-keys"] = .array(keys.map { .string($0) })
      }
      if case .merge(let key) = list.patchStrategy {
        result["x-kubernetes-patch-strategy"] = "merge"
        if let key { result["x-kubernetes-patch-merge-key"] = .string(key) }
      }
      return result
    }
  }

  // MARK: Custom kinds

  private func customSchema(_ definition: JSONObject, _ version: String) -> JSONObject? {
    let served = (definition.at("spec", "versions")?.array ?? []).first {
      $0["name"]?.string == version
    }
    guard let schema = served?.at("schema", "openAPIV3Schema")?.object else { return nil }
    return form == .three ? schema : Self.reduced(schema)
  }

  /// A schema without what version 2 cannot say.
  ///
  /// Follows staging/src/k8s.io/apiextensions-apiserver/pkg/controller/openapi/v2/conversion.go.
  private static func reduced(_ schema: JSONObject) -> JSONObject {
    var result = JSONObject()
    for entry in schema.entries {
      switch entry.key {
      case "oneOf", "anyOf", "not", "nullable", "x-kubernetes-validations": break
      case "properties":
        let properties = entry.value.object?.entries ?? []
        result["properties"] = .object(
          JSONObject(properties.map { ($0.key, .object(reduced($0.value.object ?? [:]))) }))
      case "items", "additionalProperties":
        result[entry.key] = entry.value.object.map { .object(reduced($0)) } ?? entry.value
      default: result[entry.key] = entry.value
      }
    }
    if schema["nullable"]?.bool == true {
      for key in ["type", "properties", "items", "additionalProperties", "format"] {
        result[key] = nil
      }
    }
    if schema["x-kubernetes-preserve-unknown-fields"]?.bool == true {
      result["properties"] = nil
      result["items"] = nil
    }
    return result
  }
}

extension BuiltInTypes {
  /// How the metadata of a custom object is merged.
  static let metadataSchema = FieldSchema.structure([
    "finalizers": .set, "ownerReferences": .listMap("uid"),
  ])
}
