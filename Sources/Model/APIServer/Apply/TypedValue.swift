package import CEL

/// A value with its type: the operations that server-side apply is made of.
///
/// Follows structured-merge-diff, package typed.
package struct TypedValue: Hashable, Sendable {
  /// nil stands for a value that is absent.
  package let value: JSONValue?
  package let schema: FieldSchema

  /// Makes a typed value; it is not checked.
  package init(_ value: JSONValue?, _ schema: FieldSchema) {
    self.value = value
    self.schema = schema
  }
}

extension TypedValue {
  /// How the value does not fit its type, in the order met.
  ///
  /// Follows typed/validate.go.
  var violations: [SchemaViolation] {
    var result: [SchemaViolation] = []
    if let value { Self.validate(value, schema, path: "", into: &result) }
    return result
  }

  private static func validate(
    _ value: JSONValue, _ schema: FieldSchema, path: String, into result: inout [SchemaViolation]
  ) {
    if value == .null { return }
    switch schema.shape(of: value) {
    case .scalar(let type):
      if let expected = mismatch(value, type) {
        result.append(
          SchemaViolation(path: path, reason: "expected \(expected), got \(describe(value))"))
      }
    case .list(let list):
      guard let items = value.array else {
        result.append(SchemaViolation(path: path, reason: "expected list, got \(describe(value))"))
        return
      }
      if list.relation != .atomic { validate(items, list, path: path, into: &result) }
    case .map(let map):
      guard let object = value.object else {
        result.append(SchemaViolation(path: path, reason: "expected map, got \(describe(value))"))
        return
      }
      for entry in object.entries {
        guard let type = map.type(of: entry.key) else {
          result.append(
            SchemaViolation(path: "\(path).\(entry.key)", reason: "field not declared in schema"))
          continue
        }
        validate(entry.value, type, path: "\(path).\(entry.key)", into: &result)
      }
    }
  }

  private static func validate(
    _ items: [JSONValue], _ list: ListSchema, path: String, into result: inout [SchemaViolation]
  ) {
    var seen: Set<PathElement> = []
    for (index, item) in items.enumerated() {
      do throws(SchemaViolation) {
        let element = try list.element(of: item)
        if !seen.insert(element).inserted {
          result.append(
            SchemaViolation(path: path, reason: "duplicate entries for key \(element.text)"))
        }
        validate(item, list.items, path: path + element.text, into: &result)
      } catch {
        result.append(SchemaViolation(path: path, reason: "element \(index): \(error.reason)"))
      }
    }
  }

  private static func mismatch(_ value: JSONValue, _ type: ScalarType) -> String? {
    switch (type, value) {
    case (.any, .object), (.any, .array): "scalar"
    case (.any, _), (.string, .string), (.boolean, .bool), (.number, .int), (.number, .double): nil
    case (.string, _): "string"
    case (.boolean, _): "boolean"
    case (.number, _): "numeric (int or float)"
    }
  }

  private static func describe(_ value: JSONValue) -> String { value.text }
}

extension TypedValue {
  /// The paths of the leaves and of the items and entries of the value.
  ///
  /// Follows typed/tofieldset.go.
  package func fieldSet(_ version: KubernetesVersion) -> FieldSet {
    guard let value else { return FieldSet() }
    return Self.fields(of: value, schema, version).children
  }

  private static func fields(
    of value: JSONValue, _ schema: FieldSchema, _ version: KubernetesVersion
  ) -> (isLeaf: Bool, children: FieldSet) {
    switch schema.shape(of: value) {
    case .scalar: return (true, FieldSet())
    case .list(let list):
      if list.relation == .atomic { return (true, FieldSet()) }
      let grouped = list.grouped(value.array ?? [])
      let nodes = grouped.order.map { element in
        let items = grouped.items[element] ?? []
        let below =
          items.count == 1 ? fields(of: items[0], list.items, version).children : FieldSet()
        return FieldSet.Node(element: element, isMember: true, children: below)
      }
      return (false, FieldSet(nodes))
    case .map(let map):
      if map.isAtomic { return (true, FieldSet()) }
      let nodes = (value.object ?? [:]).entries.map { entry in
        let below = fields(of: entry.value, map.type(of: entry.key) ?? .deduced, version)
        let isVoid = entry.value == .null || entry.value.object?.isEmpty == true
        let isMember =
          below.isLeaf || !map.isNamedField(entry.key) || (version.ownsEmptyMaps && isVoid)
        return FieldSet.Node(
          element: .field(entry.key), isMember: isMember, children: below.children)
      }
      return (false, FieldSet(nodes))
    }
  }

  /// The value without what is in a set: items and entries go whole, structures field by field.
  ///
  /// Follows typed/remove.go. Where everything in an object or list goes, so does it; upstream
  /// leaves a null that decoding drops.
  package func removing(_ items: FieldSet) -> TypedValue {
    TypedValue(value.flatMap { Self.removing(items, from: $0, schema) }, schema)
  }

  private static func removing(
    _ set: FieldSet, from value: JSONValue, _ schema: FieldSchema
  ) -> JSONValue? {
    switch (schema.shape(of: value), value) {
    case (.scalar, _): return value
    case (.list(let list), .array(let items)):
      guard list.relation != .atomic else { return nil }
      let kept = items.compactMap { item -> JSONValue? in
        guard let element = try? list.element(of: item), let node = set[element] else {
          return item
        }
        if node.isMember { return nil }
        return removing(node.children, from: item, list.items)
      }
      return kept.isEmpty ? nil : .array(kept)
    case (.map(let map), .object(let object)):
      guard !map.isAtomic else { return nil }
      var kept = JSONObject()
      for entry in object.entries {
        guard let node = set[.field(entry.key)] else {
          kept[entry.key] = entry.value
          continue
        }
        if node.isMember { continue }
        kept[entry.key] = removing(
          node.children, from: entry.value, map.type(of: entry.key) ?? .deduced)
      }
      return kept.isEmpty ? nil : .object(kept)
    default: return nil
    }
  }
}
