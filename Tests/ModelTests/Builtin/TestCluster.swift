import CEL

@testable import Model

/// A store with the API server's rules in front of it, and controllers that run on it, one reconcile
/// at a time, in the order in which their requests came.
final class TestCluster {
  let server: APIServer
  private(set) var objects: [ObjectKey: JSONObject] = [:]
  private var versions: [ObjectKey: Int] = [:]
  private var creations: [String: Int] = [:]
  private var clock = 0
  private var suffixes = 0

  private(set) var controllers: [any Reconciler] = []
  var queue: [Work] = []
  /// Requests that wait for time to pass.
  var timers: [Work] = []
  /// The state of a generator that picks the next request; nil: the oldest is next.
  var scatter: UInt64?
  /// What else is scattered then.
  var disorder: Disorder = []
  var salt = 0
  /// The reconciles that run, each one between two calls of the one before it.
  var running: [Work] = []
  /// The events that the controllers' caches have not shown yet, in order.
  var pending: [PendingChange] = []
  /// Deadlines that have passed: a test lets them.
  var deadlinesPass = false
  /// How many more deadlines pass, each when it is asked for; once passed they stay so.
  var passing = 0
  private var passed: Set<String> = []
  /// What `choose` answers next; `usualChoice` where it is empty.
  var choices: [Int] = []
  var usualChoice = 0
  /// How many choices there were in each question that was asked.
  private(set) var questions: [Int] = []
  /// How often something may happen that a budget allows.
  var spends = false
  private var spent: [String: Int] = [:]
  /// What controllers remember, by name, request and label.
  var memory: [String: JSONObject] = [:]
  /// Every effective write: who, and what it did.
  private(set) var log: [String] = []
  var failures: [String] = []
  /// The changes since somebody last looked at them.
  var changes: [ObjectChange] = []
  /// The hashes in names, with the symbols that recordings have for them.
  private(set) var symbols: [(symbol: String, text: String)] = []

  struct Work: Hashable {
    let controller: Int
    let request: ReconcileRequest
  }

  /// Everything that changes in a run, to come back to.
  struct Snapshot {
    fileprivate let objects: [ObjectKey: JSONObject]
    fileprivate let versions: [ObjectKey: Int]
    fileprivate let creations: [String: Int]
    fileprivate let numbers: (clock: Int, suffixes: Int)
    fileprivate let work: (queue: [Work], timers: [Work])
    fileprivate let symbols: [(symbol: String, text: String)]
  }

  func snapshot() -> Snapshot {
    Snapshot(
      objects: objects, versions: versions, creations: creations, numbers: (clock, suffixes),
      work: (queue, timers), symbols: symbols)
  }

  func restore(_ snapshot: Snapshot) {
    objects = snapshot.objects
    versions = snapshot.versions
    creations = snapshot.creations
    (clock, suffixes) = snapshot.numbers
    (queue, timers) = snapshot.work
    symbols = snapshot.symbols
  }

  static let defaultNamespace = ObjectKey(.namespace, namespace: "", name: "default")

  /// Makes a cluster with the namespace `default`.
  init(kubernetesVersion: KubernetesVersion = .standard) {
    server = APIServer(
      kubernetesVersion: kubernetesVersion, resources: .builtIn(kubernetesVersion))
    put([
      "apiVersion": "v1", "kind": "Namespace",
      "metadata": ["name": "default", "uid": "uid-ns"], "spec": ["finalizers": ["kubernetes"]],
      "status": ["phase": "Active"],
    ])
  }

  /// Writes an object past the server.
  private func put(_ object: JSONObject) {
    let groupKind = GroupKind(apiVersion: object.apiVersion, kind: object.kind)
    store(
      ObjectChange(
        ObjectKey(groupKind, namespace: object.namespace, name: object.name), old: nil, new: object)
    )
  }

  private func store(_ change: ObjectChange) {
    clock += 1
    objects[change.key] = change.new
    versions[change.key] = clock
    if change.old == nil, let new = change.new {
      creations[new.uid] = clock
      note(new.labels[TemplateEquality.hashLabel]?.string, "$hash")
      note(new.labels["controller.kubernetes.io/hash"]?.string, "$rev")
      note(new.labels["controller-uid"]?.string, "$uid")
      if change.key.groupKind == .controllerRevision {
        note(new.labels[DaemonSet.revisionLabel]?.string, "$rev")
      }
    }
  }

  /// Gives a hash the next symbol of its sort, by first appearance.
  private func note(_ hash: String?, _ sort: String) {
    guard let hash, !symbols.contains(where: { $0.text == hash }) else { return }
    let number = symbols.count { $0.symbol.hasPrefix(sort) } + 1
    symbols.append(("\(sort)\(number)", hash))
  }

  /// Adds controllers and shows them everything there is.
  func start(_ new: [any Reconciler]) {
    let first = controllers.count
    controllers += new
    for key in objects.keys.sorted() {
      for index in first..<controllers.count {
        wake(index, ObjectChange(key, old: nil, new: objects[key]))
      }
    }
  }

