package import CEL

/// A JSON merge patch (RFC 7386) as the API server applies it.
package enum MergePatch {
  /// Applies a patch body; anything but an object is refused.
  package static func apply(
    _ patch: JSONValue, to object: JSONObject
  ) throws(PatchError) -> JSONObject {
    guard let patch = patch.object else {
      throw .badRequest("Invalid JSON Patch")
    }
    return apply(patch, to: object)
  }

  /// Merges a patch: null removes, objects merge, all else replaces.
  package static func apply(_ patch: JSONObject, to object: JSONObject) -> JSONObject {
    var result = object
    for entry in patch.entries {
      switch (entry.value, result[entry.key]) {
      case (.null, _): result[entry.key] = nil
      case (.object(let inner), .object(let current)?):
        result[entry.key] = .object(apply(inner, to: current))
      case (let value, .object?): result[entry.key] = value
      case (let value, _): result[entry.key] = withoutNulls(value)
      }
    }
    return result
  }

  /// A patch that turns one object into another.
  ///
  /// Exact where the target holds no null in an object: a merge patch can not write one.
  package static func difference(from old: JSONObject, to new: JSONObject) -> JSONObject {
    var patch = JSONObject()
    for entry in old.entries where new[entry.key] == nil { patch[entry.key] = .null }
    for entry in new.entries {
      switch (old[entry.key], entry.value) {
      case (.object(let before)?, .object(let after)):
        let inner = difference(from: before, to: after)
        if !inner.isEmpty { patch[entry.key] = .object(inner) }
      case (let before?, let after) where before == after: break
      case (_, let after): patch[entry.key] = after
      }
    }
    return patch
  }

  /// A value without the null members of its objects; nulls that are list items stay.
  ///
  /// Follows evanphx/json-patch, merge.go, pruneNils: it reaches into the objects of lists too.
  private static func withoutNulls(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
      return .object(
        JSONObject(
          object.entries.filter { $0.value != .null }.map { ($0.key, withoutNulls($0.value)) }))
    case .array(let items): return .array(items.map { withoutNulls($0) })
    default: return value
    }
  }
}
