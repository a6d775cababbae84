internal import CEL

/// The new and the old ReplicaSets of a Deployment, and their revisions.
///
/// Follows pkg/controller/deployment/sync.go (getAllReplicaSetsAndSyncRevision, getNewReplicaSet)
/// and deployment/util/deployment_util.go (FindNewReplicaSet, FindOldReplicaSets).
extension DeploymentSync {
  /// The ReplicaSet with the Deployment's template, made where asked for, and the others.
  ///
  /// Writes: the new ReplicaSet's annotations, or the Deployment's revision and first condition.
  func replicaSetsAndRevision(
    _ replicaSets: [JSONObject], createIfMissing: Bool
  ) throws -> (new: JSONObject?, old: [JSONObject]) {
    // Of several with the template the oldest is the new one; the order matters only then.
    let same = replicaSets.filter { hasTemplate($0) }
    let existing = try CreationOrder.sorted(same, oracle).first
    let old = replicaSets.filter { existing == nil || $0.uid != existing?.uid }
    let newRevision = DeploymentAnnotations.maxRevision(old) + 1
    if let existing { return (try adoptRevision(existing, newRevision), old) }
    guard createIfMissing else { return (nil, old) }
    return (try createReplicaSet(old, newRevision), old)
  }

  private var template: JSONObject { deployment.at("spec", "template")?.object ?? JSONObject() }

  private func hasTemplate(_ replicaSet: JSONObject) -> Bool {
    TemplateEquality.areEqual(replicaSet.at("spec", "template")?.object ?? JSONObject(), template)
  }

  /// The part of getNewReplicaSet for one that exists: first its annotations, in a sync of their
  /// own, then the Deployment's revision.
  private func adoptRevision(_ existing: JSONObject, _ newRevision: Int64) throws -> JSONObject {
    var copy = existing
    DeploymentAnnotations.setForNew(
      &copy, of: deployment, newRevision: newRevision, exists: true)
    let hasOtherDelay = copy.minReadySeconds != deployment.minReadySeconds
    if copy.annotations != existing.annotations || hasOtherDelay {
      copy.set(.int(Int64(deployment.minReadySeconds)), at: "spec", "minReadySeconds")
      return try client.update(copy).object("updating the new ReplicaSet")
    }
    var needsUpdate = setRevision(copy.annotations[DeploymentAnnotations.revision]?.string ?? "")
    if hasProgressDeadline, ConditionList(of: deployment)["Progressing"] == nil {
      setCondition(
        .progressing, status: "True", reason: Reason.foundNew,
        message: "Found new replica set \"\(copy.name)\"")
      needsUpdate = true
    }
    if needsUpdate {
      _ = try client.updateStatus(deployment).object("updating the Deployment's status")
    }
    return copy
  }

  /// SetDeploymentRevision: whether it changed.
  private func setRevision(_ revision: String) -> Bool {
    let key = DeploymentAnnotations.revision
    if deployment.annotations[key]?.string == revision { return false }
    deployment.annotations[key] = .string(revision)
    return true
  }

  private func createReplicaSet(_ old: [JSONObject], _ newRevision: Int64) throws -> JSONObject {
    var new = newReplicaSet()
    let size = DeploymentMath.newReplicas(deployment, all: old + [new], new: new)
    new.set(size.json, at: "spec", "replicas")
    DeploymentAnnotations.setForNew(
      &new, of: deployment, newRevision: newRevision, exists: false)

    let answer = try client.create(new)
    var created = new
    var existed = false
    if answer.isSuccess {
      created = try answer.object("creating the new ReplicaSet")
    } else if answer.isAlreadyExists {
      created = try takeExisting(new, answer)
      existed = true
    } else {
      if !answer.isNamespaceTerminating, hasProgressDeadline {
        setCondition(
          .progressing, status: "False", reason: Reason.failedCreate,
          message: "Failed to create new replica set \"\(new.name)\": \(answer.message ?? "")")
        _ = try client.updateStatus(deployment)
      }
      throw answer.error("creating the new ReplicaSet")
    }

    var needsUpdate = setRevision(String(newRevision))
    if !existed, hasProgressDeadline {
      setCondition(
        .progressing, status: "True", reason: Reason.createdNew,
        message: "Created new replica set \"\(created.name)\"")
      needsUpdate = true
    }
    if needsUpdate {
      _ = try client.updateStatus(deployment).object("updating the Deployment's status")
    }
    return created
  }

  /// The name was taken: by this Deployment's own (a slow cache), or by a hash collision, which is
  /// counted, so that the next sync takes another name.
  private func takeExisting(_ new: JSONObject, _ answer: APIResponse) throws -> JSONObject {
    guard
      let found = try oracle.get(
        "apps/v1", "ReplicaSet", namespace: new.namespace, name: new.name)
    else { throw ReconcileError("the ReplicaSet that exists is not in the cache", code: 404) }
    if ControllerReference.isControlled(found, by: deployment), hasTemplate(found) { return found }
    deployment.set(
      .int(Int64(deployment.statusInteger("collisionCount") + 1)), at: "status", "collisionCount")
    _ = try client.updateStatus(deployment)
    throw answer.error("creating the new ReplicaSet")
  }

  private func newReplicaSet() -> JSONObject {
    let hash = TemplateHash.of(
      .object(template), collisionCount: deployment.at("status", "collisionCount")?.int)
    var template = template
    template.set(.string(hash), at: "metadata", "labels", TemplateEquality.hashLabel)
    var selector = deployment.at("spec", "selector")?.object ?? JSONObject()
    selector.set(.string(hash), at: "matchLabels", TemplateEquality.hashLabel)
    var spec: JSONObject = [
      "replicas": 0, "selector": .object(selector), "template": .object(template),
    ]
    spec.setOmittingZero("minReadySeconds", deployment.minReadySeconds)
    return [
      "apiVersion": "apps/v1", "kind": "ReplicaSet",
      "metadata": [
        "name": .string("\(deployment.name)-\(hash)"),
        "namespace": .string(deployment.namespace),
        "labels": .object(template.labels),
        "ownerReferences": [.object(ControllerReference.make(to: deployment))],
      ],
      "spec": .object(spec),
    ]
  }
}
