import CEL

/// What a reconciler asks, as questions of the run, and their answers as it gets them.
extension ReconcileRun: ReconcileOracle {
  func lookAhead() -> (any ReconcileOracle)? { isSuspended ? ReconcileRun(aheadOf: self) : nil }

  func present(_ version: UInt32, index: Int) -> JSONObject? {
    guard var object = context.world.versions.object(version) else { return nil }
    object.set(.string(token(index)), at: "metadata", "resourceVersion")
    return object
  }

  func get(_ apiVersion: String, _ kind: String, namespace: String, name: String) throws
    -> JSONObject?
  {
    let key = ObjectKey(
      GroupKind(apiVersion: apiVersion, kind: kind), namespace: namespace, name: name)
    let index = index
    guard case .object(let version) = try ask(.get(apiVersion: apiVersion, key)) else {
      preconditionFailure("a get answered with something else")
    }
    return present(version, index: index)
  }

  func list(_ query: ListQuery) throws -> [JSONObject] {
    let index = index
    guard case .list(let items) = try ask(.list(query)) else {
      preconditionFailure("a list answered with something else")
    }
    return items.compactMap { present($0.version, index: index) }
  }

  func send(_ request: APIRequest) throws -> APIResponse {
    guard case .response(let code, let body, _) = try ask(.send(request)) else {
      preconditionFailure("a request answered with something else")
    }
    return APIResponse(code: code, body: body)
  }

  func creationRank(of object: JSONObject) throws -> Int {
    let key = ObjectKey(
      GroupKind(
        apiVersion: object["apiVersion"]?.string ?? "", kind: object["kind"]?.string ?? ""),
      namespace: object.at("metadata", "namespace")?.string ?? "",
      name: object.at("metadata", "name")?.string ?? "")
    guard case .number(let rank) = try ask(.creationRank(key)) else {
      preconditionFailure("a rank answered with something else")
    }
    return rank
  }

  func hasPassed(deadline: String) throws -> Bool {
    guard case .flag(let passed) = try ask(.hasPassed(deadline)) else {
      preconditionFailure("a deadline answered with something else")
    }
    return passed
  }

  func spend(_ budget: String, limit: Int) throws -> Bool {
    guard case .flag(let happens) = try ask(.spend(budget, limit: limit)) else {
      preconditionFailure("a budget answered with something else")
    }
    return happens
  }

  var hasLaggingCaches: Bool { participant.lag != nil }

  func recall(_ label: String) throws -> JSONObject? {
    guard case .object(let version) = try ask(.recall(label)) else {
      preconditionFailure("a memory answered with something else")
    }
    return context.world.versions.object(version)
  }

  func remember(_ label: String, _ value: JSONObject?) throws {
    _ = try ask(.remember(label, IdenticalJSON((value.map(JSONValue.object) ?? .null).asMemory)))
  }

  func freshValues(in text: String) -> [String] {
    let tokens = context.world.tokens
    var found: [FreshToken] = []
    tokens.pieces(of: text) { piece in
      if case .token(let token) = piece, !found.contains(token) { found.append(token) }
    }
    return found.map { tokens.text($0) }
  }

  func awaitsEvents(of groupKind: GroupKind) throws -> Bool {
    guard case .flag(let awaits) = try ask(.awaitsEvents(groupKind)) else {
      preconditionFailure("a cache answered with something else")
    }
    return awaits
  }

  func choose(_ count: Int, _ label: String) throws -> Int {
    guard case .number(let choice) = try ask(.choose(count, label)) else {
      preconditionFailure("a choice answered with something else")
    }
    return choice
  }

  func next(in batch: CallBatch) throws -> Int {
    guard case .number(let lane) = try ask(.next(batch)) else {
      preconditionFailure("the next call answered with something else")
    }
    return lane
  }

  func freshValue() throws -> String {
    guard case .text(let text) = try ask(.fresh) else {
      preconditionFailure("a fresh value answered with something else")
    }
    return text
  }
}
