import CEL

/// One step of a reconcile on an abstract state: the oracle of a controller's own code.
///
/// The rules are those of `ReconcileRun`. Whether a fault hits, whether a deadline has passed, and
/// what upstream leaves open are choices without a budget: more than a run of the real thing can do.
final class AbstractRun: ReconcileOracle {
  /// The step ends here: the reconcile goes on in a later one.
  struct Suspension: Error {}
  /// The controller stops in between and forgets all.
  struct Crash: Error {}
  /// The answers recorded belong to other questions: no run comes here with these values.
  struct Inconsistent: Error {}

  private let store: AbstractStore
  private let start: [ObjectKey: JSONObject]
  private let participant: Participant
  private let request: ReconcileRequest
  /// Whether the step ends with the first write.
  private let endsWithWrite: Bool
  private let chooses: (Int) -> Int
  private(set) var record: RunRecord
  private var next = 0
  private var writes = 0
  private var bornSuperseded: [String: Int] = [:]
  private let recorded: Int

  init(
    _ store: AbstractStore, _ participant: Participant, _ request: ReconcileRequest,
    continuing record: RunRecord?, endsWithWrite: Bool, chooses: @escaping (Int) -> Int
  ) {
    self.store = store
    start = store.objects
    self.participant = participant
    self.request = request
    self.endsWithWrite = endsWithWrite
    self.chooses = chooses
    self.record = record ?? RunRecord()
    recorded = record?.steps.count ?? 0
  }

  /// The record with the reads that were superseded when they were made.
  var finalRecord: RunRecord {
    var result = record
    for (key, index) in bornSuperseded {
      result.superseded[key] = max(result.superseded[key] ?? -1, index)
    }
    return result
  }

  private func happens(_ fault: Fault) -> Bool {
    (participant.budgets[fault] ?? 0) > 0 && chooses(2) == 1
  }

  /// A question: its recorded answer, or a new one.
  private func ask(_ question: String, _ answer: (Int) throws -> JSONValue) throws -> JSONValue {
    defer { next += 1 }
    if next < recorded {
      guard record.steps[next].question == question else { throw Inconsistent() }
      return record.steps[next].answer
    }
    if writes > 0 {
      if endsWithWrite { throw Suspension() }
      if happens(.crash) { throw Crash() }
    }
    let found = try answer(next)
    record.steps.append(RunRecord.Step(question: question, answer: found))
    return found
  }

  // MARK: Reads

  private func present(_ object: JSONObject?, _ index: Int) -> JSONValue {
    guard var object else { return .null }
    object.set(.string("r\(index)"), at: "metadata", "resourceVersion")
    return .object(object)
  }

  /// The cache: the store before the step, without the run's own writes.
  private func cached(_ key: ObjectKey, _ index: Int) -> JSONObject? {
    store.reads.keys.insert(key)
    if participant.readsOwnWrites { return store.object(key) }
    let text = RunRecord.text(key)
    guard let before = record.before[text] else { return start[key] }
    bornSuperseded[text] = index
    return before.object
  }

  func get(_ apiVersion: String, _ kind: String, namespace: String, name: String) throws
    -> JSONObject?
  {
    let key = ObjectKey(
      GroupKind(apiVersion: apiVersion, kind: kind), namespace: namespace, name: name)
    return try ask("get \(RunRecord.text(key))") { index in
      record.seen.insert(RunRecord.text(key))
      return present(cached(key, index), index)
    }.object
  }

  func list(_ query: ListQuery) throws -> [JSONObject] {
    let answer = try ask("list \(query)") { index in
      store.reads.kinds.insert(query.groupKind)
      let scan = ObjectScan(
        query.groupKind, namespace: query.namespace, selection: query.selection)
      let source = participant.readsOwnWrites ? store.objects : start
      var keys = Set(source.keys.filter { scan.covers($0) })
      keys.formUnion(store.objects.keys.filter { scan.covers($0) })
      var items: [JSONValue] = []
      for key in keys.sorted() {
        guard let object = cached(key, index), query.selection.matches(object) else { continue }
        record.seen.insert(RunRecord.text(key))
        items.append(present(object, index))
      }
      return .array(items)
    }
    return (answer.array ?? []).compactMap(\.object)
  }

