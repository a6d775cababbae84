internal import CEL

/// Validates a value against a structural schema.
///
/// Follows the kube-openapi fork of go-openapi/validate (types, bounds, patterns, enums, required
/// fields) and staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype (sets and
/// maps). `format`s are not checked but for int32 and int64.
struct SchemaValidation {
  /// Whether the errors inside a list name the index of the item.
  let namesIndex: Bool

  init(_ version: KubernetesVersion) { namesIndex = version.schemaErrorsNameIndex }

  /// What is wrong with a value at a path.
  ///
  /// - Parameters:
  ///   - value: the new value.
  ///   - old: the value before, where its faults are not held against an update.
  ///   - schema: what it should be.
  ///   - field: where it stands.
  ///   - ignoring: properties checked elsewhere.
  /// - Returns: the faults, in the order of the value.
  func validate(
    _ value: JSONValue, old: JSONValue? = nil, _ schema: StructuralSchema, _ field: String,
    ignoring: [String] = []
  ) -> [FieldError] {
    var errors = values(value, old, schema, field, ignoring: ignoring)
    // ValidateListSetsAndMaps ratchets as a whole: an old object with duplicates may keep them.
    if old.map({ lists($0, schema, field).isEmpty }) ?? true {
      errors += lists(value, schema, field)
    }
    return errors
  }

  private func join(_ field: String, _ key: String) -> String {
    field.isEmpty ? key : "\(field).\(key)"
  }

  private func values(
    _ value: JSONValue, _ old: JSONValue?, _ schema: StructuralSchema, _ field: String,
    ignoring: [String] = []
  ) -> [FieldError] {
    if old == value { return [] }
    if value == .null {
      if schema.isNullable || schema.type == nil { return [] }
      return [wrongType(value, schema.type ?? "", field)]
    }
    if schema.isIntOrString {
      if !value.isInteger, !value.isString {
        return [wrongType(value, "integer,string", field)]
      }
    } else if let type = schema.type, !has(value, type) {
      return [wrongType(value, type, field)]
    }
    var errors = logic(value, schema.source, field)
    switch value {
    case .object(let object):
      for key in schema.required where object[key] == nil && !ignoring.contains(key) {
        errors.append(.required(join(field, key)))
      }
      for entry in object.entries where !ignoring.contains(entry.key) {
        if let inner = schema.property(entry.key) ?? schema.additional {
          errors += values(entry.value, old?[entry.key], inner, join(field, entry.key))
        }
      }
      errors += size(object.count, schema.source, field, "Properties", "properties")
    case .array(let items):
      for (index, item) in items.enumerated() {
        guard let inner = schema.items else { break }
        errors += values(
          item, schema.correlated(item, in: old?.array), inner,
          namesIndex ? "\(field)[\(index)]" : field)
      }
      errors += size(items.count, schema.source, field, "Items", "items")
      if schema.source["uniqueItems"]?.bool == true,
        Set(items.map(\.allPinned)).count != items.count
      {
        errors.append(.invalid(field, value, "shouldn't contain duplicates"))
      }
    case .string(let text): errors += string(text, schema.source, field)
    case .int(let number): errors += bounds(Double(number), value, schema.source, field)
    case .double(let number): errors += bounds(number, value, schema.source, field)
    case .symbolic(let leaf):
      // A text or a Boolean that is not known is as good as any where the schema asks for no more
      // than the type; an integer has the bounds of its term; the rest is asked of its value.
      if leaf.kind != .int, !Self.scalarRules.contains(where: { schema.source[$0] != nil }) {
        break
      }
      guard let inner = integerBounds(value, schema.source, field) else {
        return self.values(leaf.pinned, old, schema, field, ignoring: ignoring)
      }
      errors += inner
    default: break
    }
    if let allowed = schema.source["enum"]?.array, !allowed.contains(value) {
      errors.append(.notSupported(field, value, allowed.map { $0.string ?? $0.text }))
    }
    return errors
  }

  /// What a schema may ask of a scalar besides its type and its enumerated values.
  private static let scalarRules = [
    "minLength", "maxLength", "pattern", "format", "allOf", "anyOf", "oneOf", "not",
  ]

  private func wrongType(_ value: JSONValue, _ type: String, _ field: String) -> FieldError {
    .invalid(
      field, .string(schemaType(value)),
      "\(field) in body must be of type \(type): \"\(schemaType(value))\"")
  }

