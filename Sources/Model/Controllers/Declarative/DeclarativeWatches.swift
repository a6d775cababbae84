internal import CEL

extension WatchRule {
  /// What wakes a declarative controller.
  static func rules(
    of controller: DeclarativeController, kinds: KindCatalogue, inputs: ControllerInputs
  ) -> [WatchRule] {
    rules(controller.primary, controller.owns, controller.watches, kinds, inputs)
  }

  /// What wakes a controller: its own kind as narrowed, its children, what it watches.
  static func rules(
    _ primary: DeclarativeController.Primary, _ owns: [DeclarativeController.OwnedKind],
    _ watches: [DeclarativeController.Watch], _ kinds: KindCatalogue, _ inputs: ControllerInputs
  ) -> [WatchRule] {
    let isNamespaced = kinds[primary.groupKind]?.isNamespaced ?? true
    var rules = [
      WatchRule(primary.groupKind, .object, predicate: primary.isNarrowed ? primary.accepts : nil)
    ]
    for owned in owns {
      rules.append(WatchRule(owned.groupKind, .controllerOwner(primary.groupKind)))
    }
    for watch in watches {
      let mapping = WatchMapping(
        map: watch.map, isNamespaced: isNamespaced, kinds: kinds, inputs: inputs)
      rules.append(
        WatchRule(watch.groupKind, .map { try mapping.requests(for: $0, reader: $1) }))
    }
    return rules
  }
}

/// The map of a watch: CEL over the changed object that yields requests.
private struct WatchMapping: Sendable {
  let map: Expression
  /// Whether the requests' objects have a namespace.
  let isNamespaced: Bool
  let kinds: KindCatalogue
  let inputs: ControllerInputs

  /// The requests that a changed object maps to.
  ///
  /// An object that lacks what the map reads (a label, say) is none of the controller's: pending data
  /// is no request. A namespace that the map leaves out is the object's.
  func requests(for object: JSONObject, reader: any MappingReader) throws -> [ReconcileRequest] {
    let activation = MappingActivation(object: object, reader: reader, kinds: kinds, inputs: inputs)
    let value: Value
    do {
      value = try map.program.evaluate(activation)
    } catch let error as EvaluationError where error.isDataPending {
      return []
    }
    guard case .list(let items) = value else { throw malformed }
    return try items.map { item in
      guard case .map(let fields) = item, case .string(let name)? = fields[field: "name"] else {
        throw malformed
      }
      guard isNamespaced else { return ReconcileRequest(namespace: "", name: name) }
      switch fields[field: "namespace"] {
      case .string(let namespace)?: return ReconcileRequest(namespace: namespace, name: name)
      case nil:
        let own = object.at("metadata", "namespace")?.string ?? "default"
        return ReconcileRequest(namespace: own, name: name)
      default: throw malformed
      }
    }
  }

  private var malformed: ReconcileError {
    ReconcileError(
      "the map of a watch must yield a list of {'namespace': …, 'name': …}: \(map.source)")
  }
}

extension DeclarativeController.Primary {
  fileprivate var isNarrowed: Bool { name != nil || namespace != nil || !labels.isEmpty }

  /// Whether a change is of an object that `for` means; the object as it is now decides, as in
  /// controller-runtime's predicate.NewPredicateFuncs.
  fileprivate func accepts(old: JSONObject?, new: JSONObject?) -> Bool {
    guard let metadata = (new ?? old)?["metadata"] else { return false }
    if let name, metadata["name"]?.string != name { return false }
    if let namespace, metadata["namespace"]?.string != namespace { return false }
    return labels.allSatisfy { metadata["labels"]?[$0.key]?.string == $0.value }
  }
}

/// What the map of a watch sees: the changed object, the symbols, and lists of the cache.
private struct MappingActivation: Activation {
  let object: JSONObject
  let reader: any MappingReader
  let kinds: KindCatalogue
  let inputs: ControllerInputs

  var symbolicRun: SymbolicRun? { inputs.run }

  func value(of name: String) throws -> Value? {
    name == "object" ? .map(MapValue(object)) : inputs.value(of: name)
  }

  func call(_ function: String, _ arguments: [Value]) throws -> Value {
    guard function == "list" else {
      throw EvaluationError.noMatchingOverload(function, arguments)
    }
    let query = try ListQuery(arguments: arguments, kinds: kinds)
    return .list(
      reader.objects(
        of: query.groupKind, namespace: query.namespace, selection: query.selection
      ).map { .map(MapValue($0)) })
  }
}
