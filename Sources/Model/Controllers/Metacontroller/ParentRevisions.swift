internal import CEL

/// What a parent was at some revision, and which children still follow that.
struct ParentRevision {
  /// The parent as it was then.
  var parent: JSONObject
  /// The ControllerRevision.
  var revision: JSONObject
  var answer: HookCall.SyncAnswer
  var wanted: ChildMap

  /// The children that follow this revision, by kind.
  var claims: [RevisionClaims] {
    get { (revision["children"]?.array ?? []).map(RevisionClaims.init) }
    set { revision["children"] = newValue.isEmpty ? nil : .array(newValue.map(\.json)) }
  }

  var countsChildren: Bool { claims.contains { !$0.names.isEmpty } }

  mutating func add(_ kind: GroupKind, _ name: String) {
    var all = claims
    if let index = all.firstIndex(where: { $0.groupKind == kind }) {
      if !all[index].names.contains(name) { all[index].names.append(name) }
    } else {
      all.append(RevisionClaims(groupKind: kind, names: [name]))
    }
    claims = all
  }

  mutating func remove(_ kind: GroupKind, _ name: String) {
    var all = claims
    guard let index = all.firstIndex(where: { $0.groupKind == kind }) else { return }
    all[index].names.removeAll { $0 == name }
    claims = all
  }
}

/// The children of one kind that follow a revision.
struct RevisionClaims {
  let groupKind: GroupKind
  var names: [String]

  init(groupKind: GroupKind, names: [String]) {
    self.groupKind = groupKind
    self.names = names
  }

  init(_ json: JSONValue) {
    groupKind = GroupKind(
      group: json["apiGroup"]?.string ?? "", kind: json["kind"]?.string ?? "")
    names = (json["names"]?.array ?? []).compactMap(\.string)
  }

  var json: JSONValue {
    [
      "apiGroup": .string(groupKind.group), "kind": .string(groupKind.kind),
      "names": .array(names.map { .string($0) }),
    ]
  }
}

/// The revisions of a parent whose children are updated one by one.
///
/// Follows pkg/controller/composite/controller_revision.go (syncRevisions): the hook is asked once for
/// each revision that still has children, and ControllerRevisions are written before any child is.
struct ParentRevisions {
  static let apiVersion = "metacontroller.k8s.io/v1alpha1"
  static let groupKind = GroupKind(group: "metacontroller.k8s.io", kind: "ControllerRevision")
  private static let groupLabel = "metacontroller.k8s.io/apiGroup"
  private static let resourceLabel = "metacontroller.k8s.io/resource"

  let sync: CompositeSync
  let parent: JSONObject

  private var controller: MetacontrollerController { sync.controller }
  private var client: MetacontrollerClient { sync.client }
  private var parentKind: MetacontrollerController.Resource { controller.parents[0].resource }

  /// What the hooks of all revisions want together.
  func wish(_ observed: ChildMap) throws -> HookCall.SyncAnswer {
    let found = try claimRevisions()
    let latest = patch(of: parent)
    var pairs: [(parent: JSONObject, revision: JSONObject)] = []
    var newest: JSONObject?
    for revision in found {
      guard let patch = revision["parentPatch"]?.object else {
        throw ReconcileError("can't unmarshal ControllerRevision parentPatch")
      }
      if patch == latest { newest = revision } else { pairs.append((apply(patch), revision)) }
    }
    pairs.insert((parent, newest ?? newRevision(latest)), at: 0)
    var revisions = try pairs.map { try ask($0.parent, $0.revision, observed) }
    RollingUpdate(controller: controller, observed: observed).advance(&revisions)
    // Revisions that nobody follows any more go, but for the latest.
    revisions = [revisions[0]] + revisions.dropFirst().filter(\.countsChildren)
    try manage(found, revisions.map(\.revision))
    return combined(revisions)
  }

  private func ask(_ parent: JSONObject, _ revision: JSONObject, _ observed: ChildMap) throws
    -> ParentRevision
  {
    // As upstream: the related objects of a revision that cannot be had are none.
    var related = ChildMap(of: parent)
    do {
      related = try sync.related.find(parent, client.oracle)
    } catch is ReconcileError {}
    let answer = try sync.ask(parent, observed, related)
    var wanted = ChildMap(of: self.parent)
    for child in answer.children { wanted.insert(child) }
    return ParentRevision(parent: parent, revision: revision, answer: answer, wanted: wanted)
  }

