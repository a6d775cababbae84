internal import CEL

/// How many Pods a budget expects, and how many of them must stay healthy.
struct DisruptionExpectation {
  let pods: Integer
  let desiredHealthy: Integer
}

/// The sizes of the controllers that own a budget's Pods.
///
/// Follows pkg/controller/disruption/disruption.go (getExpectedPodCount, getExpectedScale and the
/// finders).
struct DisruptionScales {
  let client: ControllerClient
  let version: KubernetesVersion

  /// One controller's uid and size.
  private struct Scale {
    let uid: String
    let replicas: Integer
  }

  /// The expectation of a budget for its Pods, or why there is none.
  func expect(
    of budget: JSONObject, _ pods: [JSONObject]
  ) throws -> Result<DisruptionExpectation, ReconcileError> {
    let isMaximum = budget.at("spec", "maxUnavailable") != nil
    guard let value = budget.at("spec", isMaximum ? "maxUnavailable" : "minAvailable") else {
      return .success(DisruptionExpectation(pods: 0, desiredHealthy: 0))
    }
    if !isMaximum, let number = value.integer {
      return .success(DisruptionExpectation(pods: Integer(pods.count), desiredHealthy: number))
    }
    var scales: [Scale] = []
    for pod in pods {
      guard let reference = pod.controllerReference else {
        if version.budgetsIgnoreUnmanagedPods { continue }
        return .failure(ReconcileError("found no controller ref for pod \"\(pod.name)\""))
      }
      if scales.contains(where: { $0.uid == reference["uid"]?.string }) { continue }
      switch try scale(of: reference, pod.namespace) {
      case .failure(let error): return .failure(error)
      case .success(nil):
        return .failure(ReconcileError("found no controllers for pod \"\(pod.name)\""))
      case .success(.some(let scale)):
        if !scales.contains(where: { $0.uid == scale.uid }) { scales.append(scale) }
      }
    }
    let expected = scales.reduce(Integer(0)) { $0 + $1.replicas }
    guard let scaled = IntOrPercent.scaled(value, of: expected, rounding: .up) else {
      return .failure(ReconcileError("invalid value for IntOrString"))
    }
    return .success(
      DisruptionExpectation(
        pods: expected, desiredHealthy: isMaximum ? .greatest(0, expected - scaled) : scaled))
  }

  /// The finders in upstream's order, which differ by kind: a ReplicaSet of a Deployment stands for
  /// that, workloads are read from the cache, everything else through `/scale`.
  private func scale(
    of reference: JSONObject, _ namespace: String
  ) throws -> Result<Scale?, ReconcileError> {
    switch (GroupKind(apiVersion: reference.apiVersion, kind: reference.kind)) {
    case .replicationController:
      if let found = try cached(reference, namespace) { return .success(size(of: found)) }
    case .replicaSet:
      guard let replicaSet = try cached(reference, namespace) else { break }
      guard let owner = replicaSet.controllerReference, owner.kind == "Deployment" else {
        return .success(size(of: replicaSet))
      }
      if ControllerReference.isOf(owner, .deployment),
        let deployment = try cached(owner, namespace)
      {
        return .success(size(of: deployment))
      }
    case .statefulSet:
      if let found = try cached(reference, namespace) { return .success(size(of: found)) }
    default: break
    }
    return try liveScale(of: reference, namespace)
  }

  /// The referenced object as the cache has it, if it is that one.
  private func cached(_ reference: JSONObject, _ namespace: String) throws -> JSONObject? {
    let object = try client.oracle.get(
      reference.apiVersion, reference.kind, namespace: namespace,
      name: reference["name"]?.string ?? "")
    return object.flatMap { $0.uid == reference["uid"]?.string ? $0 : nil }
  }

  private func size(of object: JSONObject) -> Scale {
    Scale(uid: object.uid, replicas: object.wantedReplicas)
  }

  /// getScaleController.
  private func liveScale(
    of reference: JSONObject, _ namespace: String
  ) throws -> Result<Scale?, ReconcileError> {
    let answer = try client.get(
      reference.apiVersion, reference.kind, namespace: namespace,
      name: reference["name"]?.string ?? "", subresource: "scale")
    if answer.isNotFound {
      // The kind has no such subresource, or the object is gone (implementsScale).
      let isUnknown = answer.message?.hasPrefix("the server could not find") ?? false
      guard isUnknown else { return .success(nil) }
      return .failure(
        ReconcileError("\(reference.kind) does not implement the scale subresource"))
    }
    guard answer.isSuccess, let scale = answer.body.object else {
      return .failure(answer.error("reading a scale"))
    }
    guard scale.uid == reference["uid"]?.string else { return .success(nil) }
    return .success(Scale(uid: scale.uid, replicas: scale.specNumber("replicas") ?? 0))
  }
}
