internal import CEL

private let childPrefix = "children."
private let readyPrefix = "ready."

/// What the expressions of the steps see. Every look-up is a read at the moment it is evaluated.
extension DeclarativeRun: Activation {
  var symbolicRun: SymbolicRun? { inputs.run }

  func value(of name: String) throws -> Value? {
    if let iterator = iterators[name] { return iterator }
    if name == "object" { return .map(MapValue(object)) }
    if name.hasPrefix(childPrefix) {
      let id = String(name.dropFirst(childPrefix.count))
      return try step(id).map(child)
    }
    if name.hasPrefix(readyPrefix) {
      let id = String(name.dropFirst(readyPrefix.count))
      return try step(id).map { .bool(try isReady($0)) }
    }
    return inputs.value(of: name)
  }

  /// The step of an id.
  private func step(_ id: String) -> ControllerStep? { controller.steps.first { $0.id == id } }

  func call(_ function: String, _ arguments: [Value]) throws -> Value {
    switch function {
    case ExpressionScope.fresh.name: return .string(try oracle.freshValue())
    case "list":
      return values(try list(try ListQuery(arguments: arguments, kinds: kinds)))
    case ExpressionScope.owned.name: return try owned(function, arguments)
    default: throw EvaluationError.noMatchingOverload(function, arguments)
    }
  }

  /// `owned(apiVersion, kind)`: the objects whose controller owner is the request's object.
  private func owned(_ function: String, _ arguments: [Value]) throws -> Value {
    guard arguments.count == 2, case .string(let apiVersion) = arguments[0],
      case .string(let kind) = arguments[1]
    else { throw EvaluationError.noMatchingOverload(function, arguments) }
    let uid = object.at("metadata", "uid")?.string ?? ""
    let objects = try list(
      ListQuery(
        apiVersion: apiVersion, kind: kind,
        namespace: request.namespace.isEmpty ? nil : request.namespace,
        selection: .dependents(uid: uid)))
    return values(
      objects.filter { dependent in
        (dependent.at("metadata", "ownerReferences")?.array ?? []).contains {
          $0["uid"]?.string == uid && $0["controller"]?.bool == true
        }
      })
  }

  private func values(_ objects: [JSONObject]) -> Value {
    .list(objects.map { .map(MapValue($0)) })
  }

  /// `children.<id>`: the object that a step names, null where the cache has none; of a repeated step
  /// the list of those that exist.
  ///
  /// An object whose name depends on data that is still pending cannot exist yet.
  func child(_ step: ControllerStep) throws -> Value {
    let places: [ObjectPlace]
    do {
      places = try self.places(of: step)
    } catch let error as EvaluationError where error.isDataPending {
      return !step.forEach.isEmpty ? .list([]) : .null
    }
    let objects = try places.compactMap(get)
    if !step.forEach.isEmpty { return values(objects) }
    return objects.first.map { .map(MapValue($0)) } ?? .null
  }

  /// Where the objects that a step names are; none for a template without a name.
  func places(of step: ControllerStep) throws -> [ObjectPlace] {
    guard !naming.contains(step.id) else {
      throw ReconcileError("the name of the object of step \(step.id) depends on itself")
    }
    naming.append(step.id)
    defer { naming.removeLast() }
    return try rounds(of: step) {
      switch step.action {
      case .create(let template), .apply(let template), .update(let template):
        try self.place(
          template.node(at: "apiVersion"), template.node(at: "kind"),
          template.node(at: "metadata", "name"), template.node(at: "metadata", "namespace")
        ).map { [$0] } ?? []
      case .patch(let target, _), .delete(let target): try self.places(of: target)
      case .status: [self.ownPlace]
      }
    }.flatMap(\.self)
  }

  /// Where the objects are that a patch or a deletion acts on.
  func places(of target: StepTarget) throws -> [ObjectPlace] {
    switch target {
    case .object: return [ownPlace]
    case .child(let id):
      guard let step = step(id) else {
        throw ReconcileError("there is no step \(id)")
      }
      return try places(of: step)
    case .reference(let template):
      let place = try place(
        template.node(at: "apiVersion"), template.node(at: "kind"), template.node(at: "name"),
        template.node(at: "namespace"))
      guard let place else { throw ReconcileError("a target without a name") }
      return [place]
    }
  }

  private func place(
    _ apiVersion: Template.Node?, _ kind: Template.Node?, _ name: Template.Node?,
    _ namespace: Template.Node?
  ) throws -> ObjectPlace? {
    guard let apiVersion = try apiVersion?.evaluate(self).string,
      let kind = try kind?.evaluate(self).string, let value = try name?.evaluate(self)
    else { return nil }
    let groupKind = GroupKind(apiVersion: apiVersion, kind: kind)
    guard let name = UnknownNames.name(value, of: groupKind, in: symbolicRun).string else {
      return nil
    }
    let place = self.namespace(of: groupKind, named: try namespace?.evaluate(self).string)
    return ObjectPlace(
      apiVersion: apiVersion, key: ObjectKey(groupKind, namespace: place, name: name))
  }
}
