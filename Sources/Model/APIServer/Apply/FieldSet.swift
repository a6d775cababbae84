internal import CEL

/// A set of paths: what one manager owns.
///
/// A tree whose nodes say whether their own path is in the set. Follows structured-merge-diff,
/// fieldpath/set.go, which keeps members and children apart; a node here is one of both. No node is
/// kept that neither is a member nor has children, so equal sets are equal values.
package struct FieldSet: Hashable, Sendable {
  /// One path element and what is below it.
  package struct Node: Hashable, Sendable {
    package let element: PathElement
    package var isMember: Bool
    package var children: FieldSet

    /// Whether the node may be dropped.
    var isVoid: Bool { !isMember && children.isEmpty }
  }

  /// The nodes of this level, sorted by element.
  package private(set) var nodes: [Node]

  /// The empty set.
  package init() { nodes = [] }

  /// Makes a set of nodes in any order; of two with one element both count.
  init(_ nodes: [Node]) {
    let sorted = nodes.filter { !$0.isVoid }.sorted { $0.element < $1.element }
    self.nodes = []
    for node in sorted {
      if let last = self.nodes.last, last.element == node.element {
        self.nodes[self.nodes.count - 1] = Node(
          element: node.element, isMember: last.isMember || node.isMember,
          children: last.children.union(node.children))
      } else {
        self.nodes.append(node)
      }
    }
  }

  /// Makes a set of paths.
  package init(paths: [[PathElement]]) {
    self.init()
    for path in paths { insert(path[...]) }
  }

  /// Whether no path is in the set.
  package var isEmpty: Bool { nodes.isEmpty }

  /// Adds a path; the empty path stands for the whole object, which nobody owns.
  package mutating func insert(_ path: ArraySlice<PathElement>) {
    guard let first = path.first else { return }
    let (index, found) = position(of: first)
    if !found {
      nodes.insert(Node(element: first, isMember: false, children: FieldSet()), at: index)
    }
    if path.count == 1 {
      nodes[index].isMember = true
    } else {
      nodes[index].children.insert(path.dropFirst())
    }
  }

  /// The node of an element; nil where nothing at or below it is in the set.
  package subscript(element: PathElement) -> Node? {
    let (index, found) = position(of: element)
    return found ? nodes[index] : nil
  }

  /// Whether a path is in the set.
  package func contains(_ path: ArraySlice<PathElement>) -> Bool {
    guard let first = path.first, let node = self[first] else { return false }
    return path.count == 1 ? node.isMember : node.children.contains(path.dropFirst())
  }

  /// The paths, those of a level before those below it (fieldpath/set.go, Iterate).
  package var paths: [FieldPath] {
    var result: [FieldPath] = []
    collect(into: &result, below: [])
    return result
  }

  private func collect(into result: inout [FieldPath], below prefix: [PathElement]) {
    for node in nodes where node.isMember { result.append(FieldPath(prefix + [node.element])) }
    for node in nodes { node.children.collect(into: &result, below: prefix + [node.element]) }
  }

  private func position(of element: PathElement) -> (index: Int, found: Bool) {
    var low = 0
    var high = nodes.count
    while low < high {
      let middle = (low + high) / 2
      if nodes[middle].element < element { low = middle + 1 } else { high = middle }
    }
    return (low, low < nodes.count && nodes[low].element == element)
  }
}

extension FieldSet {
  /// The paths in either set.
  package func union(_ other: FieldSet) -> FieldSet {
    if isEmpty { return other }
    if other.isEmpty { return self }
    var result = FieldSet()
    result.nodes.reserveCapacity(nodes.count + other.nodes.count)
    var rest = other.nodes[...]
    for node in nodes {
      while let next = rest.first, next.element < node.element {
        result.nodes.append(next)
        rest.removeFirst()
      }
      guard let match = rest.first, match.element == node.element else {
        result.nodes.append(node)
        continue
      }
      rest.removeFirst()
      result.nodes.append(
        Node(
          element: node.element, isMember: node.isMember || match.isMember,
          children: node.children.union(match.children)))
    }
    result.nodes += rest
    return result
  }

  /// The paths in both sets.
  package func intersection(_ other: FieldSet) -> FieldSet {
    mapNodes { node in
      guard let match = other[node.element] else { return nil }
      return Node(
        element: node.element, isMember: node.isMember && match.isMember,
        children: node.children.intersection(match.children))
    }
  }

  /// The paths in this set only; a path's fate does not touch those below it.
  package func difference(_ other: FieldSet) -> FieldSet {
    if other.isEmpty { return self }
    return mapNodes { node in
      guard let match = other[node.element] else { return node }
      return Node(
        element: node.element, isMember: node.isMember && !match.isMember,
        children: node.children.difference(match.children))
    }
  }

  /// The paths that are neither in the other set nor below one of its paths.
  package func recursiveDifference(_ other: FieldSet) -> FieldSet {
    if other.isEmpty { return self }
    return mapNodes { node in
      guard let match = other[node.element] else { return node }
      if match.isMember { return nil }
      return Node(
        element: node.element, isMember: node.isMember,
        children: node.children.recursiveDifference(match.children))
    }
  }

  /// The set with every named field on the way to a path, which alone is not owned.
  ///
  /// Follows fieldpath/set.go, EnsureNamedFieldsAreMembers: a structure's field goes where nothing
  /// in it is left, a map's entry only with its owner.
  package func withNamedFields(of schema: FieldSchema) -> FieldSet {
    let map: MapSchema? =
      if case .map(let map) = schema.shape(of: .object([:])) { map } else { nil }
    let list: ListSchema? =
      if case .list(let list) = schema.shape(of: .array([])) { list } else { nil }
    return mapNodes { node in
      var node = node
      var type = FieldSchema.deduced
      switch node.element {
      case .field(let name):
        guard let map else { break }
        type = map.type(of: name) ?? .deduced
        if !node.children.isEmpty, map.isNamedField(name) { node.isMember = true }
      case .key: type = list?.items ?? .deduced
      case .value, .index: break
      }
      node.children = node.children.withNamedFields(of: type)
      return node
    }
  }

  /// The nodes that a function makes of these, in the same order.
  private func mapNodes(_ change: (Node) -> Node?) -> FieldSet {
    var result = FieldSet()
    result.nodes = nodes.compactMap { node in
      guard let changed = change(node), !changed.isVoid else { return nil }
      return changed
    }
    return result
  }
}
