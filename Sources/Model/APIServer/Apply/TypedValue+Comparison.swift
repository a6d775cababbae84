internal import CEL

/// The paths in which two values of one type differ.
struct TypedComparison: Hashable {
  var added = FieldSet()
  var modified = FieldSet()
  var removed = FieldSet()

  /// What the new value has that the old has not, or has otherwise.
  var changed: FieldSet { added.union(modified) }

  /// The comparison without what is at or below the given paths.
  func excluding(_ paths: FieldSet) -> TypedComparison {
    TypedComparison(
      added: added.recursiveDifference(paths), modified: modified.recursiveDifference(paths),
      removed: removed.recursiveDifference(paths))
  }
}

extension TypedValue {
  /// Compares this value with a newer one of the same type.
  ///
  /// Follows structured-merge-diff, typed/compare.go. Equal subtrees are passed over: nothing in
  /// them differs.
  func compared(with newer: TypedValue) -> TypedComparison {
    var walker = ComparisonWalker()
    walker.compare(value, newer.value, schema)
    return walker.result
  }
}

/// The recursion of a comparison, with the path it is at.
private struct ComparisonWalker {
  var result = TypedComparison()
  private var path: [PathElement] = []

  mutating func compare(_ old: JSONValue?, _ new: JSONValue?, _ schema: FieldSchema) {
    if old == new { return }
    let before = schema.shape(of: old)
    let after = schema.shape(of: new)
    if new == nil {
      compare(old, new, as: before)
    } else if old == nil || Self.areAlike(before, after) {
      compare(old, new, as: after)
    } else {
      // A deduced type that changed: upstream walks both shapes (typed/compare.go, compare).
      compare(old, new, as: before)
      compare(old, new, as: after)
    }
  }

  private static func areAlike(_ left: FieldSchema.Shape, _ right: FieldSchema.Shape) -> Bool {
    switch (left, right) {
    case (.scalar, .scalar), (.list, .list), (.map, .map): true
    default: false
    }
  }

  private mutating func compare(
    _ old: JSONValue?, _ new: JSONValue?, as shape: FieldSchema.Shape
  ) {
    switch shape {
    case .scalar: leaf(old, new)
    case .list(let list):
      let (before, after) = (old?.array ?? [], new?.array ?? [])
      // Two empty ones are a leaf, to keep null and empty apart.
      if list.relation == .atomic || (before.isEmpty && after.isEmpty) { return leaf(old, new) }
      items(before, after, list)
      presence(old, new)
    case .map(let map):
      let before = Self.completed(old, map)
      let after = Self.completed(new, map)
      if map.isAtomic || (before.isEmpty && after.isEmpty) { return leaf(old, new) }
      entries(before, after, map)
      presence(old, new)
    }
  }

  /// An object with the fields that upstream's types always serialise.
  private static func completed(_ value: JSONValue?, _ map: MapSchema) -> JSONObject {
    guard var object = value?.object else { return [:] }
    for entry in map.always.entries where object[entry.key] == nil {
      object[entry.key] = entry.value
    }
    return object
  }

  private mutating func leaf(_ old: JSONValue?, _ new: JSONValue?) {
    switch (old, new) {
    case (nil, _): result.added.insert(path[...])
    case (_, nil): result.removed.insert(path[...])
    case (let old?, let new?):
      if !ValueEquality.equal(old, new) { result.modified.insert(path[...]) }
    }
  }

  private mutating func presence(_ old: JSONValue?, _ new: JSONValue?) {
    if old == nil { result.added.insert(path[...]) }
    if new == nil { result.removed.insert(path[...]) }
  }

  private mutating func items(_ old: [JSONValue], _ new: [JSONValue], _ list: ListSchema) {
    let before = list.grouped(old)
    let after = list.grouped(new)
    for element in before.order + after.order.filter({ before.items[$0] == nil }) {
      let (left, right) = (before.items[element] ?? [], after.items[element] ?? [])
      if left.count <= 1, right.count <= 1 {
        descend(element, left.first, right.first, list.items)
      } else {
        // Items of one name are compared together, as a leaf (since 4.4 of the library).
        path.append(element)
        leaf(left.isEmpty ? nil : .array(left), right.isEmpty ? nil : .array(right))
        path.removeLast()
      }
    }
  }

  private mutating func entries(_ old: JSONObject, _ new: JSONObject, _ map: MapSchema) {
    for entry in old.entries {
      descend(.field(entry.key), entry.value, new[entry.key], map.type(of: entry.key) ?? .deduced)
    }
    for entry in new.entries where old[entry.key] == nil {
      descend(.field(entry.key), nil, entry.value, map.type(of: entry.key) ?? .deduced)
    }
  }

  private mutating func descend(
    _ element: PathElement, _ old: JSONValue?, _ new: JSONValue?, _ schema: FieldSchema
  ) {
    path.append(element)
    compare(old, new, schema)
    path.removeLast()
  }
}
