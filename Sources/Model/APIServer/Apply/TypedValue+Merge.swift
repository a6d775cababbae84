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

  /// One item of a merged list: what names it and its two sides.
  private struct Pair {
    let element: PathElement
    let left: JSONValue?
    let right: JSONValue?
  }

  private func items(
    _ left: [JSONValue], _ right: [JSONValue], _ list: ListSchema
  ) -> [JSONValue] {
    let mine = list.named(left)
    let applied = list.named(right)
    let pairs =
      version.mergesListsInAppliedOrder ? interleaved(mine, applied) : appended(mine, applied)
    return pairs.compactMap { merge($0.left, $0.right, list.items) }
  }

  /// The live items in their order, then the new ones; typed/merge.go before 4.2.
  private func appended(
    _ left: [(element: PathElement, item: JSONValue)],
    _ right: [(element: PathElement, item: JSONValue)]
  ) -> [Pair] {
    let applied = Dictionary(right.map { ($0.element, $0.item) }) { first, _ in first }
    let known = Set(left.map(\.element))
    return left.map { Pair(element: $0.element, left: $0.item, right: applied[$0.element]) }
      + right.filter { !known.contains($0.element) }
      .map { Pair(element: $0.element, left: nil, right: $0.item) }
  }

  /// Shared items in the applied order, each live item of its own before the next shared one.
  ///
  /// Follows typed/merge.go, visitListItems (structured-merge-diff#205, and #253 for live items
  /// of one name: they stay until an apply names them, then the applied one replaces them all).
  private func interleaved(
    _ left: [(element: PathElement, item: JSONValue)],
    _ right: [(element: PathElement, item: JSONValue)]
  ) -> [Pair] {
    var live: [PathElement: [JSONValue]] = [:]
    for (element, item) in left { live[element, default: []].append(item) }
    let applied = Set(right.map(\.element))
    var shared = right.map(\.element).filter { live[$0] != nil }[...]
    var merged: Set<PathElement> = []
    var result: [Pair] = []
    var (leftIndex, rightIndex) = (0, 0)
    while leftIndex < left.count || rightIndex < right.count {
      if leftIndex < left.count {
        let (element, item) = left[leftIndex]
        guard applied.contains(element) else {
          result.append(Pair(element: element, left: item, right: nil))
          leftIndex += 1
          continue
        }
        let isNext = rightIndex < right.count && right[rightIndex].element == element
        if !isNext, rightIndex < right.count, let next = shared.first, next != element {
          // Shared, but not the one whose turn it is: it comes when the applied list names it.
          leftIndex += 1
          continue
        }
        if isNext || merged.contains(element) { leftIndex += 1 }
      }
      guard rightIndex < right.count else { continue }
      let (element, item) = right[rightIndex]
      let twins = live[element] ?? []
      result.append(Pair(element: element, left: twins.count == 1 ? twins[0] : nil, right: item))
      merged.insert(element)
      if shared.first == element { shared = shared.dropFirst() }
      rightIndex += 1
    }
    return result
  }
}
