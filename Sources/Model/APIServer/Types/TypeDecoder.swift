internal import CEL

/// What is wrong with a value that does not have its field's Go type.
struct TypeMismatch: Error {
  let path: String
  let reason: String
}

/// Brings a JSON object into the form that Go's structs would give it.
///
/// Follows the decoder and the encoder of apimachinery's runtime/serializer/json/json.go.
struct TypeDecoder {
  let table: TypeTable
  /// Whether empty times are left out of structs that always have them (`omitzero`).
  let omitsZeroTimes: Bool

  /// The object with the fields of its type only, zero values as Go writes them.
  ///
  /// `apiVersion`, `kind` and `metadata` of the object itself stay as they are.
  func decode(_ object: JSONObject, as type: String) throws(TypeMismatch) -> JSONObject {
    guard table.types[type] != nil else { return object }
    var decoded = try structure(object, type, "")
    for key in ["apiVersion", "kind", "metadata"] { decoded[key] = object[key] }
    return decoded
  }

  /// The fields of one struct, at a path that errors name.
  func decodeStructure(_ object: JSONObject, _ type: String, _ path: String)
    throws(TypeMismatch) -> JSONObject
  {
    try structure(object, type, path)
  }

  private func structure(_ object: JSONObject, _ type: String, _ path: String)
    throws(TypeMismatch) -> JSONObject
  {
    guard let fields = table.types[type] else { return object }
    var members: [(String, JSONValue)] = []
    members.reserveCapacity(fields.count)
    for field in fields {
      let fieldPath = path.isEmpty ? field.name : "\(path).\(field.name)"
      if let value = try member(object[field.name], field, fieldPath) {
        members.append((field.name, value))
      }
    }
    return JSONObject(members)
  }

  private func member(_ given: JSONValue?, _ field: TypeTable.Field, _ path: String)
    throws(TypeMismatch) -> JSONValue?
  {
    let given = given == .null ? nil : given
    guard let given else {
      switch field.presence {
      case .pointer: return nil
      case .nullable: return .null
      case .omitted, .always: return try zero(field.kind, field.presence, path)
      }
    }
    let value = try value(given, field.kind, path)
    guard field.presence == .omitted else { return value }
    if case .int = field.kind, case .symbolic = value { return value.integer?.jsonOmittingZero }
    return isZero(value, field.kind) ? nil : value
  }

  private func zero(_ kind: TypeTable.Kind, _ presence: TypeTable.Presence, _ path: String)
    throws(TypeMismatch) -> JSONValue?
  {
    switch kind {
    case .structure(let type): return .object(try structure(JSONObject(), type, path))
    case .nullTime: return omitsZeroTimes ? nil : .null
    case .zeroQuantity: return "0"
    case .time: return presence == .always && !omitsZeroTimes ? .null : nil
    default: break
    }
    guard presence == .always else { return nil }
    switch kind {
    case .string, .bytes: return ""
    case .bool: return false
    case .int: return 0
    case .double: return 0
    case .quantity: return "0"
    case .intOrString: return 0
    default: return .null
    }
  }

  private func isZero(_ value: JSONValue, _ kind: TypeTable.Kind) -> Bool {
    switch kind {
    case .string, .bytes: value == ""
    case .bool: value == false
    case .int, .double: value == 0
    case .list: value.array?.isEmpty ?? false
    case .map: value.object?.isEmpty ?? false
    case .intOrString: value == 0
    default: false
    }
  }

  private func value(_ given: JSONValue, _ kind: TypeTable.Kind, _ path: String)
    throws(TypeMismatch) -> JSONValue
  {
    switch kind {
    case .json: return given
    case .string: if given.isString { return given }
    case .bytes:
      if let text = given.string {
        guard Base64Text.isValid(text) else {
          throw TypeMismatch(path: path, reason: "illegal base64 data")
        }
        return given
      }
    case .bool: if given.isBool { return given }
    case .int:
      if given.isInteger { return given }
      if case .double(let number) = given, number.rounded() == number,
        let integer = Int64(exactly: number)
      {
        return .int(integer)
      }
    case .double:
      if given.isInteger { return given }
      if case .double = given { return given }
    case .quantity, .zeroQuantity: return try quantity(given, path)
    case .intOrString: if given.isInteger || given.isString { return given }
    case .time, .nullTime: if given.isString { return given }
    case .list(let element): return try list(given, element, path)
    case .map(let element): return try map(given, element, path)
    case .structure(let type):
      if let object = given.object { return .object(try structure(object, type, path)) }
    }
    throw TypeMismatch(path: path, reason: "cannot unmarshal \(given.goTypeName)")
  }

  private func quantity(_ given: JSONValue, _ path: String) throws(TypeMismatch) -> JSONValue {
    let text: String
    switch given.pinned {
    case .string(let string): text = string
    case .int(let number): text = String(number)
    case .double(let number): text = number.description
    default: throw TypeMismatch(path: path, reason: "cannot unmarshal \(given.goTypeName)")
    }
    guard let quantity = QuantityText(text) else {
      throw TypeMismatch(
        path: path,
        reason: "quantities must match the regular expression "
          + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
    }
    return .string(quantity.canonical)
  }

  private func list(_ given: JSONValue, _ element: TypeTable.Kind, _ path: String)
    throws(TypeMismatch) -> JSONValue
  {
    guard let items = given.array else {
      throw TypeMismatch(path: path, reason: "cannot unmarshal \(given.goTypeName)")
    }
    var decoded: [JSONValue] = []
    decoded.reserveCapacity(items.count)
    for (index, item) in items.enumerated() {
      let itemPath = "\(path)[\(index)]"
      if item == .null {
        decoded.append(try zero(element, .always, itemPath) ?? .null)
      } else {
        decoded.append(try value(item, element, itemPath))
      }
    }
    return .array(decoded)
  }

  private func map(_ given: JSONValue, _ element: TypeTable.Kind, _ path: String)
    throws(TypeMismatch) -> JSONValue
  {
    guard let object = given.object else {
      throw TypeMismatch(path: path, reason: "cannot unmarshal \(given.goTypeName)")
    }
    var members: [(String, JSONValue)] = []
    members.reserveCapacity(object.count)
    for entry in object.entries {
      let entryPath = "\(path).\(entry.key)"
      if entry.value == .null {
        if let zero = try zero(element, .always, entryPath) { members.append((entry.key, zero)) }
      } else {
        members.append((entry.key, try value(entry.value, element, entryPath)))
      }
    }
    return .object(JSONObject(members))
  }
}

extension JSONValue {
  /// What Go's decoder calls this value.
  var goTypeName: String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .int, .double: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    case .symbolic(let leaf): leaf.kind.goName
    }
  }
}
