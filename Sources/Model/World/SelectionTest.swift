import CEL

/// What selections can ask of an object: its labels, its owners, the fields that its kind lets a field
/// selector name.
///
/// Fresh values are erased.
struct SelectableForm: Hashable {
  /// A name and a value, as erased texts.
  struct Pair: Hashable, Comparable {
    let name: String
    let value: String

    static func < (left: Pair, right: Pair) -> Bool {
      (left.name, left.value) < (right.name, right.value)
    }
  }

  /// Sorted; two labels whose keys differ in a fresh value only are two pairs of one name.
  let labels: [Pair]
  /// The uids of all owners, sorted.
  let owners: [String]
  /// The uid of the controller among them.
  let controller: String?
  /// The fields by path.
  let fields: [Pair]

  /// The form with its texts mapped.
  func mapped(_ text: (String) -> String) -> SelectableForm {
    func pairs(_ pairs: [Pair]) -> [Pair] {
      pairs.map { Pair(name: text($0.name), value: text($0.value)) }
    }
    return SelectableForm(
      labels: pairs(labels).sorted(), owners: owners.map(text), controller: controller.map(text),
      fields: fields.map { Pair(name: $0.name, value: text($0.value)) })
  }

  private init(labels: [Pair], owners: [String], controller: String?, fields: [Pair]) {
    self.labels = labels
    self.owners = owners
    self.controller = controller
    self.fields = fields
  }

  /// The form of an object.
  init(_ object: JSONObject, paths: [String], _ names: FootprintNames) {
    labels = (object.at("metadata", "labels")?.object?.entries ?? []).compactMap { entry in
      entry.value.string.map { Pair(name: names.erased(entry.key), value: names.erased($0)) }
    }.sorted()
    owners = (object.at("metadata", "ownerReferences")?.array ?? []).compactMap {
      $0["uid"]?.string.map { names.erased($0) }
    }.sorted()
    controller = object.controllerOwnerReference.map { names.erased($0["uid"]?.string ?? "") }
    fields = paths.map {
      Pair(name: $0, value: names.erased(FieldSelector.value(of: $0, in: object)))
    }
  }
}

/// A predicate read as footprints know it: which objects it may list.
///
/// Fresh values are erased on both sides, so the test must not say no where the true one, for some
/// numbers, says yes. Equality of erased texts follows from equality: a positive comparison stays.
/// Inequality does not: a negative comparison with a fresh value is dropped. One without fresh values
/// is exact, since a text with a fresh value never equals one without.
struct SelectionTest: Hashable {
  private enum Label: Hashable {
    /// A requirement that mentions no fresh value.
    case exact(LabelSelector.Requirement)
    case isOneOf(key: String, values: [String])
    case exists(String)
  }

  private enum Selection: Hashable {
    case all, nothing
    case dependents(uid: String)
    case claimable(uid: String, [Label])
    case selectors([Label], [FieldSelector.Term])
  }

  private let groupKind: GroupKind
  private let namespace: String?
  private let selection: Selection
  /// What of an object decides whether it is selected.
  let selectedFields: FieldUse

  /// The test of a scan.
  init(_ scan: ObjectScan, _ erased: (String) -> String) {
    groupKind = scan.groupKind
    namespace = scan.namespace.map(erased)
    switch scan.selection {
    case .all:
      selection = .all
      selectedFields = .existence
    case .dependents(let uid):
      selection = .dependents(uid: erased(uid))
      selectedFields = FieldUse(paths: [["metadata", "ownerReferences"]])
    case .claimable(let uid, let label):
      // As SelectionMatcher: text that does not parse selects all orphans.
      let requirements = (try? LabelSelector(parsing: label))?.requirements ?? []
      selection = .claimable(
        uid: erased(uid), requirements.compactMap { Self.test($0, erased) })
      selectedFields = FieldUse(
        paths: [["metadata", "ownerReferences"], ["metadata", "labels"]])
    case .selectors(let label, let field):
      guard let labels = try? LabelSelector(parsing: label),
        let fields = try? FieldSelector(parsing: field)
      else {
        // As SelectionMatcher: text that does not parse selects nothing.
        selection = .nothing
        selectedFields = .existence
        return
      }
      selectedFields = FieldUse(
        paths: [["metadata", "labels"]]
          + fields.terms.map { $0.path.split(separator: ".").map(String.init) })
      selection = .selectors(
        labels.requirements.compactMap { Self.test($0, erased) },
        fields.terms.compactMap { term in
          let value = erased(term.value)
          if !term.isEqual, FootprintNames.isCollective(value) { return nil }
          return FieldSelector.Term(term.path, isEqual: term.isEqual, value)
        })
    }
  }

  /// The test of a requirement; nil where everything must be accepted.
  private static func test(
    _ requirement: LabelSelector.Requirement, _ erased: (String) -> String
  ) -> Label? {
    let key = erased(requirement.key)
    let values = requirement.values.map { erased($0) }
    guard ([key] + values).contains(where: FootprintNames.isCollective) else {
      return .exact(requirement)
    }
    switch requirement.operator {
    case .in: return .isOneOf(key: key, values: values.sorted())
    case .exists: return .exists(key)
    case .notIn, .doesNotExist, .greaterThan, .lessThan: return nil
    }
  }

  /// Whether an object with this erased key and this form may be in the list.
  func accepts(_ key: ObjectKey, _ form: SelectableForm) -> Bool {
    guard key.groupKind == groupKind, namespace == nil || namespace == key.namespace else {
      return false
    }
    switch selection {
    case .all: return true
    case .nothing: return false
    case .dependents(let uid): return form.owners.contains(uid)
    case .claimable(let uid, let labels):
      if let controller = form.controller { return controller == uid }
      return labels.allSatisfy { Self.holds($0, form) }
    case .selectors(let labels, let fields):
      return labels.allSatisfy { Self.holds($0, form) }
        && fields.allSatisfy { term in
          // A path that the kind does not list (a definition made later): anything may match.
          guard let field = form.fields.first(where: { $0.name == term.path }) else { return true }
          return (field.value == term.value) == term.isEqual
        }
    }
  }

  private static func holds(_ label: Label, _ form: SelectableForm) -> Bool {
    switch label {
    case .exact(let requirement):
      let plain = form.labels.filter { !FootprintNames.isCollective($0.name) }
      return requirement.matches(
        JSONObject(plain.map { ($0.name, JSONValue.string($0.value)) }))
    case .isOneOf(let key, let values):
      return form.labels.contains { $0.name == key && values.contains($0.value) }
    case .exists(let key): return form.labels.contains { $0.name == key }
    }
  }
}
