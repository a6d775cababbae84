import CEL
import Transitions

/// Checks that states which the projections make equal behave equally (SEMANTICS.md, "Projections,
/// audited").
///
/// For sampled states it keeps two representatives: the canonical one, and one that still holds what
/// the projections leave out (the state as the step left it; objects with their field ownership and
/// with another instant of creation). It fires every action on both and requires equal canonical
/// successors, equal flags and violations, and equal values of all predicates.
package final class ProjectionAudit {
  private let composition: Composition
  private let interval: Int
  private var seenPairs = 0
  private var seenStates = 0
  private var pairs: [Pair] = []
  private static let limit = 2_000

  /// Two forms of one state.
  private struct Pair {
    var raw: [UInt32]
    var canonical: [UInt32]
    /// The search was merging states by symmetry.
    let isMerged: Bool
  }

  /// Listens to a composition; about one of `interval` states and successors is kept.
  package init(_ composition: Composition, every interval: Int) {
    self.composition = composition
    self.interval = interval
    composition.audited = self
  }

  /// A successor before and after it was made canonical.
  func note(raw: [UInt32], canonical: [UInt32]) {
    guard raw != canonical else { return }
    seenPairs += 1
    if seenPairs % interval == 0, pairs.count < Self.limit { add(raw, canonical) }
  }

  /// A state that is expanded.
  func note(_ state: UnsafeBufferPointer<UInt32>) {
    seenStates += 1
    guard seenStates % interval == 0, pairs.count < Self.limit else { return }
    let canonical = Array(state)
    add(withUnprojectedObjects(canonical), canonical)
  }

  private func add(_ raw: [UInt32], _ canonical: [UInt32]) {
    pairs.append(Pair(raw: raw, canonical: canonical, isMerged: composition.usesSymmetry))
  }

  /// The state with every object as it was before its projection, where that is known.
  private func withUnprojectedObjects(_ state: [UInt32]) -> [UInt32] {
    var words = state
    for (word, cell) in composition.layout.wordCells where word < words.count {
      guard case .object(let key) = cell else { continue }
      let version = composition.decode(words[word], of: key)
      if let raw = composition.unprojected[version] {
        words[word] = composition.encode(raw, of: key)
      }
    }
    return words
  }

  /// Compares the kept pairs; nil where all behave equally, otherwise the first difference.
  package func run() throws -> String? {
    composition.audited = nil
    composition.isCompared = true
    let usedSymmetry = composition.usesSymmetry
    defer {
      composition.isCompared = false
      composition.usesSymmetry = usedSymmetry
    }
    for pair in pairs {
      var (raw, canonical) = (pair.raw, pair.canonical)
      composition.usesSymmetry = pair.isMerged
      composition.grow(&raw)
      composition.grow(&canonical)
      for predicate in composition.predicates.indices where isCompared(predicate) {
        let values = [raw, canonical].map { state in
          state.withUnsafeBufferPointer { composition.evaluate(predicate: predicate, at: $0) }
        }
        if values[0] != values[1] {
          return "predicate \(predicate) is \(values[0]) and \(values[1]) on two forms of a state"
        }
      }
      let (left, right) = (try successors(of: raw), try successors(of: canonical))
      if left != right { return difference(left, right) }
    }
    return nil
  }

  /// Whether a predicate has one value on both forms: under symmetry, where a property tells names
  /// apart it has not.
  private func isCompared(_ predicate: Int) -> Bool {
    guard composition.usesSymmetry else { return true }
    let property = composition.properties.firstIndex { kind in
      switch kind {
      case .always(let index), .sometimes(let index), .settled(let index), .eventually(let index):
        index == predicate
      case .leadsTo(let from, let to): from == predicate || to == predicate
      case .converges, .confluent, .stepRule: false
      }
    }
    return property.map { composition.respectsSymmetry(property: $0) } ?? true
  }

  private func difference(_ left: [Successor], _ right: [Successor]) -> String {
    let names = Set(Set(left).symmetricDifference(right).map(\.name)).sorted()
    var cells: [String] = []
    if let (one, other) = zip(left, right).first(where: { $0 != $1 }) {
      for word in 0..<max(one.state.count, other.state.count) {
        let values = [one, other].map { word < $0.state.count ? $0.state[word] : 0 }
        guard values[0] != values[1] else { continue }
        let cell = composition.layout.cell(at: word).map { "\($0)" } ?? "flags"
        cells.append("\(cell) \(values[0]) and \(values[1])")
      }
    }
    return "two forms of one state have different successors (\(left.count) and \(right.count)) "
      + "by \(names.joined(separator: ", ")); they differ in \(cells.joined(separator: ", "))"
  }

  /// A successor without names: the two forms of a state may name its objects differently.
  private struct Successor: Hashable, Comparable {
    let name: String
    let flags: UInt32
    let violations: [Int]
    let state: [UInt32]

    static func == (left: Successor, right: Successor) -> Bool {
      left.flags == right.flags && left.violations == right.violations
        && left.state == right.state
    }

    func hash(into hasher: inout Hasher) { hasher.combine(state) }

    static func < (left: Successor, right: Successor) -> Bool {
      if left.state != right.state { return left.state.lexicographicallyPrecedes(right.state) }
      if left.flags != right.flags { return left.flags < right.flags }
      return left.violations.lexicographicallyPrecedes(right.violations)
    }
  }

  private func successors(of state: [UInt32]) throws -> [Successor] {
    var buffer = SuccessorBuffer()
    try state.withUnsafeBufferPointer { try composition.expand($0, into: &buffer) }
    return buffer.successors.map { successor in
      var next = state
      composition.grow(&next)
      for index in Int(successor.firstChange)..<Int(successor.firstChange + successor.changeCount) {
        let change = buffer.changes[index]
        next[Int(change.index)] = change.value
      }
      next = composition.rewritten(next, projecting)
      composition.canonicalize(&next)
      // A representative is not unique where blocks speak of each other; its key is.
      if composition.usesSymmetry { next = composition.symmetryKey(next) }
      while next.last == 0 { next.removeLast() }
      let violations = composition.violatedRules(successor.violations).filter {
        !composition.usesSymmetry || composition.respectsSymmetry(property: $0)
      }
      return Successor(
        name: composition.describe(action: successor.action), flags: successor.flags.rawValue,
        violations: violations, state: next)
    }.sorted()
  }

  /// Projects every version that a state holds.
  private var projecting: StateRewriting {
    let (world, composition) = (composition.world, composition)
    return StateRewriting(
      composition, text: { $0 },
      version: { version in
        guard let object = world.versions.object(version) else { return version }
        let groupKind = GroupKind(
          apiVersion: object["apiVersion"]?.string ?? "", kind: object["kind"]?.string ?? "")
        let identity = world.identity(of: object, groupKind: groupKind)
        return world.versions.intern(Ordinals.rankedGenerations(identity))
      }, body: { Self.withoutOrdinals($0) })
  }

  /// A request or an answer on the path of a reconcile in flight, without the numbers of which only
  /// the order counts: the two forms number differently what was read before.
  private static func withoutOrdinals(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
      let ordinals = ["generation", "observedGeneration", "creationTimestamp"]
      return .object(
        JSONObject(
          object.entries.filter { !ordinals.contains($0.key) }
            .map { ($0.key, withoutOrdinals($0.value)) }))
    case .array(let items): return .array(items.map(withoutOrdinals))
    case .null, .bool, .int, .double, .string, .symbolic: return value
    }
  }
}