  /// The latest revision's children, but for those that still follow another one.
  private func combined(_ revisions: [ParentRevision]) -> HookCall.SyncAnswer {
    var result = revisions[0].answer
    var children = revisions[0].wanted
    for revision in revisions.dropFirst() {
      for claims in revision.claims {
        for name in claims.names {
          if let child = revision.wanted.find(claims.groupKind, name) { children.replace(child) }
        }
      }
    }
    result.children = children.sortedGroups.flatMap { children.objects($0).map(\.object) }
    result.resyncAfterSeconds =
      revisions.map(\.answer.resyncAfterSeconds).filter { $0 > 0 }.min() ?? 0
    result.isFinalized = revisions.allSatisfy(\.answer.isFinalized)
    return result
  }

  // MARK: ControllerRevisions

  private func claimRevisions() throws -> [JSONObject] {
    let own = LabelSelector([
      LabelSelector.Requirement(Self.groupLabel, .in, [parentKind.groupKind.group]),
      LabelSelector.Requirement(Self.resourceLabel, .in, [parentKind.plural]),
    ])
    let selector = LabelSelector(try sync.selector(of: parent).requirements + own.requirements)
    let all = try client.oracle.list(
      ListQuery(
        apiVersion: Self.apiVersion, kind: Self.groupKind.kind,
        namespace: parent.namespace.isEmpty ? nil : parent.namespace))
    return try ChildClaim(client: client, controller: parent, selector: selector).claim(all)
  }

  /// makePatch: the fields that make a revision.
  private func patch(of parent: JSONObject) -> JSONObject {
    var patch = JSONObject()
    for path in controller.revisionFields {
      if let value = parent.value(at: path[...]) { patch.set(value, along: path[...]) }
    }
    return patch
  }

  /// applyPatch: the parent as it was at a revision.
  private func apply(_ patch: JSONObject) -> JSONObject {
    var result = parent
    for path in controller.revisionFields {
      if let value = patch.value(at: path[...]) { result.set(value, along: path[...]) }
    }
    return result
  }

  /// newControllerRevision.
  ///
  /// Upstream's name ends in a hash of the parent's uid and the patch. Uids are symbols here, which a
  /// hash would take apart, so the uid itself stands before the hash of the patch.
  private func newRevision(_ patch: JSONObject) -> JSONObject {
    var labels =
      controller.generatesSelector
      ? [CompositeSync.uidLabel: .string(parent.uid)]
      : parent.at("spec", "template", "metadata", "labels")?.object ?? JSONObject()
    labels[Self.groupLabel] = .string(parentKind.groupKind.group)
    labels[Self.resourceLabel] = .string(parentKind.plural)
    let group = parentKind.groupKind.group.isEmpty ? "core" : parentKind.groupKind.group
    let hash = TemplateHash.of(.object(patch), collisionCount: nil)
    var revision: JSONObject = [
      "apiVersion": .string(Self.apiVersion), "kind": .string(Self.groupKind.kind),
      "parentPatch": .object(patch),
    ]
    revision.metadata = [
      "name": .string("\(parentKind.plural).\(group)-\(parent.uid)-\(hash)"),
      "labels": .object(labels),
      "ownerReferences": [.object(ControllerReference.make(to: parent))],
    ]
    if !parent.namespace.isEmpty { revision.metadata["namespace"] = .string(parent.namespace) }
    return revision
  }

  /// manageRevisions: all of it must succeed before a child is touched.
  private func manage(_ observed: [JSONObject], _ wanted: [JSONObject]) throws {
    for revision in observed where !wanted.contains(where: { $0.name == revision.name }) {
      let answer = try client.delete(revision, inBackground: false)
      if !answer.isSuccess { throw answer.error("can't delete a ControllerRevision") }
    }
    for revision in wanted {
      let answer: APIResponse
      if let old = observed.first(where: { $0.name == revision.name }) {
        if old == revision { continue }
        answer = try client.plain.update(revision)
      } else {
        answer = try client.plain.create(revision)
      }
      if !answer.isSuccess { throw answer.error("can't write a ControllerRevision") }
    }
  }
}
