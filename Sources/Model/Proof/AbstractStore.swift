import CEL

/// The store of an abstract state while one step runs on it.
final class AbstractStore: ObjectReader {
  let definition: WorldDefinition
  private(set) var objects: [ObjectKey: JSONObject]
  /// The effective writes so far, in order.
  private(set) var changed: [ObjectKey] = []
  /// The resourceVersion that answers give, and whether one that is given is current.
  var token = "now"
  var currentTest: (String, ObjectKey) -> Bool = { _, _ in true }
  private var taken: Set<String> = []
  /// What the step read.
  let reads: AbstractReads
  /// What happened that no proof covers.
  private(set) var problem: NotProvable?

  init(_ state: AbstractState, _ definition: WorldDefinition, _ reads: AbstractReads) {
    objects = state.opened.objects
    self.reads = reads
    self.definition = definition
  }

  /// Takes over what a request changed.
  func take(_ changes: [ObjectChange]) {
    for change in changes {
      objects[change.key] = change.new.map {
        World.identity(of: $0, groupKind: change.key.groupKind, definition)
      }
      changed.append(change.key)
    }
  }

  func set(_ object: JSONObject?, _ key: ObjectKey) { objects[key] = object }

  /// A text that nothing mentions: the first of its kind that is free, so that states stay finitely
  /// many (SEMANTICS.md, "State identity").
  func freshText(_ prefix: String) -> String {
    reads.readsAll = true
    let texts =
      objects.values.map { JSONValue.object($0).current.text }
      + objects.keys.map(\.name)
    var number = 0
    while true {
      let candidate = "\(prefix)-\(number)-x"
      if !taken.contains(candidate), !texts.contains(where: { $0.contains(candidate) }) {
        taken.insert(candidate)
        return candidate
      }
      number += 1
    }
  }

  // MARK: ObjectReader

  func object(_ key: ObjectKey) -> JSONObject? {
    reads.keys.insert(key)
    return objects[key]
  }

  func objects(of groupKind: GroupKind, namespace: String?, selection: ObjectSelection)
    -> [(key: ObjectKey, object: JSONObject)]
  {
    reads.kinds.insert(groupKind)
    let scan = ObjectScan(groupKind, namespace: namespace, selection: selection)
    return objects.filter { scan.covers($0.key) && selection.matches($0.value) }
      .sorted { $0.key < $1.key }.map { (key: $0.key, object: $0.value) }
  }

  func resourceVersion(of key: ObjectKey) -> String { token }
  func isCurrent(_ resourceVersion: String, of key: ObjectKey) -> Bool {
    currentTest(resourceVersion, key)
  }
  func freshUID(for key: ObjectKey) -> String {
    freshText("uid-\(key.groupKind.kind.lowercased())-\(key.namespace)-\(key.name)")
  }
  func freshSuffix(for prefix: String, in groupKind: GroupKind, namespace: String) -> String {
    // Who lists such objects may depend on the order of their names.
    problem = NotProvable("objects of kind \(groupKind.kind) get generated names")
    return freshText("n")
  }
  var now: String { VirtualClock.instant }
}

/// What a step read of an abstract state: whoever finds the same there does the same.
package final class AbstractReads {
  package internal(set) var keys: Set<ObjectKey> = []
  /// The kinds that were listed.
  package internal(set) var kinds: Set<GroupKind> = []
  /// Whether it may have read anything.
  package internal(set) var readsAll = false

  /// Nothing so far.
  package init() {}

  /// What was read, as it is in a state.
  package func text(in state: AbstractState) -> String {
    let read = state.objects.keys.filter {
      readsAll || keys.contains($0) || kinds.contains($0.groupKind)
    }
    return Set(read).union(keys).sorted().map { state.exactText(of: $0) }.joined()
  }
}
