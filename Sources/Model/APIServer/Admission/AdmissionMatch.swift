internal import CEL

/// Which requests a policy or a binding is about (MatchResources).
///
/// Follows staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/matching/matching.go and
/// pkg/admission/plugin/webhook/predicates/rules/rules.go.
struct AdmissionMatch: Sendable {
  let namespaceSelector: LabelSelector
  let objectSelector: LabelSelector
  let rules: [Rule]
  let excluded: [Rule]
  /// `matchPolicy: Equivalent`: other versions of the kind match too.
  let takesOtherVersions: Bool

  /// One of resourceRules (NamedRuleWithOperations).
  struct Rule: Sendable {
    let groups: [String]
    let versions: [String]
    let operations: [String]
    let resources: [String]
    let names: [String]
    let scope: String

    init(_ object: JSONValue, at path: String) throws(AdmissionPolicyError) {
      func list(_ field: String, isRequired: Bool = true) throws(AdmissionPolicyError) -> [String] {
        let items = (object[field]?.array ?? []).compactMap(\.string)
        if items.isEmpty, isRequired {
          throw AdmissionPolicyError("\(path).\(field): Required value")
        }
        return items
      }
      groups = try list("apiGroups")
      versions = try list("apiVersions")
      operations = try list("operations")
      resources = try list("resources")
      names = try list("resourceNames", isRequired: false)
      scope = object["scope"]?.string ?? "*"
      for operation in operations
      where !["*", "CREATE", "UPDATE", "DELETE", "CONNECT"].contains(operation) {
        throw AdmissionPolicyError("\(path).operations: Unsupported value: \"\(operation)\"")
      }
      if !["*", "Cluster", "Namespaced"].contains(scope) {
        throw AdmissionPolicyError("\(path).scope: Unsupported value: \"\(scope)\"")
      }
    }

    func matches(_ attributes: AdmissionAttributes, version: String) -> Bool {
      func takes(_ list: [String], _ word: String) -> Bool {
        list.contains("*") || list.contains(word)
      }
      let isNamespaced = attributes.resource.isNamespaced
      return takes(groups, attributes.resource.group) && takes(versions, version)
        && takes(operations, attributes.operation.rawValue)
        && (names.isEmpty || names.contains(attributes.name))
        && (scope == "*" || (scope == "Namespaced") == isNamespaced)
        && resources.contains { matches(resource: $0, attributes) }
    }

    /// `pods` is without subresources, `pods/*` with all of them, `*/scale` that of every kind.
    private func matches(resource: String, _ attributes: AdmissionAttributes) -> Bool {
      let parts = resource.split(separator: "/", maxSplits: 1).map(String.init)
      let (name, subresource) = (parts.first ?? "", parts.count > 1 ? parts[1] : "")
      return (name == "*" || name == attributes.resource.plural)
        && (subresource == "*" || subresource == attributes.subresource)
    }
  }

  init(_ object: JSONObject, at path: String) throws(AdmissionPolicyError) {
    func selector(_ field: String) throws(AdmissionPolicyError) -> LabelSelector {
      guard let value = object[field] else { return LabelSelector() }
      guard let selector = LabelSelector(object: value) else {
        throw AdmissionPolicyError("\(path).\(field): Invalid value: not a label selector")
      }
      return selector
    }
    func rules(_ field: String) throws(AdmissionPolicyError) -> [Rule] {
      var rules: [Rule] = []
      for (index, rule) in (object[field]?.array ?? []).enumerated() {
        rules.append(try Rule(rule, at: "\(path).\(field)[\(index)]"))
      }
      return rules
    }
    namespaceSelector = try selector("namespaceSelector")
    objectSelector = try selector("objectSelector")
    self.rules = try rules("resourceRules")
    excluded = try rules("excludeResourceRules")
    let policy = object["matchPolicy"]?.string ?? "Equivalent"
    if !["Equivalent", "Exact"].contains(policy) {
      throw AdmissionPolicyError("\(path).matchPolicy: Unsupported value: \"\(policy)\"")
    }
    takesOtherVersions = policy == "Equivalent"
  }

  /// The version of the kind in which the request is to be judged; nil where it is not.
  ///
  /// Without rules everything matches, as bindings have it.
  func version(for attributes: AdmissionAttributes) -> String? {
    guard namespaceMatches(attributes), objectMatches(attributes) else { return nil }
    func match(_ rules: [Rule]) -> String? {
      let others = takesOtherVersions ? attributes.resource.versions : []
      return ([attributes.version] + others).first { version in
        rules.contains { $0.matches(attributes, version: version) }
      }
    }
    if match(excluded) != nil { return nil }
    return rules.isEmpty ? attributes.version : match(rules)
  }

  /// Cluster-scoped objects match, but for Namespaces, which are judged by their own labels.
  private func namespaceMatches(_ attributes: AdmissionAttributes) -> Bool {
    if namespaceSelector.isEmpty { return true }
    if attributes.isNamespace {
      guard let shown = attributes.object ?? attributes.oldObject else { return true }
      return namespaceSelector.matches(shown)
    }
    guard attributes.resource.isNamespaced else { return true }
    return namespaceSelector.matches(attributes.namespaceObject ?? JSONObject())
  }

  private func objectMatches(_ attributes: AdmissionAttributes) -> Bool {
    objectSelector.isEmpty
      || [attributes.object, attributes.oldObject].contains { object in
        object.map { objectSelector.matches($0) } ?? false
      }
  }
}
