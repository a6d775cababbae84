package import CEL

/// A strategic merge patch: a merge patch that merges lists by the keys of their type and obeys
/// directives.
///
/// Follows apimachinery/pkg/util/strategicpatch/patch.go with the options of the API server
/// (MergeParallelList and IgnoreUnmatchedNulls). That custom resources know no such patch is the
/// caller's rule.
package enum StrategicMergePatch {
  /// Applies a patch body to an object of a type.
  package static func apply(
    _ patch: JSONValue, to object: JSONObject, schema: FieldSchema
  ) throws(PatchError) -> JSONObject {
    guard let patch = patch.object else {
      throw .badRequest("cannot unmarshal the patch into Go value of type map[string]interface {}")
    }
    return try merge(patch, into: object, schema)
  }

  /// Follows mergeMap.
  static func merge(
    _ patch: JSONObject, into original: JSONObject, _ schema: FieldSchema
  ) throws(PatchError) -> JSONObject {
    if let directive = patch["$patch"] {
      switch directive {
      case "replace":
        var replaced = patch
        replaced["$patch"] = nil
        return replaced
      case "delete": return JSONObject()
      default: throw .unclassified("unknown patch type found: \(GoFormat.text(directive))")
      }
    }
    var patch = patch
    var result = original
    try retainKeys(&patch, in: &result)
    try setElementOrders(&patch, in: &result, schema)
    for entry in patch.entries {
      if let key = Directive.deleteFromPrimitiveList.key(in: entry.key) {
        try delete(entry.value, from: key, in: &result)
      } else {
        try merge(entry.value, under: entry.key, in: &result, schema)
      }
    }
    return result
  }

  private static func merge(
    _ value: JSONValue, under key: String, in result: inout JSONObject, _ schema: FieldSchema
  ) throws(PatchError) {
    guard value != .null else {
      result[key] = nil
      return
    }
    let type = Self.type(of: key, in: schema, for: value)
    switch (result[key], value) {
    case (.object(let current)?, .object(let inner)):
      if case .map(let map) = type.shape(of: value), map.isReplacedByPatch {
        result[key] = Directive.removed(from: value)
      } else {
        result[key] = .object(try merge(inner, into: current, type))
      }
    case (.array(let current)?, .array(let items)):
      result[key] = .array(try mergeList(items, into: current, type))
    case (.none, _): result[key] = Directive.removed(from: value)
    case (.some, _): result[key] = value
    }
  }

  /// The type of a key's value; keys that the type does not know merge as their values suggest.
  static func type(of key: String, in schema: FieldSchema, for value: JSONValue) -> FieldSchema {
    guard case .map(let map) = schema.shape(of: .object([:])), let type = map.type(of: key) else {
      return .open
    }
    return type
  }

  /// Follows applyRetainKeysDirective: what the list does not name is removed.
  private static func retainKeys(
    _ patch: inout JSONObject, in result: inout JSONObject
  ) throws(PatchError) {
    guard let directive = patch["$retainKeys"] else { return }
    patch["$retainKeys"] = nil
    let malformed = PatchError.badRequest("invalid patch format of retainKeys")
    guard let names = directive.array else { throw malformed }
    for entry in patch.entries where entry.value != .null {
      guard
        Directive.deleteFromPrimitiveList.key(in: entry.key) != nil
          || Directive.setElementOrder.key(in: entry.key) != nil
          || names.contains(.string(entry.key))
      else { throw malformed }
    }
    for key in result.keys where !names.contains(.string(key)) { result[key] = nil }
  }

  private static func delete(
    _ value: JSONValue, from key: String, in result: inout JSONObject
  ) throws(PatchError) {
    guard let current = result[key] else { return }
    guard let items = current.array, let removed = value.array else {
      throw .badRequest("invalid patch format of primitive list")
    }
    result[key] = .array(items.filter { !removed.contains($0) })
  }

  /// Follows mergePatchIntoOriginal: lists that come with an order are merged first.
  private static func setElementOrders(
    _ patch: inout JSONObject, in result: inout JSONObject, _ schema: FieldSchema
  ) throws(PatchError) {
    for entry in patch.entries {
      guard let key = Directive.setElementOrder.key(in: entry.key) else { continue }
      patch[entry.key] = nil
      let malformed = PatchError.badRequest("invalid patch format of setElementOrder list")
      guard let order = entry.value.array else { throw malformed }
      let original = result[key]
      let change = patch[key]
      guard original != nil || change != nil else { continue }
      guard let items = (original ?? []).array, let changed = (change ?? []).array else {
        throw malformed
      }
      let type = Self.type(of: key, in: schema, for: .array(items))
      let list = StrategicList(type)
      try list.requireOrder(of: changed, by: order)
      var merged =
        original == nil ? Directive.removed(from: .array(changed)).array ?? [] : items
      if original != nil, change != nil { merged = try mergeList(changed, into: items, type) }
      result[key] = .array(try list.ordered(merged, patchOrder: order, serverOrder: items))
      patch[key] = nil
    }
  }

  /// Follows mergeSlice and mergeSliceHandler.
  private static func mergeList(
    _ patch: [JSONValue], into original: [JSONValue], _ type: FieldSchema
  ) throws(PatchError) -> [JSONValue] {
    let list = StrategicList(type)
    guard list.isMerged else {
      return patch.compactMap { $0["$patch"] == nil ? $0 : nil }
    }
    if patch.isEmpty, original.isEmpty { return original }
    try list.requireOneKind(of: original + patch)
    guard let key = list.key, (patch + original).first?.object != nil else {
      var merged = original
      for item in patch where !merged.contains(item) { merged.append(item) }
      return try list.ordered(merged, patchOrder: patch, serverOrder: original)
    }
    var (merged, additions) = try special(patch, original, key: key)
    let server = merged
    for item in additions {
      guard let change = item.object, let value = change[key] else {
        throw StrategicList.missing(key, in: item)
      }
      if let index = merged.firstIndex(where: { $0[key] == value }),
        let current = merged[index].object
      {
        merged[index] = .object(try merge(change, into: current, list.items))
      } else {
        merged.append(Directive.removed(from: item))
      }
    }
    return try list.ordered(merged, patchOrder: additions, serverOrder: server)
  }

  /// Follows mergeSliceWithSpecialElements: obeys `$patch` items and takes them out.
  private static func special(
    _ patch: [JSONValue], _ original: [JSONValue], key: String
  ) throws(PatchError) -> (original: [JSONValue], additions: [JSONValue]) {
    var kept = original
    var additions: [JSONValue] = []
    var replaces = false
    for item in patch {
      switch item["$patch"] {
      case nil: additions.append(item)
      case "delete":
        guard let value = item[key] else { throw StrategicList.missing(key, in: item) }
        kept.removeAll { $0[key] == value }
      case "replace": replaces = true
      case "merge": throw .unclassified("merging lists cannot yet be specified in the patch")
      case .some(let other):
        throw .unclassified("unknown patch type found: \(GoFormat.text(other))")
      }
    }
    return replaces ? (additions, []) : (kept, additions)
  }
}