  private func schemaType(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool: "boolean"
    case .int: "integer"
    case .double: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    case .symbolic(let leaf): leaf.kind.schemaName
    }
  }

  private func has(_ value: JSONValue, _ type: String) -> Bool {
    let actual = schemaType(value)
    if actual == type || actual == "integer" && type == "number" { return true }
    if type == "integer", case .double(let number) = value { return number.rounded() == number }
    return false
  }

  private func size(
    _ count: Int, _ schema: JSONObject, _ field: String, _ suffix: String, _ word: String
  ) -> [FieldError] {
    var errors: [FieldError] = []
    if let most = schema["max\(suffix)"]?.int, count > Int(most) {
      errors.append(
        .invalid(
          field, .int(Int64(count)), "\(field) in body should have at most \(most) \(word)"))
    }
    if let least = schema["min\(suffix)"]?.int, count < Int(least) {
      errors.append(
        .invalid(
          field, .int(Int64(count)), "\(field) in body should have at least \(least) \(word)"))
    }
    return errors
  }

  private func string(_ text: String, _ schema: JSONObject, _ field: String) -> [FieldError] {
    var errors: [FieldError] = []
    let length = text.unicodeScalars.count
    if let most = schema["maxLength"]?.int, length > Int(most) {
      errors.append(
        .invalid(field, .string(text), "\(field) in body should be at most \(most) chars long"))
    }
    if let least = schema["minLength"]?.int, length < Int(least) {
      errors.append(
        .invalid(field, .string(text), "\(field) in body should be at least \(least) chars long"))
    }
    // A pattern that is no regular expression was refused with the definition.
    if let pattern = schema["pattern"]?.string,
      let expression = try? RegularExpression(pattern), !expression.matches(text)
    {
      errors.append(.invalid(field, .string(text), "\(field) in body should match '\(pattern)'"))
    }
    return errors
  }

  private func number(_ value: JSONValue?) -> Double? {
    switch value {
    case .int(let number): Double(number)
    case .double(let number): number
    default: nil
    }
  }

  /// The bounds of an integer, where they are integers too; nil where the schema asks for more.
  private func integerBounds(_ value: JSONValue, _ schema: JSONObject, _ field: String)
    -> [FieldError]?
  {
    let asksMore = ["multipleOf", "enum", "allOf", "anyOf", "oneOf", "not"]
    guard let number = value.integer, !asksMore.contains(where: { schema[$0] != nil }) else {
      return nil
    }
    let most = schema["maximum"].map { $0.int } ?? .max
    let least = schema["minimum"].map { $0.int } ?? .min
    guard let most, let least else { return nil }
    let isTooLarge =
      schema["exclusiveMaximum"]?.bool == true ? number >= Integer(most) : number > Integer(most)
    let isTooSmall =
      schema["exclusiveMinimum"]?.bool == true ? number <= Integer(least) : number < Integer(least)
    let isOutside =
      schema["format"] == "int32"
      && (number > 2_147_483_648 || number < -2_147_483_648)
    guard isTooLarge || isTooSmall || isOutside else { return [] }
    return bounds(Double(number.pinned), value, schema, field)
  }

  private func bounds(
    _ number: Double, _ value: JSONValue, _ schema: JSONObject, _ field: String
  ) -> [FieldError] {
    var errors: [FieldError] = []
    if let most = self.number(schema["maximum"]) {
      let isOpen = schema["exclusiveMaximum"]?.bool == true
      if isOpen ? number >= most : number > most {
        let words = isOpen ? "less than" : "less than or equal to"
        errors.append(
          .invalid(
            field, value, "\(field) in body should be \(words) \((schema["maximum"] ?? 0).text)"))
      }
    }
    if let least = self.number(schema["minimum"]) {
      let isOpen = schema["exclusiveMinimum"]?.bool == true
      if isOpen ? number <= least : number < least {
        let words = isOpen ? "greater than" : "greater than or equal to"
        errors.append(
          .invalid(
            field, value, "\(field) in body should be \(words) \((schema["minimum"] ?? 0).text)"))
      }
    }
    if let factor = self.number(schema["multipleOf"]), factor > 0 {
      let quotient = number / factor
      if quotient.rounded() != quotient {
        errors.append(
          .invalid(
            field, value,
            "\(field) in body should be a multiple of \((schema["multipleOf"] ?? 0).text)"))
      }
    }
    if schema["format"] == "int32", abs(number) > 2_147_483_648 {
      errors.append(.invalid(field, value, "\(field) in body must be of type int32"))
    }
    return errors
  }

  /// allOf, anyOf, oneOf and not: value validations only, never structure.
  private func logic(_ value: JSONValue, _ source: JSONObject, _ field: String)
    -> [FieldError]
  {
    func holds(_ inner: JSONValue) -> Bool {
      validate(value, StructuralSchema(inner.object ?? JSONObject()), field).isEmpty
    }
    var errors: [FieldError] = []
    for inner in source["allOf"]?.array ?? [] {
      errors += validate(value, StructuralSchema(inner.object ?? JSONObject()), field)
    }
    if let choices = source["anyOf"]?.array, !choices.contains(where: holds) {
      errors.append(
        .invalid(field, value, "\(field) in body must validate at least one schema (anyOf)"))
    }
    if let choices = source["oneOf"]?.array, choices.filter(holds).count != 1 {
      errors.append(
        .invalid(field, value, "\(field) in body must validate one and only one schema (oneOf)"))
    }
    if let inner = source["not"], holds(inner) {
      errors.append(.invalid(field, value, "\(field) in body must not validate the schema (not)"))
    }
    return errors
  }

  /// ValidateListSetsAndMaps: no duplicates.
  private func lists(_ value: JSONValue, _ schema: StructuralSchema, _ field: String)
    -> [FieldError]
  {
    var errors: [FieldError] = []
    switch value {
    case .object(let object):
      for entry in object.entries {
        if let inner = schema.property(entry.key) ?? schema.additional {
          errors += lists(entry.value, inner, join(field, entry.key))
        }
      }
    case .array(let items):
      var seen: [JSONValue] = []
      for (index, item) in items.enumerated() {
        let identity: JSONValue
        switch schema.listKind {
        case .atomic: continue
        case .set: identity = item
        case .map(let keys):
          guard let object = item.object else { continue }
          identity = .object(
            JSONObject(keys.compactMap { key in object[key].map { (key, $0) } }))
        }
        if seen.contains(identity) {
          errors.append(.duplicate("\(field)[\(index)]", identity))
        }
        seen.append(identity)
      }
      if let inner = schema.items {
        for (index, item) in items.enumerated() {
          errors += lists(item, inner, "\(field)[\(index)]")
        }
      }
    default: break
    }
    return errors
  }
}
