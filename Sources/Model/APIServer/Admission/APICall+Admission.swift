internal import CEL

/// Validating admission: what policies say about a write that is valid otherwise.
extension APICall {
  /// Asks the policies about a write.
  ///
  /// Follows pkg/admission/plugin/policy/validating/dispatcher.go.
  ///
  /// - Throws: the first refusal.
  func admit(
    _ operation: AdmissionAttributes.Operation, _ key: ObjectKey, object: JSONObject?,
    old: JSONObject?
  ) throws(APIError) {
    let policies = server.resources.policies
    // Policies are not asked about policies, so that nobody can lock himself out.
    guard !policies.isEmpty, resource.group != "admissionregistration.k8s.io" else { return }
    let attributes = AdmissionAttributes(
      operation: operation, resource: resource, subresource: request.subresource,
      version: request.apiVersion.split(separator: "/").last.map(String.init) ?? "",
      namespace: key.namespace, name: key.name,
      isDryRun: request.dryRun || request.parameters["dryRun"] == "All",
      username: request.fieldManager, object: object, oldObject: old, reader: reader)
    for policy in policies.policies {
      guard let (binding, violation) = policy.refusal(attributes, server.resources) else {
        continue
      }
      let message =
        "ValidatingAdmissionPolicy '\(policy.name)' with binding '\(binding.name)' denied "
        + "request: \(violation.message)"
      var error = APIError.forbidden(resource.group, resource.plural, key.name, message)
      error.reason = violation.reason
      error.code = AdmissionPolicy.codes[violation.reason] ?? 422
      error.details?["causes"] = [["message": .string(message)]]
      throw error
    }
  }

  /// Asks about an update; one of `/scale` is judged as the Scale before and after.
  func admitUpdate(_ object: JSONObject, old: JSONObject) throws(APIError) {
    guard request.subresource == "scale", let paths = rules.scale else {
      return try admit(.update, key, object: object, old: old)
    }
    try admit(.update, key, object: scale(of: object, paths), old: scale(of: old, paths))
  }
}
