import CEL

/// Requests to the API server, with the faults that hit them.
extension ReconcileRun {
  func send(_ request: APIRequest, question: Question, index: Int) throws -> Answer {
    if question.isWrite {
      writes += 1
      if question.staleRefusal != nil { conditionalWrites += 1 }
      if let (fault, write) = limit.fault, write == number(of: question, for: fault) {
        return sendFaulty(request, fault, question.staleRefusal ?? .conflict, index: index)
      }
    }
    let answer = perform(request, index: index)
    note(answer, at: index)
    return answer
  }

  func perform(_ request: APIRequest, index: Int) -> Answer {
    let view = ServerView(
      context, versionToken: token(index),
      creator: "\(participant.reconciler.name) for \(self.request)",
      use: use(of: request),
      isCurrent: { [unowned self] version, key in self.isCurrent(version, key) })
    let first = context.changes.count
    let response = context.world.server.handle(request, reader: view)
    for change in response.changes { context.write(change) }
    let changes = Array(context.changes[first...])
    context.sent.append(SentRequest(request: request, response: response, changes: changes))
    let body = identity(of: response.body, changed: response.changes.last, index)
    return .response(
      code: response.code, body: body,
      changed: changes.map { Answer.ChangedObject(key: $0.key, before: $0.old) })
  }

  /// What of the objects of its kind a request depends on: a write, and what is computed of an object, on
  /// the whole.
  private func use(of request: APIRequest) -> (groupKind: GroupKind, FieldUse)? {
    guard request.verb == .get || request.verb == .list,
      request.subresource.isEmpty || request.subresource == "status"
    else { return nil }
    let groupKind = GroupKind(apiVersion: request.apiVersion, kind: request.kind)
    return (groupKind, use(of: groupKind))
  }

  /// An answer less what is no part of the identity of the object in it; a changed object gets the
  /// resourceVersion of this question.
  func identity(of body: JSONValue, changed: ObjectChange?, _ index: Int) -> JSONValue {
    guard var object = body.object, object["kind"]?.string != "Status" else { return body }
    if let items = object["items"]?.array {
      object["items"] = .array(items.map { identity(of: $0, changed: nil, index) })
      return .object(object)
    }
    let groupKind = GroupKind(
      apiVersion: object["apiVersion"]?.string ?? "", kind: object["kind"]?.string ?? "")
    let version = object.at("metadata", "resourceVersion")
    object = unread.shown(context.world.identity(of: object, groupKind: groupKind), groupKind)
    let isChanged = changed?.new != nil
    object.set(
      isChanged ? .string(token(index)) : version, at: "metadata", "resourceVersion")
    return .object(object)
  }

  /// The number of a write among those that a fault may hit: a conflict hits conditional ones only.
  func number(of question: Question, for fault: Fault) -> Int? {
    guard fault == .conflict else { return writes - 1 }
    return question.staleRefusal != nil ? conditionalWrites - 1 : nil
  }

  func sendFaulty(
    _ request: APIRequest, _ fault: Fault, _ refusal: StaleRefusal, index: Int
  ) -> Answer {
    switch fault {
    case .conflict:
      faultHit = true
      let body = Self.status(refusal.rawValue, refusal.reason, request)
      let response = APIResponse(code: Int(refusal.rawValue), body: body)
      context.sent.append(SentRequest(request: request, response: response, changes: []))
      return .response(code: response.code, body: body, changed: [])
    case .lostResponse, .crash:
      faultHit = true
      guard case .response(_, _, let changed) = perform(request, index: index),
        let written = context.sent.popLast()
      else { preconditionFailure("a request without a response") }
      let body = Self.status(504, "Timeout", request)
      let response = APIResponse(code: 504, body: body)
      context.sent.append(
        SentRequest(request: request, response: response, changes: written.changes))
      let answer = Answer.response(code: 504, body: body, changed: changed)
      note(answer, at: index)
      return answer
    }
  }

  static func status(_ code: Int64, _ reason: String, _ request: APIRequest) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Status", "status": "Failure", "code": .int(code),
      "reason": .string(reason),
      "message": .string("\(reason) on \(request.kind) \(request.name) (injected)"),
    ]
  }

  func token(_ index: Int) -> String { versionMark + "\(index)" }

  /// Whether a resourceVersion of this run is still current: no effective write since (SEMANTICS.md,
  /// "Optimistic concurrency").
  func isCurrent(_ version: String, _ key: ObjectKey) -> Bool {
    guard version.hasPrefix(versionMark), let index = Int(version.dropFirst(versionMark.count))
    else {
      if participant.reconciler.sharesMemory, version.hasPrefix("r") {
        context.composition.deferredError = RememberedVersion(
          controller: participant.reconciler.name, request: request, object: "\(key)")
      }
      return false
    }
    if let write = lastOwnWrite[key], write > index { return false }
    if let born = bornSuperseded[key], born >= index { return false }
    guard context.composition.mode == .calls else { return true }
    let marks = context.word(.superseded(controller: controller, request))
    return context.composition.supersededIndex(of: key, in: marks) < index
  }
}
