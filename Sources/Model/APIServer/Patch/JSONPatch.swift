package import CEL

/// A JSON patch as the API server applies it: RFC 6902 in evanphx/json-patch's reading.
///
/// Departures from the RFC that controllers meet: `replace` of a missing object key adds it,
/// indices may be negative, and the whole document (an empty path) can not be addressed.
package enum JSONPatch {
  /// The most operations one patch may hold; endpoints/handlers/patch.go, maxJSONPatchOperations.
  private static let limit = 10_000

  /// Applies a patch, the operations one after the other; no operation is applied where one fails.
  package static func apply(
    _ patch: JSONValue, to object: JSONObject
  ) throws(PatchError) -> JSONObject {
    guard let operations = patch.array else {
      throw .badRequest(
        "json: cannot unmarshal \(kind(of: patch)) into Go value of type jsonpatch.Patch")
    }
    guard operations.count <= limit else {
      throw .tooLarge(
        "The allowed maximum operations in a JSON patch is \(limit), got \(operations.count)")
    }
    var document = JSONValue.object(object)
    for operation in operations {
      guard let operation = operation.object else {
        throw .badRequest(
          "json: cannot unmarshal \(kind(of: operation)) into Go value of type jsonpatch.Operation")
      }
      try apply(operation, to: &document)
    }
    guard let result = document.object else { throw .unprocessable("no longer an object") }
    return result
  }

  private static func apply(
    _ operation: JSONObject, to document: inout JSONValue
  ) throws(PatchError) {
    let value = operation["value"] ?? .null
    switch operation["op"]?.string {
    case "add": try edit(try path(operation["path"]), in: &document, .add(value))
    case "remove": try edit(try path(operation["path"]), in: &document, .remove)
    case "replace": try edit(try path(operation["path"]), in: &document, .replace(value))
    case "test": try edit(try path(operation["path"]), in: &document, .test(value))
    case "move":
      let from = try path(operation["from"])
      let moved = try self.value(at: from, in: document)
      try edit(from, in: &document, .remove)
      try edit(try path(operation["path"]), in: &document, .add(moved))
    case "copy":
      let copied = try self.value(at: try path(operation["from"]), in: document)
      try edit(try path(operation["path"]), in: &document, .add(copied))
    default: throw .unprocessable("Unexpected kind: \(operation["op"]?.string ?? "unknown")")
    }
  }

  private static func path(_ value: JSONValue?) throws(PatchError) -> JSONPointer {
    guard let text = value?.string else { throw .unprocessable("operation missing path field") }
    guard let pointer = JSONPointer(text) else {
      throw .unprocessable("doc is missing path: \(text)")
    }
    return pointer
  }

  /// Go's word for the kind of a value in encoding/json's errors.
  private static func kind(of value: JSONValue) -> String {
    switch value {
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

extension JSONPatch {
  /// What is done at the end of a path.
  private enum Edit {
    case add(JSONValue), remove, replace(JSONValue), test(JSONValue)
  }

  /// The value a `move` or `copy` starts from; a missing object key is null.
  private static func value(
    at pointer: JSONPointer, in document: JSONValue
  ) throws(PatchError) -> JSONValue {
    var value = document
    for (depth, part) in pointer.parts.enumerated() {
      let isLast = depth == pointer.parts.count - 1
      switch value {
      case .object(let object):
        guard let next = object[part] ?? (isLast ? .null : nil) else { throw missing(pointer) }
        value = next
      case .array(let items):
        value = items[try index(part, count: items.count, pointer)]
      default: throw missing(pointer)
      }
    }
    return value
  }

  private static func edit(
    _ pointer: JSONPointer, in document: inout JSONValue, _ edit: Edit
  ) throws(PatchError) {
    try self.edit(pointer.parts[...], of: pointer, in: &document, edit)
  }

  private static func edit(
    _ parts: ArraySlice<String>, of pointer: JSONPointer, in document: inout JSONValue, _ edit: Edit
  ) throws(PatchError) {
    guard let part = parts.first else { throw missing(pointer) }
    switch document {
    case .object(var object):
      if parts.count > 1 {
        guard var inner = object[part], inner != .null else { throw missing(pointer) }
        try self.edit(parts.dropFirst(), of: pointer, in: &inner, edit)
        object[part] = inner
      } else {
        try apply(edit, key: part, of: pointer, in: &object)
      }
      document = .object(object)
    case .array(var items):
      if parts.count > 1 {
        let index = try index(part, count: items.count, pointer)
        guard items[index] != .null else { throw missing(pointer) }
        try self.edit(parts.dropFirst(), of: pointer, in: &items[index], edit)
      } else {
        try apply(edit, index: part, of: pointer, in: &items)
      }
      document = .array(items)
    default: throw missing(pointer)
    }
  }

  /// Follows evanphx/json-patch, patch.go, partialDoc.
  private static func apply(
    _ edit: Edit, key: String, of pointer: JSONPointer, in object: inout JSONObject
  ) throws(PatchError) {
    switch edit {
    case .add(let value), .replace(let value): object[key] = value
    case .remove:
      guard object[key] != nil else { throw missing(pointer) }
      object[key] = nil
    case .test(let expected): try test(object[key] ?? .null, equals: expected, pointer)
    }
  }

  /// Follows evanphx/json-patch, patch.go, partialArray.
  private static func apply(
    _ edit: Edit, index text: String, of pointer: JSONPointer, in items: inout [JSONValue]
  ) throws(PatchError) {
    switch edit {
    case .add(let value):
      if text == "-" {
        items.append(value)
      } else {
        items.insert(value, at: try index(text, count: items.count + 1, pointer))
      }
    case .replace(let value): items[try index(text, count: items.count, pointer)] = value
    case .remove: items.remove(at: try index(text, count: items.count, pointer))
    case .test(let expected):
      try test(items[try index(text, count: items.count, pointer)], equals: expected, pointer)
    }
  }

  private static func test(
    _ value: JSONValue, equals expected: JSONValue, _ pointer: JSONPointer
  ) throws(PatchError) {
    guard ValueEquality.equal(value, expected) else {
      throw .unprocessable("testing path /\(pointer.parts.joined(separator: "/")) failed")
    }
  }

  /// An index into a list of that many places; negative ones count from the end.
  private static func index(
    _ text: String, count: Int, _ pointer: JSONPointer
  ) throws(PatchError) -> Int {
    guard let index = Int(text), index < count, index >= -count else { throw missing(pointer) }
    return index < 0 ? index + count : index
  }

  private static func missing(_ pointer: JSONPointer) -> PatchError {
    .unprocessable("doc is missing path: /\(pointer.parts.joined(separator: "/"))")
  }
}
