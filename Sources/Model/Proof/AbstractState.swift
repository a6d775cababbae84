package import CEL

/// A state of which some integers are not known: the objects, the reconciles under way and what is
/// left of events.
///
/// What is no object of the cluster is kept as one too, under kinds of a group that nobody can
/// create, so that its integers are found in one way (``place(_:)``).
package struct AbstractState {
  /// The group of what is no object of the cluster.
  static let ownGroup = "proof.kverify.dev"
  static let reconcile = GroupKind(group: ownGroup, kind: "Reconcile")
  static let event = GroupKind(group: ownGroup, kind: "Event")

  package var objects: [ObjectKey: JSONObject]

  package init(_ objects: [ObjectKey: JSONObject]) { self.objects = objects }

  /// One integer: where it stands, what it is.
  package struct Place {
    /// The object and the path, for sentences and as a key.
    package let name: String
    package let key: ObjectKey
    package let path: [String]
    package let term: TermID
  }

  /// The state without its integers, and the integers.
  ///
  /// Two states of one shape differ in integers only.
  package func shape(_ terms: TermTable) -> (text: String, places: [Place]) {
    var text = ""
    var places: [Place] = []
    for (key, object) in objects.sorted(by: { $0.key < $1.key }) {
      text += "\n\(key.groupKind) \(key.namespace)/\(key.name) "
      Self.walk(.object(object), key, [], terms, &text, &places)
    }
    return (text, places)
  }

  private static func walk(
    _ value: JSONValue, _ key: ObjectKey, _ path: [String], _ terms: TermTable,
    _ text: inout String, _ places: inout [Place]
  ) {
    func add(_ term: TermID) {
      places.append(Place(name: name(key, path), key: key, path: path, term: term))
    }
    switch value {
    case .int(let number) where isOrdinal(path): text += String(number)
    case .int(let number):
      text += "#"
      add(terms.integer(Int128(number)))
    case .symbolic(let leaf) where leaf.kind == .int || leaf.viewName != nil:
      text += "#" + (leaf.viewName.map { "<\($0)>" } ?? "")
      add(leaf.term)
    case .symbolic(let leaf): text += "$\(leaf.term.index)"
    case .array(let items):
      text += "["
      for (index, item) in items.enumerated() {
        walk(item, key, path + [String(index)], terms, &text, &places)
        text += ","
      }
      text += "]"
    case .object(let object):
      text += "{"
      for entry in object.entries {
        text += JSONValue.string(entry.key).text + ":"
        walk(entry.value, key, path + [entry.key], terms, &text, &places)
        text += ","
      }
      text += "}"
    case .null, .bool, .double, .string: text += value.text
    }
  }

  /// Whether an integer is one of few ranks, which are told apart like texts.
  private static func isOrdinal(_ path: [String]) -> Bool {
    path.suffix(2) == ["metadata", "generation"] || path.last == "observedGeneration"
  }

  private static func name(_ key: ObjectKey, _ path: [String]) -> String {
    "\(key) " + path.joined(separator: ".")
  }

  /// The state in another run, with some integers replaced by name; what is not replaced stays the
  /// term that it is.
  package func moved(
    into run: SymbolicRun, replacing terms: [String: TermID] = [:]
  ) -> AbstractState {
    func moved(_ value: JSONValue, _ key: ObjectKey, _ path: [String]) -> JSONValue {
      switch value {
      case .int:
        return terms[Self.name(key, path)].map { JSONValue($0, in: run) } ?? value
      case .symbolic(let leaf):
        let isPlace = leaf.kind == .int || leaf.viewName != nil
        let term = isPlace ? terms[Self.name(key, path)] : nil
        return leaf.moved(to: term ?? leaf.term, in: run)
      case .array(let items):
        return .array(
          items.enumerated().map { moved($0.element, key, path + [String($0.offset)]) })
      case .object(let object):
        return .object(
          JSONObject(object.entries.map { ($0.key, moved($0.value, key, path + [$0.key])) }))
      case .null, .bool, .double, .string: return value
      }
    }
    var result = self
    for (key, object) in objects {
      result.objects[key] = moved(.object(object), key, []).object
    }
    return result
  }

  /// Decides Booleans and texts that are not known by the integers alone: they are part of the shape.
  package mutating func decideTexts(by isConstant: (TermID) -> Bool) {
    func decided(_ value: JSONValue) -> JSONValue {
      switch value {
      case .symbolic(let leaf) where leaf.kind != .int && leaf.viewName == nil:
        isConstant(leaf.term) ? value : leaf.pinned
      case .array(let items): .array(items.map(decided))
      case .object(let object):
        .object(JSONObject(object.entries.map { ($0.key, decided($0.value)) }))
      default: value
      }
    }
    for (key, object) in objects { objects[key] = decided(.object(object)).object }
  }

  /// The live objects, for expressions, which note what they read.
  package func reader(noting reads: AbstractReads) -> any MappingReader {
    NotedObjects(FixedObjects(opened.clusterObjects), reads)
  }

  /// The objects of the cluster.
  package var clusterObjects: [ObjectKey: JSONObject] {
    objects.filter { $0.key.groupKind.group != Self.ownGroup }
  }
}

/// Objects of which is noted what is read.
private final class NotedObjects: MappingReader {
  private let inner: any MappingReader
  private let reads: AbstractReads

  init(_ inner: any MappingReader, _ reads: AbstractReads) {
    self.inner = inner
    self.reads = reads
  }

  func object(_ key: ObjectKey) -> JSONObject? {
    reads.keys.insert(key)
    return inner.object(key)
  }

  func objects(of groupKind: GroupKind, namespace: String?, selection: ObjectSelection)
    -> [JSONObject]
  {
    reads.kinds.insert(groupKind)
    return inner.objects(of: groupKind, namespace: namespace, selection: selection)
  }
}
