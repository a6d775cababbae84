internal import CEL

/// One rule of a customize hook: which other objects the sync hook sees, and is called for.
struct RelatedRule {
  let apiVersion: String
  /// The plural name.
  let resource: String
  /// nil where the rule has none.
  let selector: LabelSelector?
  let namespace: String
  let names: [String]

  /// Reads a rule.
  ///
  /// determineSelectionType: labels exclude names and namespaces.
  init(_ object: JSONObject) throws {
    apiVersion = object["apiVersion"]?.string ?? ""
    resource = object["resource"]?.string ?? ""
    namespace = object["namespace"]?.string ?? ""
    names = (object["names"]?.array ?? []).compactMap(\.string)
    if let given = object["labelSelector"], given != .null {
      guard let selector = LabelSelector(object: given) else {
        throw ReconcileError("the customize hook's label selector is invalid")
      }
      guard namespace.isEmpty, names.isEmpty else {
        throw ReconcileError(
          "a related rule cannot have both a labelSelector and a namespace or names")
      }
      self.selector = selector
    } else {
      selector = nil
    }
  }

  /// Whether objects are chosen by their labels; so they are where nothing is said.
  private var isByLabels: Bool { selector != nil || (namespace.isEmpty && names.isEmpty) }

  /// Whether a change of an object wakes a parent (matchesRelatedRule).
  ///
  /// Below a namespaced parent the names are not looked at, as upstream has it.
  func concerns(_ object: JSONObject, parentNamespace: String) -> Bool {
    if isByLabels { return (selector ?? LabelSelector()).matches(object) }
    if !parentNamespace.isEmpty {
      return namespace == "*"
        || object.namespace == (namespace.isEmpty ? parentNamespace : namespace)
    }
    return names.isEmpty || names.contains(object.name)
  }

  /// The objects that the rule asks for, from the cache (GetRelatedObjects).
  func objects(
    _ kind: MetacontrollerController.Resource, _ parent: JSONObject, _ oracle: any ReconcileOracle
  ) throws -> [JSONObject] {
    var query = ListQuery(apiVersion: apiVersion, kind: kind.kind, namespace: nil)
    if isByLabels {
      if !parent.namespace.isEmpty, kind.isNamespaced { query.namespace = parent.namespace }
      if let selector, !selector.isEmpty {
        query.selection = .selectors(label: selector.text, field: "")
      }
      return try oracle.list(query)
    }
    if !parent.namespace.isEmpty, !["", "*", parent.namespace].contains(namespace) {
      throw ReconcileError(
        "requested related object namespace \(namespace) differs from parent object namespace "
          + parent.namespace)
    }
    if kind.isNamespaced, !namespace.isEmpty, namespace != "*" { query.namespace = namespace }
    return try oracle.list(query).filter { names.isEmpty || names.contains($0.name) }
  }
}

/// The related objects of a parent.
///
/// Follows pkg/controller/common/customize/manager.go. Upstream keeps the hook's answer by the name and
/// the generation of the parent; here the hook is asked whenever its request is another one.
struct RelatedObjects {
  let call: HookCall
  /// The kind of a resource; nil where nobody serves it.
  let resource:
    @Sendable (_ apiVersion: String, _ plural: String) -> MetacontrollerController.Resource?

  /// What the customize hook asks for.
  func find(_ parent: JSONObject, _ oracle: any ReconcileOracle) throws -> ChildMap {
    var map = ChildMap(of: parent)
    for rule in try call.customize(parent) {
      guard let kind = resource(rule.apiVersion, rule.resource) else {
        throw ReconcileError(
          "discovery: can't find resource \(rule.resource) in apiVersion \(rule.apiVersion)")
      }
      map.insertGroup(kind)
      for object in try rule.objects(kind, parent, oracle) { map.insert(object) }
    }
    return map
  }
}
