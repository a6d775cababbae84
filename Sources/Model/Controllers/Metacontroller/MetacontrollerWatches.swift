internal import CEL

/// What wakes a Metacontroller controller.
///
/// Follows the event handlers of pkg/controller/composite/controller.go and
/// pkg/controller/decorator/controller.go, and of pkg/controller/common/customize/manager.go for related
/// objects. The last look at the object as it is now, or as it last was.
struct MetacontrollerWatches: Sendable {
  private let controller: MetacontrollerController
  private let environment: MetacontrollerEnvironment

  init(_ controller: MetacontrollerController, _ environment: MetacontrollerEnvironment) {
    self.controller = controller
    self.environment = environment
  }

  var composite: [WatchRule] {
    var rules = parents + children(adopts: true) + related
    if controller.children.contains(where: { $0.method.isRolling }) {
      rules.append(.informer(ParentRevisions.groupKind))
    }
    return rules
  }

  var decorator: [WatchRule] { parents + children(adopts: false) + related }

  // MARK: Parents

  private var parents: [WatchRule] {
    let controller = controller
    return controller.parents.map { parent in
      let mapping: WatchRule.Mapping =
        controller.parents.count == 1 ? .object : .named { controller.request(for: $0) }
      return WatchRule(parent.resource.groupKind, mapping) { old, new in
        guard let object = new ?? old, controller.concerns(object) else { return false }
        guard parent.ignoresStatusChanges, let old, let new else { return true }
        let isComposite = controller.kind == .composite
        return old.generation != new.generation || old.labels != new.labels
          || old.annotations != new.annotations
          || (isComposite && new.deletionTimestamp != nil)
      }
    }
  }

  // MARK: Children

  private func children(adopts: Bool) -> [WatchRule] {
    controller.children.map { child in
      WatchRule(
        child.resource.groupKind,
        .mapLatest { object, reader in
          if let reference = object.controllerReference {
            return owner(object, reference, reader).map { [$0] } ?? []
          }
          return adopts ? adopters(of: object, reader) : []
        },
        predicate: { old, new in
          // Orphans that are gone, or about to be, are adopted by nobody.
          guard let object = new ?? old else { return false }
          return object.controllerReference != nil
            || (new != nil && object.deletionTimestamp == nil)
        })
    }
  }

  /// resolveControllerRef.
  private func owner(_ child: JSONObject, _ reference: JSONObject, _ reader: any MappingReader)
    -> ReconcileRequest?
  {
    guard let rule = controller.parent(reference.ownGroupKind) else { return nil }
    let namespace = rule.resource.isNamespaced ? child.namespace : ""
    let key = ObjectKey(
      rule.resource.groupKind, namespace: namespace, name: reference["name"]?.string ?? "")
    guard let parent = reader.object(key), parent.uid == reference["uid"]?.string,
      controller.concerns(parent)
    else { return nil }
    return controller.request(for: parent)
  }

  /// findPotentialParents.
  private func adopters(of orphan: JSONObject, _ reader: any MappingReader) -> [ReconcileRequest] {
    let rule = controller.parents[0].resource
    let all = reader.objects(
      of: rule.groupKind, namespace: rule.isNamespaced ? orphan.namespace : nil, selection: .all)
    return all.filter { parent in
      guard controller.concerns(parent) else { return false }
      if controller.generatesSelector {
        return orphan.labels[CompositeSync.uidLabel]?.string == parent.uid
      }
      guard let selector = LabelSelector(object: parent.at("spec", "selector")) else {
        return false
      }
      return !selector.isEmpty && selector.matches(orphan)
    }.map { controller.request(for: $0) }
  }

  // MARK: Related objects

  private var related: [WatchRule] {
    guard controller.customize != nil else { return [] }
    return environment.kinds.map { kind in
      WatchRule(kind, .map { try interested(in: $0, $1) })
    }
  }

  /// findRelatedParents: a kind that some rule asks for wakes whoever has a rule that accepts the
  /// object, whatever kind that rule is about, as upstream has it.
  private func interested(in object: JSONObject, _ reader: any MappingReader) throws
    -> [ReconcileRequest]
  {
    let call = environment.call(controller)
    let find = environment.related(controller).resource
    var found: [ReconcileRequest] = []
    var isAsked = false
    for rule in controller.parents {
      let kind = rule.resource.groupKind
      for parent in reader.objects(of: kind, namespace: nil, selection: .all)
      where controller.concerns(parent) {
        guard let rules = try rules(call, parent) else { continue }
        isAsked =
          isAsked
          || rules.contains {
            find($0.apiVersion, $0.resource)?.groupKind == object.ownGroupKind
          }
        if rules.contains(where: { $0.concerns(object, parentNamespace: parent.namespace) }) {
          found.append(controller.request(for: parent))
        }
      }
    }
    return isAsked ? found : []
  }

  /// The rules for a parent; nil where its hook refuses to say.
  private func rules(_ call: HookCall, _ parent: JSONObject) throws -> [RelatedRule]? {
    do {
      return try call.customize(parent)
    } catch is ReconcileError {
      return nil
    } catch is HookCall.TooManyRequests {
      return nil
    }
  }
}
