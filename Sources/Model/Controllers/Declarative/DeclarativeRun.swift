internal import CEL

/// One reconcile of a declarative controller.
///
/// Reads are remembered until the next write only: within a step of the search the cache does not
/// change, across a write it may (SEMANTICS.md, "Steps"). The request's object is read once, as a
/// reconciler reads it once.
final class DeclarativeRun {
  let controller: DeclarativeController
  let kinds: KindCatalogue
  let inputs: ControllerInputs
  let request: ReconcileRequest
  let object: JSONObject
  let oracle: any ReconcileOracle
  /// The iterators of the step that is evaluated.
  var iterators: [String: Value] = [:]
  /// The ids of the steps whose objects are being named, to end a circle of names.
  var naming: [String] = []
  /// The ids of the steps that wrote in this reconcile.
  private var written: Set<String> = []
  private var readObjects: [ObjectKey: JSONObject?] = [:]
  private var readLists: [ListQuery: [JSONObject]] = [:]

  init(
    _ controller: DeclarativeController, kinds: KindCatalogue, inputs: ControllerInputs,
    request: ReconcileRequest, object: JSONObject, oracle: any ReconcileOracle
  ) {
    self.controller = controller
    self.kinds = kinds
    self.inputs = inputs
    self.request = request
    self.object = object
    self.oracle = oracle
  }

  /// Runs the steps in order.
  ///
  /// A step that waits for data, or is not ready, holds back the later ones except `status`. The
  /// reconcile then ends without error: the change that it waits for wakes it.
  func reconcile() throws -> ReconcileResult {
    var isHeldBack = false
    var wish = RequeueWish()
    for step in controller.steps where !isHeldBack || step.isStatus {
      do {
        guard try isTrue(step.when, "when") else {
          isHeldBack = try isHeldBack || isUnready(undone: step)
          continue
        }
        try perform(step)
        wish.add(step.requeueAfter)
        wish.add(requeue: try step.requeue != nil && isTrue(step.requeue, "requeue"))
        isHeldBack = try isHeldBack || (!step.readyWhen.isEmpty && !isReady(step))
      } catch let error as EvaluationError {
        guard error.isDataPending else {
          throw ReconcileError("step \(step.id): \(error.message)")
        }
        isHeldBack = isHeldBack || !step.isStatus
      }
    }
    do {
      wish.add(controller.requeueAfter)
      wish.add(requeue: try controller.requeue != nil && isTrue(controller.requeue, "requeue"))
    } catch let error as EvaluationError {
      guard error.isDataPending else { throw ReconcileError("requeue: \(error.message)") }
    }
    return wish.result
  }

  // MARK: - Conditions

  /// Whether a condition holds; an absent one does.
  func isTrue(_ condition: Expression?, _ field: String) throws -> Bool {
    guard let condition else { return true }
    let value = try condition.program.evaluate(self)
    guard case .bool(let flag) = value else {
      throw ReconcileError(
        "\(field) yields \(value.type.runtimeName), not bool: \(condition.source)")
    }
    return flag
  }

  /// Whether a step that `when` left out still holds back the later ones: where its child exists and
  /// its own `readyWhen` says that it is not ready.
  private func isUnready(undone step: ControllerStep) throws -> Bool {
    guard !step.readyWhen.isEmpty, try exists(step) else { return false }
    return try !isReady(step)
  }

  /// `ready.<id>`: `readyWhen`; without it, that the child exists, or was just written.
  func isReady(_ step: ControllerStep) throws -> Bool {
    guard step.readyWhen.isEmpty else {
      do {
        return try rounds(of: step) {
          try step.readyWhen.allSatisfy { try isTrue($0, "readyWhen") }
        }.allSatisfy(\.self)
      } catch let error as EvaluationError where error.isDataPending {
        return false
      }
    }
    switch step.action {
    case .status: return true
    case .delete: return try written.contains(step.id) || !exists(step)
    case .apply, .create, .update, .patch:
      return try written.contains(step.id) || exists(step)
    }
  }

  /// Whether the cache has the objects that a step names, all of them where there are several.
  private func exists(_ step: ControllerStep) throws -> Bool {
    switch try child(step) {
    case .null: false
    case .list(let items): items.count == (try places(of: step)).count && !items.isEmpty
    default: true
    }
  }

  // MARK: - Reads and writes

  /// The object at a place, from the cache.
  func get(_ place: ObjectPlace) throws -> JSONObject? {
    if place.key == ownKey { return object }
    if let known = readObjects[place.key] { return known }
    let found = try oracle.get(
      place.apiVersion, place.key.groupKind.kind, namespace: place.key.namespace,
      name: place.key.name)
    readObjects[place.key] = .some(found)
    return found
  }

  /// The objects that a query means, from the cache.
  func list(_ query: ListQuery) throws -> [JSONObject] {
    if let known = readLists[query] { return known }
    let found = try oracle.list(query)
    readLists[query] = found
    return found
  }

  /// Makes an API call; a failure ends the reconcile, except that a deletion finds nothing.
  func send(_ call: APIRequest, for step: ControllerStep) throws {
    let response = try oracle.send(call)
    readObjects.removeAll()
    readLists.removeAll()
    let isGone = call.verb == .delete && response.code == 404
    guard response.isSuccess || isGone else {
      let reason = response.reason ?? "code \(response.code)"
      throw ReconcileError(
        "step \(step.id): \(call.verb.name) \(call.kind): \(reason)", code: response.code)
    }
    written.insert(step.id)
  }

  /// The key of the request's object.
  var ownKey: ObjectKey {
    ObjectKey(
      controller.primary.groupKind, namespace: request.namespace, name: request.name)
  }

  /// Where the request's object is.
  var ownPlace: ObjectPlace {
    ObjectPlace(apiVersion: controller.primary.apiVersion, key: ownKey)
  }
}

/// The key of an object and the version under which it is asked for.
struct ObjectPlace: Hashable {
  let apiVersion: String
  let key: ObjectKey
}

/// How the reconcile is to be repeated: at once, after the shortest delay that a step asked for, or
/// not.
private struct RequeueWish {
  private var isImmediate = false
  private var seconds: Int?

  mutating func add(_ delay: RequeueAfter?) {
    guard let delay else { return }
    seconds = min(seconds ?? delay.seconds, delay.seconds)
  }

  mutating func add(requeue: Bool) { isImmediate = isImmediate || requeue }

  var result: ReconcileResult {
    isImmediate ? .requeue : seconds.map { .requeueAfter(seconds: $0) } ?? .done
  }
}

extension APIVerb {
  /// The word for messages.
  fileprivate var name: String {
    switch self {
    case .get: "get"
    case .list: "list"
    case .create: "create"
    case .update: "update"
    case .delete: "delete"
    case .deleteCollection: "deletecollection"
    case .patch(.apply): "apply"
    case .patch: "patch"
    }
  }
}
