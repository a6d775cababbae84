package import CEL
package import Transitions

/// Predicates and end states.
extension Composition {
  package func evaluate(predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> PredicateValue {
    leaf(ofPredicate: predicate, at: state).value
  }

  /// The value of a predicate at a state, and the footprint of what is read to find it.
  func leaf(
    ofPredicate predicate: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> PredicateLeaf {
    if !usesMemo { predicateRoots[predicate] = steps.addRoot() }
    var node = predicateRoots[predicate]
    while true {
      switch steps.node(node) {
      case .leaf(let leaf): return PredicateLeaf(leaf)
      case .unknown: return compute(predicate: predicate, state)
      case .read(let read):
        let value = value(of: read, state)
        guard let next = steps.next(node, value) else {
          return compute(predicate: predicate, state)
        }
        node = next
      }
    }
  }

  private func compute(
    predicate: Int, _ state: UnsafeBufferPointer<UInt32>
  ) -> PredicateLeaf {
    let context = StepContext(self, state: state)
    let value: PredicateValue
    do {
      switch try predicates[predicate](StateView(context, .before)) {
      case .some(true): value = .isTrue
      case .some(false): value = .isFalse
      case .none: value = .isInapplicable
      }
    } catch {
      value = .isError
    }
    occurrences.note(value, of: predicate)
    note(context.reads)
    let leaf = PredicateLeaf(
      value, footprintTable.intern(FootprintBuilder.footprint(ofReads: context)))
    let isRecorded = steps.record(
      root: predicateRoots[predicate], path: context.reads, leaf: leaf.raw)
    if !isRecorded {
      // Not deterministic, which is a bug of ours: the search ends with it.
      deferredError = deferredError ?? MissingStep()
    }
    return leaf
  }

  /// What goes wrong when a property's predicate is evaluated at a state; nil where nothing does.
  package func predicateError(of property: Int, at state: [UInt32]) -> String? {
    let indices: [Int]
    switch properties[property] {
    case .always(let index), .sometimes(let index), .settled(let index), .eventually(let index):
      indices = [index]
    case .leadsTo(let from, let to): indices = [from, to]
    case .converges, .confluent, .stepRule: indices = []
    }
    for index in indices {
      do {
        _ = try predicates[index](view(of: state))
      } catch let error as EvaluationError {
        return error.message
      } catch {
        return "\(error)"
      }
    }
    return nil
  }

  /// The live objects of a state.
  package func view(of state: [UInt32]) -> any MappingReader {
    let objects = state.withUnsafeBufferPointer { self.objects(at: $0) }
    return FixedObjects(Dictionary(uniqueKeysWithValues: objects))
  }

  package func endState(_ state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    var objects: [UInt32] = []
    if usesSymmetry {
      objects = representativeObjects(state)
    } else {
      for (word, cell) in layout.wordCells where word < state.count && state[word] != 0 {
        if case .object = cell { objects += [UInt32(word), state[word]] }
      }
    }
    if let id = endStates[objects] { return id }
    let id = UInt32(endStates.count)
    endStates[objects] = id
    return id
  }

  package func confluence(property: Int, at state: UnsafeBufferPointer<UInt32>)
    -> (group: UInt32, end: UInt32)
  {
    let index = propertyIndices[property]
    guard case .confluent(let rule) = world.definition.properties[index].program else {
      return (0, 0)
    }
    var group: [UInt32] = [0]
    var end: [UInt32] = [1]
    let objects = objectsUpToFreshValues(state)
    for (word, cell) in layout.wordCells {
      switch cell {
      case .object(let key):
        let value = word < objects.count ? objects[word] : 0
        let version = compared(decode(value, of: key), key, rule)
        let initial = compared(world.initialVersions[key] ?? 0, key, rule)
        if version != initial { end += [UInt32(word), version] }
      case .happened, .budget, .spent:
        let value = word < state.count ? state[word] : 0
        if !rule.acrossEvents, value != 0 { group += [UInt32(word), value] }
      default: break
      }
    }
    return (internConfluence(group), internConfluence(end))
  }

  private func internConfluence(_ values: [UInt32]) -> UInt32 {
    if let id = confluenceIDs[values] { return id }
    let id = UInt32(confluenceIDs.count)
    confluenceIDs[values] = id
    return id
  }

  /// A version without the paths that a confluence rule ignores.
  func compared(_ version: UInt32, _ key: ObjectKey, _ rule: ConfluenceRule) -> UInt32 {
    let paths = rule.ignore.filter {
      $0.kind == key.groupKind.kind && ($0.name == nil || $0.name == key.name)
    }
    let definition = world.definition
    // With these projections off the versions differ in what a person would call the same object.
    let isPlain =
      definition.projections.contains(.identity) && definition.projections.contains(.ownership)
    guard let object = world.versions.object(version),
      !paths.isEmpty || !isPlain || JSONValue.object(object).hasUnknown
    else { return version }
    var value = JSONValue.object(
      isPlain ? object : world.plainIdentity(of: object, groupKind: key.groupKind))
    for ignored in paths { value = value.removing(ignored.path[...]) }
    // Ends are told apart by what the values are, not by how they came about.
    return value.allPinned.object.map { world.versions.intern($0) } ?? version
  }
}

/// The end of a predicate's path: its value and its footprint, in one number.
struct PredicateLeaf {
  /// Two bits of value, the footprint above.
  let raw: UInt32

  init(_ raw: UInt32) { self.raw = raw }

  init(_ value: PredicateValue, _ footprint: UInt32) {
    precondition(footprint < 1 << 29, "more than 2^29 footprints")
    raw = footprint << 2 | UInt32(value.rawValue)
  }

  var value: PredicateValue { PredicateValue(rawValue: UInt8(raw & 3)) ?? .isError }
  var footprint: UInt32 { raw >> 2 }
}

/// A fixed set of objects to read.
final class FixedObjects: MappingReader {
  private let stored: [ObjectKey: JSONObject]

  init(_ stored: [ObjectKey: JSONObject] = [:]) { self.stored = stored }

  func object(_ key: ObjectKey) -> JSONObject? { stored[key] }

  func objects(of groupKind: GroupKind, namespace: String?, selection: ObjectSelection)
    -> [JSONObject]
  {
    let scan = ObjectScan(groupKind, namespace: namespace, selection: selection)
    return stored.filter { scan.covers($0.key) && selection.matches($0.value) }
      .sorted { $0.key < $1.key }.map(\.value)
  }
}

extension JSONValue {
  /// The value without what lies at a path; `*` stands for every key or index.
  package func removing(_ path: ArraySlice<String>) -> JSONValue {
    guard let first = path.first else { return self }
    let rest = path.dropFirst()
    switch self {
    case .object(var object):
      for key in first == "*" ? object.keys : [first] {
        guard let inner = object[key] else { continue }
        object[key] = rest.isEmpty ? nil : inner.removing(rest)
      }
      return .object(object)
    case .array(let items):
      if rest.isEmpty, first == "*" { return .array([]) }
      return .array(
        items.enumerated().compactMap { index, item in
          guard first == "*" || first == String(index) else { return item }
          return rest.isEmpty ? nil : item.removing(rest)
        })
    default: return self
    }
  }
}