  // MARK: Requests

  func send(_ request: APIRequest) throws -> APIResponse {
    let question = Question.send(request)
    let answer = try ask(
      "\(request.verb) \(request.groupKind) \(request.namespace)/\(request.name)/\(request.subresource)"
    ) { index in
      if question.isWrite { writes += 1 }
      if let refusal = question.staleRefusal, happens(.conflict) {
        return Self.failure(Int(refusal.rawValue), refusal.reason, request)
      }
      let answer = perform(request, index)
      return question.isWrite && happens(.lostResponse)
        ? Self.failure(504, "Timeout", request) : answer
    }
    return APIResponse(
      code: Int(answer["code"]?.string ?? "") ?? 500, body: answer["body"] ?? .null)
  }

  private func perform(_ request: APIRequest, _ index: Int) -> JSONValue {
    store.token = "r\(index)"
    store.currentTest = { [unowned self] in isCurrent($0, $1) }
    let response = store.definition.server.handle(request, reader: store)
    for change in response.changes {
      let text = RunRecord.text(change.key)
      if record.before[text] == nil {
        record.before[text] = store.object(change.key).map(JSONValue.object) ?? .null
      }
      record.ownWrites[text] = index
      record.seen.insert(text)
    }
    store.take(response.changes)
    return [
      "code": .string(String(response.code)),
      "body": identity(response.body, isChanged: response.changes.last?.new != nil, index),
    ]
  }

  private func identity(_ body: JSONValue, isChanged: Bool, _ index: Int) -> JSONValue {
    guard var object = body.object, object["kind"]?.string != "Status" else { return body }
    if let items = object["items"]?.array {
      object["items"] = .array(items.map { identity($0, isChanged: false, index) })
      return .object(object)
    }
    let groupKind = GroupKind(
      apiVersion: object["apiVersion"]?.string ?? "", kind: object["kind"]?.string ?? "")
    let version = object.at("metadata", "resourceVersion")
    object = World.identity(of: object, groupKind: groupKind, store.definition)
    object.set(
      isChanged ? .string("r\(index)") : version, at: "metadata", "resourceVersion")
    return .object(object)
  }

  private static func failure(_ code: Int, _ reason: String, _ request: APIRequest) -> JSONValue {
    [
      "code": .string(String(code)),
      "body": [
        "apiVersion": "v1", "kind": "Status", "status": "Failure", "reason": .string(reason),
        "message": .string("\(reason) on \(request.kind) \(request.name) (injected)"),
      ],
    ]
  }

  private func isCurrent(_ version: String, _ key: ObjectKey) -> Bool {
    guard version.hasPrefix("r"), let index = Int(version.dropFirst()) else { return false }
    let text = RunRecord.text(key)
    if let write = record.ownWrites[text], write > index { return false }
    if let born = bornSuperseded[text], born >= index { return false }
    return (record.superseded[text] ?? -1) < index
  }

  // MARK: Choices

  private func pick(_ question: String, _ count: Int) throws -> Int {
    let answer = try ask(question) { _ in .string(String(chooses(count))) }
    return Int(answer.string ?? "") ?? 0
  }

  func creationRank(of object: JSONObject) throws -> Int {
    throw NotProvable("\(participant.reconciler.name) sorts objects by age")
  }
  func hasPassed(deadline: String) throws -> Bool { try pick("passed \(deadline)", 2) == 1 }
  func choose(_ count: Int, _ label: String) throws -> Int { try pick("choose \(label)", count) }
  func spend(_ budget: String, limit: Int) throws -> Bool { try pick("spend \(budget)", 2) == 1 }
  func freshValue() throws -> String {
    try ask("fresh") { _ in
      .string(store.freshText("fresh-\(participant.reconciler.name)"))
    }.string ?? ""
  }
}

/// Something that no proof covers, and what.
package struct NotProvable: Error, Hashable {
  package let reason: String

  package init(_ reason: String) { self.reason = reason }
}
