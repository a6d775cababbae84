internal import CEL

extension TypedValue {
  /// This value with an applied configuration laid over it; nothing is removed.
  ///
  /// Follows structured-merge-diff, typed/merge.go.
  package func merged(with applied: TypedValue, _ version: KubernetesVersion) -> TypedValue {
    TypedValue(TypedMerge(version: version).merge(value, applied.value, schema), schema)
  }
}

/// The recursion of a merge: the right side wins at leaves.
private struct TypedMerge {
  let version: KubernetesVersion

  func merge(_ left: JSONValue?, _ right: JSONValue?, _ schema: FieldSchema) -> JSONValue? {
    guard let right else { return left }
    switch schema.shape(of: right) {
    case .scalar: return right
    case .list(let list):
      let (mine, applied) = (left?.array ?? [], right.array ?? [])
      if list.relation == .atomic || (mine.isEmpty && applied.isEmpty) { return right }
      let merged = items(mine, applied, list)
      return merged.isEmpty ? nil : .array(merged)
    case .map(let map):
      let (mine, applied) = (left?.object ?? [:], right.object ?? [:])
      if map.isAtomic || (mine.isEmpty && applied.isEmpty) { return right }
      var result = mine
      for entry in applied.entries {
        result[entry.key] = merge(
          mine[entry.key], entry.value, map.type(of: entry.key) ?? .deduced)
      }
      return .object(result)
    }
  }

  private func items(
    _ left: [JSONValue], _ right: [JSONValue], _ list: ListSchema
  ) -> [JSONValue] {
    let mine = list.indexed(left)
    let applied = list.indexed(right)
    let order =
      version.mergesListsInAppliedOrder
      ? interleaved(mine.order, applied.order)
      : mine.order + applied.order.filter { mine.items[$0] == nil }
    return order.compactMap { merge(mine.items[$0], applied.items[$0], list.items) }
  }

  /// The order of a merged list: shared items as applied, each live item of its own before the
  /// next shared one.
  ///
  /// Follows typed/merge.go, visitListItems.
  private func interleaved(_ left: [PathElement], _ right: [PathElement]) -> [PathElement] {
    let inLeft = Set(left)
    let inRight = Set(right)
    var shared = right.filter { inLeft.contains($0) }[...]
    var result: [PathElement] = []
    var (leftIndex, rightIndex) = (0, 0)
    while leftIndex < left.count || rightIndex < right.count {
      if leftIndex < left.count, rightIndex < right.count {
        if left[leftIndex] == right[rightIndex] {
          result.append(left[leftIndex])
          leftIndex += 1
          rightIndex += 1
          shared = shared.dropFirst()
          continue
        }
        if inRight.contains(left[leftIndex]), let next = shared.first, next != left[leftIndex] {
          // Shared, but not the one whose turn it is: it comes when the applied list names it.
          leftIndex += 1
          continue
        }
      }
      if leftIndex < left.count, !inRight.contains(left[leftIndex]) {
        result.append(left[leftIndex])
        leftIndex += 1
        continue
      }
      if rightIndex < right.count {
        result.append(right[rightIndex])
        if shared.first == right[rightIndex] { shared = shared.dropFirst() }
        rightIndex += 1
      } else {
        leftIndex += 1
      }
    }
    return result
  }
}
