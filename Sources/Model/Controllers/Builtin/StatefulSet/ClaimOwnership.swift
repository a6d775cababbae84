internal import CEL

/// Who owns the claims of a StatefulSet's Pods, by its persistentVolumeClaimRetentionPolicy: what is
/// owned goes with its owner, by the garbage collector's hand.
///
/// Follows pkg/controller/statefulset/stateful_set_utils.go (isClaimOwnerUpToDate,
/// updateClaimOwnerRefForSetAndPod, hasUnexpectedController) and stateful_pod_control.go
/// (ClaimsMatchRetentionPolicy, UpdatePodClaimForRetentionPolicy, PodClaimIsStale).
struct ClaimOwnership {
  let set: StatefulSet
  let client: ControllerClient

  private func isDeleted(_ when: String) -> Bool {
    set.object.at("spec", "persistentVolumeClaimRetentionPolicy", when)?.string == "Delete"
  }

  private var isDeletedWithSet: Bool { isDeleted("whenDeleted") }
  private var isDeletedWhenScaled: Bool { isDeleted("whenScaled") }

  /// Whether a Pod that is to be made would get a claim that still belongs to an earlier one.
  func isStale(for pod: JSONObject) throws -> Bool {
    guard set.version.deletesStatefulClaims, isDeletedWhenScaled else { return false }
    return try claims(of: pod).contains { hasStaleReference($0, to: pod) }
  }

  /// Whether the claims of a Pod have the owners that the policy asks for; missing ones do.
  func matches(_ pod: JSONObject) throws -> Bool {
    guard set.version.deletesStatefulClaims else { return true }
    return try claims(of: pod).allSatisfy { isUpToDate($0, pod) }
  }

  /// Gives the claims of a Pod their owners; the failure.
  func update(_ pod: JSONObject) throws -> ReconcileError? {
    guard set.version.deletesStatefulClaims else { return nil }
    for claim in try claims(of: pod) where !isUpToDate(claim, pod) {
      var changed = claim
      let references = references(for: claim, pod)
      changed.metadata["ownerReferences"] =
        references.isEmpty ? nil : .array(references.map(JSONValue.object))
      let answer = try client.update(changed)
      if !answer.isSuccess { return answer.error("updating a PersistentVolumeClaim") }
    }
    return nil
  }

  /// The claims of a Pod that the cache has.
  private func claims(of pod: JSONObject) throws -> [JSONObject] {
    guard let ordinal = set.ordinal(of: pod) else { return [] }
    return try set.claims(ordinal).compactMap { _, claim in
      try client.oracle.get(
        "v1", "PersistentVolumeClaim", namespace: claim.namespace, name: claim.name)
    }
  }

  /// The owner that the policy asks for; nil for none.
  private func owner(for pod: JSONObject) -> JSONObject? {
    guard isDeletedWhenScaled else { return isDeletedWithSet ? set.object : nil }
    if isScaledAway(pod) { return pod }
    return isDeletedWithSet ? set.object : nil
  }

  private func isScaledAway(_ pod: JSONObject) -> Bool {
    guard let ordinal = set.ordinal(of: pod) else { return true }
    return !(set.start..<(set.start + set.replicas)).contains(ordinal)
  }

  private func isUpToDate(_ claim: JSONObject, _ pod: JSONObject) -> Bool {
    // What belongs to an earlier set or Pod of the name is left alone.
    if hasStaleReference(claim, to: set.object) || hasStaleReference(claim, to: pod) {
      return true
    }
    let own = claim.ownerReferences.filter {
      $0["uid"]?.string == set.object.uid || $0["uid"]?.string == pod.uid
    }
    if hasUnexpectedController(claim, pod) { return own.isEmpty }
    guard own.allSatisfy({ $0["controller"]?.bool == true }) else { return false }
    return own.compactMap { $0["uid"]?.string } == [owner(for: pod)?.uid].compactMap(\.self)
  }

  private func references(for claim: JSONObject, _ pod: JSONObject) -> [JSONObject] {
    let others = claim.ownerReferences.filter { !isOf($0, set.object) && !isOf($0, pod) }
    guard !hasUnexpectedController(claim, pod), let owner = owner(for: pod) else { return others }
    return others + [ControllerReference.make(to: owner)]
  }

  /// matchesRef: the reference names the object, whatever its uid.
  private func isOf(_ reference: JSONObject, _ object: JSONObject) -> Bool {
    reference.apiVersion == object.apiVersion && reference.kind == object.kind
      && reference["name"]?.string == object.name
  }

  private func hasStaleReference(_ claim: JSONObject, to object: JSONObject) -> Bool {
    claim.ownerReferences.first { isOf($0, object) }.map { $0["uid"]?.string ?? "" != object.uid }
      ?? false
  }

  /// Whether somebody else controls a claim that the policy would delete.
  private func hasUnexpectedController(_ claim: JSONObject, _ pod: JSONObject) -> Bool {
    guard isDeletedWhenScaled || isDeletedWithSet else { return false }
    return claim.ownerReferences.contains { reference in
      for object in [set.object, pod] where isOf(reference, object) {
        return reference["uid"]?.string ?? "" != object.uid
      }
      return reference["controller"]?.bool == true
    }
  }
}
