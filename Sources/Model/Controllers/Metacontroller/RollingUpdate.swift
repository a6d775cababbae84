internal import CEL

/// Moves children to the latest revision of their parent, at most one that changes in a sync, and only
/// while all that moved before are up to date and well.
///
/// Follows pkg/controller/composite/rolling_update.go (syncRollingUpdate). Names are relative to the
/// parent throughout.
struct RollingUpdate {
  private struct Name: Hashable {
    let kind: GroupKind
    let name: String
  }

  let controller: MetacontrollerController
  let observed: ChildMap

  /// Changes the claims of the revisions, the latest of which is the first, and the status that the
  /// latest one's hook wants.
  func advance(_ revisions: inout [ParentRevision]) {
    var claimed = syncClaims(&revisions)
    takeWithoutChange(&revisions, &claimed)
    for child in revisions[0].answer.children {
      let name = self.name(child)
      guard controller.isRolling(name.kind), claimed[name] != 0 else { continue }
      if let reason = reasonToWait(revisions[0]) {
        return setCondition(&revisions[0], "False", "RolloutWaiting", reason)
      }
      revisions[0].add(name.kind, name.name)
      for index in revisions.indices.dropFirst() { revisions[index].remove(name.kind, name.name) }
      return setCondition(
        &revisions[0], "False", "RolloutProgressing", "updating \(name.kind.kind) \(name.name)")
    }
    setCondition(
      &revisions[0], "True", "OnLatestRevision",
      "latest ControllerRevision: \(revisions[0].revision.name)")
  }

  private func name(_ child: JSONObject) -> Name {
    Name(kind: child.ownGroupKind, name: observed.relativeName(observed.place(of: child)))
  }

  /// syncRevisionClaims: the revision that each child follows; children that the latest revision does
  /// not want, and kinds that do not roll any more, are forgotten.
  ///
  /// As upstream, a kind with one child left keeps the names of all it had.
  private func syncClaims(_ revisions: inout [ParentRevision]) -> [Name: Int] {
    var claimed: [Name: Int] = [:]
    let wanted = revisions[0].wanted
    for index in revisions.indices {
      revisions[index].claims = revisions[index].claims.filter { claims in
        guard controller.isRolling(claims.groupKind) else { return false }
        var isClaiming = false
        for name in claims.names where wanted.find(claims.groupKind, name) != nil {
          let key = Name(kind: claims.groupKind, name: name)
          if claimed[key] == nil {
            claimed[key] = index
            isClaiming = true
          }
        }
        return isClaiming
      }
    }
    return claimed
  }

  /// Gives the latest revision what nobody claims, and what already is as it wants it.
  private func takeWithoutChange(_ revisions: inout [ParentRevision], _ claimed: inout [Name: Int])
  {
    let wanted = revisions[0].wanted
    for group in wanted.sortedGroups where controller.isRolling(group.groupKind) {
      for (_, object) in wanted.objects(group) {
        let name = self.name(object)
        if let owner = claimed[name] {
          guard owner != 0, let child = observed.find(name.kind, name.name),
            (try? ChildMerge.updated(child, to: object)) == child
          else { continue }
          revisions[owner].remove(name.kind, name.name)
        }
        revisions[0].add(name.kind, name.name)
        claimed[name] = 0
      }
    }
  }

  /// shouldContinueRolling: what the next child has to wait for; nil where it need not.
  private func reasonToWait(_ latest: ParentRevision) -> String? {
    for claims in latest.claims {
      guard let rule = controller.child(claims.groupKind), rule.method.isRolling else { continue }
      for name in claims.names {
        let what = "child \(claims.groupKind.kind) \(name)"
        guard let child = observed.find(claims.groupKind, name) else { return "missing \(what)" }
        let wanted = latest.wanted.find(claims.groupKind, name) ?? JSONObject()
        guard (try? ChildMerge.updated(child, to: wanted)) == child else {
          return "\(what) is not updated yet"
        }
        let seen = child.at("status", "observedGeneration")?.int ?? 0
        if rule.method == .rollingInPlace, seen > 0, seen < child.generation {
          return "\(what) with RollingInPlace update strategy hasn't observed latest spec"
        }
        if let failure = rule.checks.lazy.compactMap({ Self.failure(of: $0, child) }).first {
          return "\(what) failed status check: \(failure)"
        }
      }
    }
    return nil
  }

  /// childStatusCheck, of one condition.
  private static func failure(of check: MetacontrollerController.StatusCheck, _ child: JSONObject)
    -> String?
  {
    let conditions = child.at("status", "conditions")?.array ?? []
    guard let found = conditions.first(where: { $0["type"]?.string == check.type }) else {
      return "required condition type missing: \"\(check.type)\""
    }
    for (field, wanted) in [("status", check.status), ("reason", check.reason)] {
      guard let wanted else { continue }
      let is_ = found[field]?.string ?? ""
      if is_ != wanted {
        return "\"\(check.type)\" condition \(field) is \"\(is_)\" (want \"\(wanted)\")"
      }
    }
    return nil
  }

  /// SetCondition.
  ///
  /// As upstream, a condition of that type that the hook itself sets stays as it is.
  private func setCondition(
    _ revision: inout ParentRevision, _ status: String, _ reason: String, _ message: String
  ) {
    var wanted = revision.answer.status ?? JSONObject()
    var conditions = wanted["conditions"]?.array ?? []
    guard !conditions.contains(where: { $0["type"]?.string == "Updated" }) else { return }
    conditions.append([
      "type": "Updated", "status": .string(status), "reason": .string(reason),
      "message": .string(message),
    ])
    wanted["conditions"] = .array(conditions)
    revision.answer.status = wanted
  }
}
