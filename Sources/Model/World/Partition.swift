/// The split of a composition into parts that share no cell and no property (SEMANTICS.md,
/// "Components").
///
/// It starts from the finest split and is checked against what the explorations touched: where one
/// part wrote what another read or wrote, the two are one part and are explored anew. What nobody
/// writes couples nobody. The footprints are complete, so a split that passes is a true one.
package enum Partition {
  /// Every start of runs by itself, every predicate property by itself.
  package static func finest(_ world: World) -> [Component] {
    let definition = world.definition
    let events = definition.events.indices.filter { definition.events[$0].times > 0 }
    let predicates = definition.properties.indices.filter {
      switch definition.properties[$0].program {
      case .always, .sometimes, .settled, .eventually, .leadsTo: true
      case .converges, .confluent, .step: false
      }
    }
    guard definition.projections.contains(.components) else {
      return [
        Component(
          requests: world.rootRequests, events: Array(events), properties: Array(predicates))
      ]
    }
    let parts =
      world.rootRequests.map { Component(requests: [$0]) }
      + events.map { Component(events: [$0]) } + predicates.map { Component(properties: [$0]) }
    return parts.isEmpty ? [Component()] : parts
  }

  /// The groups of parts that must be one part each, as indices; parts that stand alone are left out.
  package static func coupled(_ parts: [Composition]) -> [[Int]] {
    var groups = DisjointSets(count: parts.count)
    var writers: [Cell: Int] = [:]
    var objectWriters: [GroupKind: [(part: Int, write: EffectiveWrite)]] = [:]
    for (index, part) in parts.enumerated() {
      for cell in part.touched.written {
        if let other = writers[cell] { groups.union(other, index) } else { writers[cell] = index }
      }
      for write in part.touched.objectWrites {
        objectWriters[write.key.groupKind, default: []].append((index, write))
      }
      // A queue that one part fills and another starts from is shared too.
      for root in part.component.requests {
        let cell = Cell.queue(controller: root.controller, root.request)
        if let other = writers[cell] { groups.union(other, index) } else { writers[cell] = index }
      }
    }
    for (index, part) in parts.enumerated() {
      for cell in part.touched.read {
        if let writer = writers[cell] { groups.union(writer, index) }
      }
      for scan in part.touched.scans {
        for (writer, write) in objectWriters[scan.groupKind] ?? []
        where groups.find(writer) != groups.find(index) && scan.covers(write.key) {
          if part.matches(write.old, scan) || part.matches(write.new, scan) {
            groups.union(writer, index)
          }
        }
      }
    }
    return groups.groups.filter { $0.count > 1 }
  }

  /// One part made of several.
  package static func merge(_ parts: [Component]) -> Component {
    Component(
      requests: parts.flatMap(\.requests).sorted {
        ($0.controller, $0.request) < ($1.controller, $1.request)
      },
      events: parts.flatMap(\.events).sorted(), properties: parts.flatMap(\.properties).sorted())
  }
}

/// Disjoint sets of indices (Tarjan 1975); the smallest member stands for its set.
struct DisjointSets {
  private var parent: [Int]

  init(count: Int) { parent = Array(0..<count) }

  mutating func find(_ index: Int) -> Int {
    var root = index
    while parent[root] != root { root = parent[root] }
    var current = index
    while parent[current] != root { (current, parent[current]) = (parent[current], root) }
    return root
  }

  mutating func union(_ left: Int, _ right: Int) {
    let (first, second) = (find(left), find(right))
    parent[max(first, second)] = min(first, second)
  }

  /// The sets, each ascending, by their smallest member.
  var groups: [[Int]] {
    mutating get {
      var members: [Int: [Int]] = [:]
      for index in parent.indices { members[find(index), default: []].append(index) }
      return members.sorted { $0.key < $1.key }.map(\.value)
    }
  }
}
