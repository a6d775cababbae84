internal import CEL

/// Brings the children to what the hook wants: first those go that it does not list, then the others
/// are created or updated.
///
/// Follows pkg/controller/common/manage_children.go (ManageChildren). Within each half upstream goes
/// through Go maps, so the kinds come in any order, and so do the children of one kind: all orders
/// are explored, unless the scenario wants one only. A failure does not keep the others from being written.
struct ChildManager {
  /// One write; what it is does not depend on the writes before it.
  private enum Write {
    case create(JSONObject)
    case update(JSONObject)
    case delete(JSONObject)
  }

  let controller: MetacontrollerController
  let client: MetacontrollerClient
  let parent: JSONObject

  /// Makes the writes; the first failure, if there was one.
  func manage(observed: ChildMap, wanted: ChildMap) throws -> ReconcileError? {
    var failure: ReconcileError?
    let superfluous = observed.sortedGroups.map { deletions($0, observed, wanted) }
    try inAnyOrder(superfluous) { write in
      let error = try perform(write)
      failure = failure ?? error
    }
    var others: [[Write]] = []
    for group in wanted.sortedGroups {
      others.append(try changes(group, observed, wanted) { failure = failure ?? $0 })
    }
    try inAnyOrder(others) { write in
      let error = try perform(write)
      failure = failure ?? error
    }
    return failure
  }

  private func inAnyOrder(_ groups: [[Write]], _ perform: (Write) throws -> Void) throws {
    var groups = groups.filter { !$0.isEmpty }
    while !groups.isEmpty {
      var writes = groups.remove(at: try choose(groups.count, "the next kind of children"))
      while !writes.isEmpty {
        try perform(writes.remove(at: try choose(writes.count, "the next child")))
      }
    }
  }

  private func choose(_ count: Int, _ label: String) throws -> Int {
    count == 1 || controller.writesByName ? 0 : try client.oracle.choose(count, label)
  }

  // MARK: What is to be done

  private func deletions(_ group: ChildMap.Group, _ observed: ChildMap, _ wanted: ChildMap)
    -> [Write]
  {
    observed.objects(group).compactMap { place, object in
      guard object.deletionTimestamp == nil, wanted.groups[group]?[place] == nil else {
        return nil
      }
      return .delete(object)
    }
  }

  private func changes(
    _ group: ChildMap.Group, _ observed: ChildMap, _ wanted: ChildMap,
    fail: (ReconcileError) -> Void
  ) throws -> [Write] {
    try wanted.objects(group).compactMap { place, object in
      guard let old = observed.groups[group]?[place] else { return .create(new(object, place)) }
      let updated: JSONObject
      do {
        updated = try ChildMerge.updated(old, to: object)
      } catch let error as ReconcileError {
        fail(error)
        return nil
      }
      // One that is being deleted is left alone.
      guard updated != old, old.deletionTimestamp == nil else { return nil }
      switch controller.child(group.groupKind)?.method ?? .onDelete {
      case .onDelete: return nil
      // It is created again by a later sync.
      case .recreate, .rollingRecreate: return .delete(old)
      case .inPlace, .rollingInPlace: return .update(updated)
      }
    }
  }

  private func new(_ object: JSONObject, _ place: ChildMap.Place) -> JSONObject {
    var child = ChildMerge.created(object)
    let references = child.ownerReferences + [ControllerReference.make(to: parent)]
    child.metadata["ownerReferences"] = .array(references.map { .object($0) })
    return child
  }

  // MARK: Doing it

  /// What went wrong, but for what another sync will see anyway.
  private func perform(_ write: Write) throws -> ReconcileError? {
    switch write {
    case .create(let object):
      let answer = try client.plain.create(object)
      return answer.isSuccess || answer.isAlreadyExists
        ? nil : answer.error("can't create the \(object.kind) \(object.name)")
    case .update(let object):
      let answer = try client.plain.update(object)
      return answer.isSuccess || answer.isNotFound || answer.isConflict
        ? nil : answer.error("can't update the \(object.kind) \(object.name)")
    case .delete(let object):
      let answer = try client.delete(object, inBackground: true)
      return answer.isSuccess || answer.isNotFound
        ? nil : answer.error("can't delete the \(object.kind) \(object.name)")
    }
  }
}