  /// Sends a request as somebody; a failure is only in the answer.
  @discardableResult
  func send(_ request: APIRequest, by author: String = "user") -> APIResponse {
    let response = server.handle(request, reader: self)
    changes += response.changes
    for change in response.changes {
      let version = versions[change.key]
      store(change)
      let verb = change.old == nil ? "creates" : change.new == nil ? "removes" : "updates"
      log.append("\(author) \(verb) \(change.key)")
      for index in controllers.indices {
        if disorder.contains(.lag) {
          pending.append(PendingChange(controller: index, change: change, version: version))
        } else {
          wake(index, change)
        }
      }
    }
    return response.filling(resourceVersion: String(clock))
  }

  func wake(_ index: Int, _ change: ObjectChange) {
    for rule in controllers[index].watches where rule.groupKind == change.key.groupKind {
      if let predicate = rule.predicate, !predicate(change.old, change.new) { continue }
      if let condition = rule.condition, let object = change.new ?? change.old,
        !condition(object, self)
      {
        continue
      }
      for request in requests(rule.mapping, change) {
        let work = Work(controller: index, request: request)
        if !queue.contains(work) { queue.append(work) }
      }
    }
  }

  private func requests(
    _ mapping: WatchRule.Mapping, _ change: ObjectChange
  ) -> [ReconcileRequest] {
    let sides = [change.old, change.new].compactMap(\.self)
    switch mapping {
    case .object:
      return [ReconcileRequest(namespace: change.key.namespace, name: change.key.name)]
    case .named(let name): return [sides.last.flatMap(name)].compactMap(\.self)
    case .controllerOwner(let groupKind):
      return sides.compactMap { object in
        guard let reference = object.controllerReference,
          GroupKind(apiVersion: reference.apiVersion, kind: reference.kind) == groupKind,
          let name = reference["name"]?.string
        else { return nil }
        return ReconcileRequest(namespace: object.namespace, name: name)
      }
    case .map(let map):
      return sides.flatMap { (try? map($0, self)) ?? [] }
    case .mapLatest(let map):
      return sides.last.flatMap { try? map($0, self) } ?? []
    }
  }

  /// The objects as a controller's cache has them.
  func cache(of controller: String) -> [ObjectKey: JSONObject] {
    var cache: [ObjectKey: JSONObject] = [:]
    for key in objects.keys { cache[key] = view(key) }
    for event in pending.reversed() where controllers[event.controller].name == controller {
      var old = event.change.old
      old?.resourceVersion = event.version.map(String.init)
      cache[event.change.key] = old
    }
    return cache
  }

  /// How an object looks to a client.
  func view(_ key: ObjectKey) -> JSONObject? {
    guard var object = objects[key] else { return nil }
    object.resourceVersion = resourceVersion(of: key)
    return object
  }

  func creationRank(of object: JSONObject) -> Int { creations[object.uid] ?? 0 }

  func hasPassed(_ deadline: String) -> Bool {
    if deadlinesPass || passed.contains(deadline) { return true }
    guard passing > 0 else { return false }
    passing -= 1
    passed.insert(deadline)
    return true
  }

  func answerChoice(_ count: Int) -> Int {
    questions.append(count)
    if !disorder.isEmpty, choices.isEmpty { return random(below: count) }
    return choices.isEmpty ? usualChoice % count : choices.removeFirst()
  }

  func spend(_ budget: String, limit: Int) -> Bool {
    guard spends, spent[budget, default: 0] < limit else { return false }
    spent[budget, default: 0] += 1
    return true
  }
}

extension TestCluster: ObjectReader {
  func object(_ key: ObjectKey) -> JSONObject? { objects[key] }

  func objects(
    of groupKind: GroupKind, namespace: String?, selection: ObjectSelection
  ) -> [(key: ObjectKey, object: JSONObject)] {
    objects.keys.sorted().compactMap { key in
      guard key.groupKind == groupKind, namespace == nil || key.namespace == namespace,
        let object = objects[key], selection.matches(object)
      else { return nil }
      return (key, object)
    }
  }

  func resourceVersion(of key: ObjectKey) -> String { String(versions[key] ?? 0) }

  func isCurrent(_ resourceVersion: String, of key: ObjectKey) -> Bool {
    resourceVersion == self.resourceVersion(of: key)
  }

  func freshUID(for key: ObjectKey) -> String { "uid-\(clock + 1)-\(key.name)" }

  func freshSuffix(for prefix: String, in groupKind: GroupKind, namespace: String) -> String {
    suffixes += 1
    let digits = Array("bcdfghjklmnpqrstvwxz".utf8)
    var number = suffixes
    var text: [UInt8] = []
    for _ in 0..<5 {
      text.append(digits[number % digits.count])
      number /= digits.count
    }
    return String(decoding: text.reversed(), as: UTF8.self)
  }

  var now: String { ModelInstant.now }
}

extension TestCluster: MappingReader {
  func objects(
    of groupKind: GroupKind, namespace: String?, selection: ObjectSelection
  ) -> [JSONObject] {
    let found: [(key: ObjectKey, object: JSONObject)] = objects(
      of: groupKind, namespace: namespace, selection: selection)
    return found.map(\.object)
  }
}
