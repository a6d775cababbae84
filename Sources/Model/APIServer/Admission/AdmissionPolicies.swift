package import CEL

/// The ValidatingAdmissionPolicies of a scenario with their bindings, compiled.
///
/// They are read once, before the search: what happens to the stored policies later has no effect.
///
/// Follows staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/validating: all bound policies
/// are asked, and the first refusal in their order is the answer.
package struct AdmissionPolicies: Sendable {
  private(set) var policies: [AdmissionPolicy] = []

  /// No policies.
  package init() {}

  /// Whether there is nothing to ask.
  package var isEmpty: Bool { policies.isEmpty }

  /// Whether an expression may read counters or field ownership, which states that are taken for
  /// the same need not share.
  package var readsBookkeeping: Bool { policies.contains { $0.readsBookkeeping } }

  /// Takes up a ValidatingAdmissionPolicy.
  ///
  /// - Throws: what is wrong with it, in words.
  package mutating func register(policy object: JSONObject) throws(AdmissionPolicyError) {
    policies.append(try AdmissionPolicy(object))
  }

  /// Takes up a ValidatingAdmissionPolicyBinding; one whose policy does not exist has no effect.
  ///
  /// - Throws: what is wrong with it, in words.
  package mutating func register(binding object: JSONObject) throws(AdmissionPolicyError) {
    let binding = try AdmissionBinding(object)
    guard let index = policies.firstIndex(where: { $0.name == binding.policyName }) else { return }
    policies[index].bindings.append(binding)
  }
}

/// Why a policy or a binding cannot be enforced.
package struct AdmissionPolicyError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

/// A ValidatingAdmissionPolicyBinding.
struct AdmissionBinding: Sendable {
  let name: String
  let policyName: String
  /// Whether a violation refuses the request; `Warn` and `Audit` do not.
  let denies: Bool
  /// Nil where the binding takes whatever its policy takes.
  let match: AdmissionMatch?
  let parameter: ParameterReference?

  /// Which object `params` is.
  struct ParameterReference: Sendable {
    let name: String
    /// Nil where it is the namespace of the request.
    let namespace: String?
    /// `parameterNotFoundAction: Allow`.
    let allowsAbsence: Bool
  }

  init(_ object: JSONObject) throws(AdmissionPolicyError) {
    name = object.name
    policyName = object.at("spec", "policyName")?.string ?? ""
    if policyName.isEmpty { throw AdmissionPolicyError("spec.policyName: Required value") }
    let actions = (object.at("spec", "validationActions")?.array ?? []).compactMap(\.string)
    if actions.isEmpty { throw AdmissionPolicyError("spec.validationActions: Required value") }
    for action in actions where !["Deny", "Warn", "Audit"].contains(action) {
      throw AdmissionPolicyError("spec.validationActions: Unsupported value: \"\(action)\"")
    }
    denies = actions.contains("Deny")
    match = try object.at("spec", "matchResources")?.object.map {
      value throws(AdmissionPolicyError) in try AdmissionMatch(value, at: "spec.matchResources")
    }
    guard let reference = object.at("spec", "paramRef")?.object else {
      parameter = nil
      return
    }
    guard let name = reference["name"]?.string, reference["selector"] == nil else {
      throw AdmissionPolicyError(
        "spec.paramRef: only a name is supported by this version of kverify, no selector")
    }
    guard let action = reference["parameterNotFoundAction"]?.string,
      ["Allow", "Deny"].contains(action)
    else {
      throw AdmissionPolicyError("spec.paramRef.parameterNotFoundAction: must be Allow or Deny")
    }
    parameter = ParameterReference(
      name: name, namespace: reference["namespace"]?.string, allowsAbsence: action == "Allow")
  }
}
