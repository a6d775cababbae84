internal import CEL

extension DeclarativeRun {
  /// Does a step: one API call, or one for each round of `forEach`.
  ///
  /// All templates are rendered before the first call, so that a step is done whole or waits.
  func perform(_ step: ControllerStep) throws {
    switch step.action {
    case .create(let template):
      for body in try rounds(of: step, { try self.child(template, step) }) {
        try send(request(.create, body), for: step)
      }
    case .apply(let template):
      for body in try rounds(of: step, { try self.child(template, step) }) {
        var call = request(.patch(.apply), body)
        call.force = step.force
        try send(call, for: step)
      }
    case .update(let template):
      for body in try rounds(of: step, { try self.child(template, step) }) {
        try send(try update(body), for: step)
      }
    case .patch(let target, let merge):
      let patches = try rounds(of: step) {
        try self.patches(target, merge, hasPreconditions: step.preconditions)
      }
      for patch in patches.joined() { try send(patch, for: step) }
    case .delete(let target):
      let deletions = try rounds(of: step) {
        try self.deletions(target, hasPreconditions: step.preconditions)
      }
      for deletion in deletions.joined() { try send(deletion, for: step) }
    case .status(let template):
      for fields in try rounds(of: step, { try template.evaluateWithoutPending(self) }) {
        try send(status(fields), for: step)
      }
    }
  }

  /// The value of a body for each round of a step's `forEach`: the cartesian product, the first
  /// iterator outermost; one round without `forEach`.
  func rounds<Result>(of step: ControllerStep, _ body: () throws -> Result) throws
    -> [Result]
  {
    let outer = iterators
    defer { iterators = outer }
    iterators = [:]
    var results: [Result] = []
    try round(step.forEach[...], into: &results, body)
    return results
  }

  private func round<Result>(
    _ remaining: ArraySlice<NamedExpression>, into results: inout [Result],
    _ body: () throws -> Result
  ) throws {
    guard let iterator = remaining.first else {
      results.append(try body())
      return
    }
    guard case .list(let items) = try iterator.expression.program.evaluateKeepingTerms(self)
    else {
      throw ReconcileError("forEach \(iterator.name) is no list: \(iterator.expression.source)")
    }
    for item in items {
      iterators[iterator.name] = item
      try round(remaining.dropFirst(), into: &results, body)
    }
    iterators[iterator.name] = nil
  }

  // MARK: - Bodies

  /// The object of a create, apply or update step, with its namespace and its owner.
  private func child(_ template: Template, _ step: ControllerStep) throws
    -> JSONObject
  {
    guard case .object(var body) = try template.evaluate(self) else {
      throw ReconcileError("step \(step.id): the template is no object")
    }
    let groupKind = GroupKind(
      apiVersion: body["apiVersion"]?.string ?? "", kind: body["kind"]?.string ?? "")
    let namespace = namespace(of: groupKind, named: body.at("metadata", "namespace")?.string)
    body.set(namespace.isEmpty ? nil : .string(namespace), at: "metadata", "namespace")
    body.takeName(in: symbolicRun)
    if step.own { addOwner(to: &body, groupKind, namespace: namespace) }
    return body
  }

  /// The namespace an object of a kind is in: the named one, else the request's; none for a
  /// cluster-scoped kind.
  func namespace(of groupKind: GroupKind, named namespace: String?) -> String {
    guard kinds[groupKind]?.isNamespaced ?? true else { return "" }
    if let namespace, !namespace.isEmpty { return namespace }
    return request.namespace.isEmpty ? "default" : request.namespace
  }

  /// Adds the controller ownerReference where the kind is under `owns` and may have this owner: one in
  /// the same namespace or a cluster-scoped one.
  ///
  /// Upstream: controller-runtime pkg/controller/controllerutil SetControllerReference.
  private func addOwner(to body: inout JSONObject, _ groupKind: GroupKind, namespace: String) {
    guard controller.owns.contains(where: { $0.groupKind == groupKind }),
      request.namespace.isEmpty || request.namespace == namespace
    else { return }
    let uid = object.at("metadata", "uid") ?? ""
    var references = body.at("metadata", "ownerReferences")?.array ?? []
    references.removeAll { $0["uid"] == uid }
    references.append([
      "apiVersion": .string(controller.primary.apiVersion),
      "kind": .string(controller.primary.kind),
      "name": object.at("metadata", "name") ?? .string(request.name), "uid": uid,
      "controller": true, "blockOwnerDeletion": true,
    ])
    body.set(.array(references), at: "metadata", "ownerReferences")
  }

  // MARK: - Requests

  private func request(_ verb: APIVerb, _ body: JSONObject) -> APIRequest {
    APIRequest(
      verb, apiVersion: body["apiVersion"]?.string ?? "", kind: body["kind"]?.string ?? "",
      namespace: body.at("metadata", "namespace")?.string ?? "",
      name: verb == .create ? "" : body.at("metadata", "name")?.string ?? "", body: .object(body),
      fieldManager: controller.name)
  }

  private func request(_ verb: APIVerb, _ place: ObjectPlace, _ body: JSONObject?) -> APIRequest {
    APIRequest(
      verb, apiVersion: place.apiVersion, kind: place.key.groupKind.kind,
      namespace: place.key.namespace, name: place.key.name, body: body.map(JSONValue.object),
      fieldManager: controller.name)
  }

  /// Replaces an object; the write carries the cached resourceVersion.
  private func update(_ body: JSONObject) throws -> APIRequest {
    var call = request(.update, body)
    let cached = try get(ObjectPlace(apiVersion: call.apiVersion, key: call.key))
    if let version = cached?.at("metadata", "resourceVersion") {
      var versioned = body
      versioned.set(version, at: "metadata", "resourceVersion")
      call.body = .object(versioned)
    }
    return call
  }

  /// Writes the request's object, as it was read, with these fields merged into its status.
  private func status(_ fields: JSONObject) -> APIRequest {
    var body = object
    let merged = MergePatch.apply(fields, to: object["status"]?.object ?? JSONObject())
    body["status"] = .object(merged)
    var call = request(.update, ownPlace, body)
    call.subresource = "status"
    return call
  }

  private func patches(
    _ target: StepTarget, _ merge: Template, hasPreconditions: Bool
  ) throws -> [APIRequest] {
    guard case .object(let fields) = try merge.evaluate(self) else {
      throw ReconcileError("a merge patch must be an object")
    }
    return try places(of: target).map { place in
      var body = fields
      if hasPreconditions {
        // What the cache does not have cannot be a condition: the step waits for it.
        guard let cached = try get(place) else {
          throw EvaluationError(.noSuchAttribute, "\(place.key) is not in the cache")
        }
        for key in ["uid", "resourceVersion"] {
          body.set(cached.at("metadata", key), at: "metadata", key)
        }
      }
      return request(.patch(.merge), place, body)
    }
  }

  private func deletions(
    _ target: StepTarget, hasPreconditions: Bool
  ) throws -> [APIRequest] {
    try places(of: target).compactMap { place in
      guard hasPreconditions else { return request(.delete, place, nil) }
      guard let cached = try get(place) else { return nil }
      var conditions = JSONObject()
      for key in ["uid", "resourceVersion"] { conditions[key] = cached.at("metadata", key) }
      return request(
        .delete, place,
        ["apiVersion": "v1", "kind": "DeleteOptions", "preconditions": .object(conditions)])
    }
  }
}

extension ControllerStep {
  /// Whether the step writes the status of the request's object.
  var isStatus: Bool { if case .status = action { true } else { false } }
}
