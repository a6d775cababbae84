package import CEL

extension FieldSchema {
  /// The type of a custom resource, from the `openAPIV3Schema` of its version.
  ///
  /// Follows kube-openapi, pkg/schemaconv, on what apiextensions-apiserver/pkg/controller/openapi
  /// publishes: `x-kubernetes-list-type`, `-list-map-keys`, `-map-type`, `-int-or-string`,
  /// `-preserve-unknown-fields`, `-embedded-resource`. Without a schema everything is deduced.
  package static func customResource(
    _ openAPIV3Schema: JSONObject?, _ version: KubernetesVersion
  ) -> FieldSchema {
    let root = openAPIV3Schema.map { FieldSchema(structural: $0, version) } ?? .deduced
    guard case .map(var map) = root else {
      return .map(
        MapSchema(
          fields: objectFields(version), unlisted: .entry(.deduced), always: ["metadata": [:]]))
    }
    map.fields.merge(objectFields(version)) { _, new in new }
    map.always = ["metadata": [:]]
    return .map(map)
  }

  /// The fields every object has.
  private static func objectFields(_ version: KubernetesVersion) -> [String: FieldSchema] {
    [
      "apiVersion": .scalar(.string), "kind": .scalar(.string),
      "metadata": BuiltinParts(version: version).metadata,
    ]
  }

  /// The type a structural schema describes.
  private init(structural schema: JSONObject, _ version: KubernetesVersion) {
    if schema["x-kubernetes-int-or-string"] == true {
      self = .scalar(.any)
      return
    }
    switch schema["type"]?.string {
    case "string": self = .scalar(.string)
    case "integer", "number": self = .scalar(.number)
    case "boolean": self = .scalar(.boolean)
    case "array": self = .list(FieldSchema.list(schema, version))
    case "object": self = FieldSchema.object(schema, version)
    default: self = .deduced
    }
  }

  private static func object(_ schema: JSONObject, _ version: KubernetesVersion) -> FieldSchema {
    let preserves = schema["x-kubernetes-preserve-unknown-fields"] == true
    var map = MapSchema(isAtomic: schema["x-kubernetes-map-type"] == "atomic")
    for entry in schema["properties"]?.object?.entries ?? [] {
      map.fields[entry.key] = FieldSchema(structural: entry.value.object ?? [:], version)
    }
    if schema["x-kubernetes-embedded-resource"] == true {
      map.fields.merge(objectFields(version)) { _, new in new }
    }
    switch schema["additionalProperties"] {
    case .object(let entries)?:
      map.unlisted = .entry(FieldSchema(structural: entries, version))
    case .bool(true)?: map.unlisted = .entry(.deduced)
    default:
      if preserves {
        map.unlisted = .entry(.deduced)
      } else if map.fields.isEmpty {
        // An object of which nothing is known: pruned by the server, deduced by the merge.
        return map.isAtomic ? .map(MapSchema(unlisted: .entry(.deduced), isAtomic: true)) : .deduced
      }
    }
    return .map(map)
  }

  private static func list(_ schema: JSONObject, _ version: KubernetesVersion) -> ListSchema {
    let itemSchema = schema["items"]?.object ?? [:]
    let items = FieldSchema(structural: itemSchema, version)
    switch schema["x-kubernetes-list-type"] {
    case "set": return ListSchema(.set, of: items)
    case "map":
      let keys = (schema["x-kubernetes-list-map-keys"]?.array ?? []).compactMap(\.string)
      var defaults: [String: JSONValue] = [:]
      if version.defaultsListMapKeys {
        for key in keys { defaults[key] = itemSchema.at("properties", key, "default") }
      }
      return ListSchema(.map(keys: keys.sorted()), of: items, keyDefaults: defaults)
    default: return ListSchema(.atomic, of: items)
    }
  }
}
