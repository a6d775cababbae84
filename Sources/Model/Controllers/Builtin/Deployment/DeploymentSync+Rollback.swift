internal import CEL

/// The roll-back that an annotation asks for, as `rollbackTo` of extensions/v1beta1 once did.
///
/// Follows pkg/controller/deployment/rollback.go (rollback, rollbackToTemplate, getRollbackTo) and
/// deployment/util/deployment_util.go (LastRevision, SetFromReplicaSetTemplate,
/// SetDeploymentAnnotationsTo).
extension DeploymentSync {
  /// The revision that the annotation names, 0 for the last one; nil where it names none.
  var rollbackRevision: Int64? {
    deployment.annotations[DeploymentAnnotations.rollback]?.string.flatMap { Int64($0) }
  }

  /// Takes the template and the annotations of that revision, and takes the annotation away in any
  /// case.
  func rollBack(to wanted: Int64, _ replicaSets: [JSONObject]) throws -> ReconcileResult {
    let (new, old) = try replicaSetsAndRevision(replicaSets, createIfMissing: true)
    let all = old + [new].compactMap(\.self)
    let revision = wanted == 0 ? DeploymentAnnotations.lastRevision(all) : wanted
    if revision != 0,
      let target = all.first(where: { DeploymentAnnotations.revision(of: $0) == revision })
    {
      takeTemplate(of: target)
    }
    deployment.annotations[DeploymentAnnotations.rollback] = nil
    _ = try client.update(deployment).object("rolling the Deployment back")
    return .done
  }

  private func takeTemplate(of replicaSet: JSONObject) {
    var template = replicaSet.at("spec", "template")?.object ?? JSONObject()
    let current = deployment.at("spec", "template")?.object ?? JSONObject()
    if TemplateEquality.areEqual(template, current) { return }
    template.set(nil, at: "metadata", "labels", TemplateEquality.hashLabel)
    deployment.set(.object(template), at: "spec", "template")
    DeploymentAnnotations.handBack(from: replicaSet, to: &deployment)
  }
}
