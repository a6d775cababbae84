internal import CEL

/// A structural schema of a CustomResourceDefinition, read once.
///
/// Follows staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/structural.go,
/// pruning/algorithm.go and defaulting/algorithm.go.
struct StructuralSchema: Sendable {
  /// How the items of a list are told apart.
  enum ListKind: Sendable {
    case atomic
    case set
    case map([String])
  }

  /// One known field of an object.
  struct Property: Sendable {
    let key: String
    let schema: StructuralSchema
  }

  let type: String?
  let properties: [Property]
  let allowsAdditional: Bool
  /// The schemas of additional properties and of items, at most one each: a value type cannot hold
  /// its own kind directly.
  private let additionalSchema: [StructuralSchema]
  private let itemSchema: [StructuralSchema]
  let required: [String]
  let defaultValue: JSONValue?
  let isNullable: Bool
  let preservesUnknown: Bool
  let isIntOrString: Bool
  let isEmbedded: Bool
  let listKind: ListKind
  /// The text of the schema, for value validations.
  let source: JSONObject
  /// The CEL rules that stand here.
  private(set) var rules: [SchemaRule] = []
  /// Whether any rule stands here or below.
  private(set) var hasRules = false

  init(_ source: JSONObject) {
    self.source = source
    type = source["type"]?.string
    properties = (source["properties"]?.object?.entries ?? []).map {
      Property(key: $0.key, schema: StructuralSchema($0.value.object ?? JSONObject()))
    }
    additionalSchema = [source["additionalProperties"]?.object].compactMap { $0 }.map {
      StructuralSchema($0)
    }
    allowsAdditional = source["additionalProperties"]?.bool ?? false
    itemSchema = [source["items"]?.object].compactMap { $0 }.map { StructuralSchema($0) }
    required = (source["required"]?.array ?? []).compactMap(\.string)
    defaultValue = source["default"]
    isNullable = source["nullable"]?.bool ?? false
    preservesUnknown = source["x-kubernetes-preserve-unknown-fields"]?.bool ?? false
    isIntOrString = source["x-kubernetes-int-or-string"]?.bool ?? false
    isEmbedded = source["x-kubernetes-embedded-resource"]?.bool ?? false
    switch source["x-kubernetes-list-type"]?.string {
    case "set": listKind = .set
    case "map":
      listKind = .map(
        (source["x-kubernetes-list-map-keys"]?.array ?? []).compactMap(\.string))
    default: listKind = .atomic
    }
    rules = (source["x-kubernetes-validations"]?.array ?? []).compactMap(\.object).map {
      SchemaRule($0, at: self)
    }
    hasRules =
      !rules.isEmpty || properties.contains { $0.schema.hasRules }
      || additional?.hasRules == true || items?.hasRules == true
  }

  /// The schema of properties that are not listed.
  var additional: StructuralSchema? { additionalSchema.first }

  /// The schema of a list's items.
  var items: StructuralSchema? { itemSchema.first }

  /// The schema of a property; nil where the schema has none.
  func property(_ key: String) -> StructuralSchema? {
    properties.first { $0.key == key }?.schema
  }

  /// The item of an old list that is the same one; lists of type map have such, and sets.
  func correlated(_ item: JSONValue, in old: [JSONValue]?) -> JSONValue? {
    switch listKind {
    case .atomic: nil
    case .set: old?.first { $0 == item }
    case .map(let keys):
      old?.first { candidate in keys.allSatisfy { candidate[$0] == item[$0] } }
    }
  }

  /// The value without the fields that the schema does not know (pruning/algorithm.go).
  func pruned(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
      var members: [(String, JSONValue)] = []
      for entry in object.entries {
        if let schema = property(entry.key) {
          members.append((entry.key, schema.pruned(entry.value)))
        } else if isEmbedded, ["apiVersion", "kind", "metadata"].contains(entry.key) {
          members.append((entry.key, entry.value))
        } else if let additional {
          members.append((entry.key, additional.pruned(entry.value)))
        } else if preservesUnknown || allowsAdditional || type == nil && isIntOrString {
          members.append((entry.key, entry.value))
        }
      }
      return .object(JSONObject(members))
    case .array(let list):
      guard let items else { return value }
      return .array(list.map { items.pruned($0) })
    default: return value
    }
  }

  /// The value with the defaults of the schema (defaulting/algorithm.go).
  ///
  /// A null where the schema takes none is as if absent: it gets the default, or goes
  /// (defaulting/prune.go: PruneNonNullableNullsWithoutDefaults).
  func defaulted(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(var object):
      for property in properties {
        let (key, schema) = (property.key, property.schema)
        let given = object[key]
        if given == nil || given == .null && !schema.isNullable {
          if let standard = schema.defaultValue {
            object[key] = schema.defaulted(standard)
          } else if given != nil {
            object[key] = nil
          }
        } else if let given {
          object[key] = schema.defaulted(given)
        }
      }
      if let additional {
        for entry in object.entries where property(entry.key) == nil {
          if entry.value == .null, !additional.isNullable {
            object[entry.key] = additional.defaultValue ?? .null
          } else {
            object[entry.key] = additional.defaulted(entry.value)
          }
        }
      }
      return .object(object)
    case .array(let list):
      guard let items else { return value }
      return .array(
        list.map { item in
          if item == .null, !items.isNullable, let standard = items.defaultValue {
            return standard
          }
          return items.defaulted(item)
        })
    default: return value
    }
  }
}
