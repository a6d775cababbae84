internal import CEL

/// A ValidatingAdmissionPolicy, compiled.
///
/// Follows staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/validating/validator.go.
struct AdmissionPolicy: Sendable {
  /// One of `variables`; expressions behind it know it.
  struct Variable: Sendable {
    let name: String
    let program: Program
    var key: String { "variables.\(name)" }
  }

  /// One of `validations`.
  struct Validation: Sendable {
    let program: Program
    let message: String
    let messageProgram: Program?
    let reason: String
  }

  /// A decision against a request.
  struct Violation {
    let message: String
    var reason = "Invalid"
  }

  let name: String
  let match: AdmissionMatch
  /// The kind of `params`; nil where there are none.
  let parameterKind: GroupKind?
  let readsBookkeeping: Bool
  var bindings: [AdmissionBinding] = []
  private let conditions: [Variable]
  private let variables: [Variable]
  private let validations: [Validation]
  private let ignoresFailures: Bool

  init(_ object: JSONObject) throws(AdmissionPolicyError) {
    name = object.name
    let spec = object["spec"]?.object ?? JSONObject()
    guard let constraints = spec["matchConstraints"]?.object else {
      throw AdmissionPolicyError("spec.matchConstraints: Required value")
    }
    match = try AdmissionMatch(constraints, at: "spec.matchConstraints")
    if match.rules.isEmpty {
      throw AdmissionPolicyError("spec.matchConstraints.resourceRules: Required value")
    }
    let failure = spec["failurePolicy"]?.string ?? "Fail"
    if !["Fail", "Ignore"].contains(failure) {
      throw AdmissionPolicyError("spec.failurePolicy: Unsupported value: \"\(failure)\"")
    }
    ignoresFailures = failure == "Ignore"
    parameterKind = spec["paramKind"]?.object.map {
      GroupKind(apiVersion: $0.apiVersion, kind: $0.kind)
    }
    var compiler = AdmissionCompiler(hasParameters: parameterKind != nil)
    conditions = try compiler.list(spec["matchConditions"], "spec.matchConditions", type: .bool)
    var variables: [Variable] = []
    for (index, item) in (spec["variables"]?.array ?? []).enumerated() {
      let path = "spec.variables[\(index)]"
      let variable = Variable(
        name: item["name"]?.string ?? "",
        program: try compiler.compile(item["expression"], "\(path).expression"))
      if variable.name.isEmpty { throw AdmissionPolicyError("\(path).name: Required value") }
      compiler.declare(variable)
      variables.append(variable)
    }
    self.variables = variables
    var validations: [Validation] = []
    for (index, item) in (spec["validations"]?.array ?? []).enumerated() {
      let path = "spec.validations[\(index)]"
      let reason = item["reason"]?.string ?? "Invalid"
      if Self.codes[reason] == nil {
        throw AdmissionPolicyError("\(path).reason: Unsupported value: \"\(reason)\"")
      }
      var messageProgram: Program?
      if let text = item["messageExpression"] {
        messageProgram = try compiler.compile(text, "\(path).messageExpression", type: .string)
      }
      validations.append(
        Validation(
          program: try compiler.compile(item["expression"], "\(path).expression", type: .bool),
          message: (item["message"]?.string ?? "").trimmed, messageProgram: messageProgram,
          reason: reason))
    }
    self.validations = validations
    if validations.isEmpty, (spec["auditAnnotations"]?.array ?? []).isEmpty {
      throw AdmissionPolicyError("spec.validations: Required value")
    }
    readsBookkeeping = compiler.readsBookkeeping
  }

  /// The codes of the reasons that a validation may give (reasonToCode).
  static let codes = [
    "Unauthorized": 401, "Forbidden": 403, "RequestEntityTooLarge": 413, "Invalid": 422,
  ]

  /// What stands against a request, with the binding by which it counts; nil where nothing does.
  func refusal(_ attributes: AdmissionAttributes, _ resources: ResourceRegistry) -> (
    binding: AdmissionBinding, violation: Violation
  )? {
    guard bindings.contains(where: \.denies), let version = match.version(for: attributes) else {
      return nil
    }
    for binding in bindings {
      if let match = binding.match, match.version(for: attributes) == nil { continue }
      var params: JSONObject?
      if let parameterKind, let reference = binding.parameter {
        let isNamespaced = resources.isNamespaced(parameterKind)
        let namespace = isNamespaced ? reference.namespace ?? attributes.namespace : ""
        params = attributes.reader.object(
          ObjectKey(parameterKind, namespace: namespace, name: reference.name))
        if params == nil {
          // A binding that cannot be set up refuses whatever its actions are.
          if reference.allowsAbsence || ignoresFailures { continue }
          return (
            binding,
            Violation(
              message: "failed to configure binding: no params found for policy binding with "
                + "`Deny` parameterNotFoundAction")
          )
        }
      }
      guard binding.denies else { continue }
      let activation = AdmissionActivation(
        attributes, version: version, params: params, variables: variables)
      if let violation = violation(activation) { return (binding, violation) }
    }
    return nil
  }

  private func violation(_ activation: AdmissionActivation) -> Violation? {
    var failure: String?
    for condition in conditions {
      do throws(EvaluationError) {
        if try !holds(condition.program, activation) { return nil }
      } catch {
        failure = failure ?? describe(condition.program, error)
      }
    }
    if let failure { return ignoresFailures ? nil : Violation(message: failure) }
    for validation in validations {
      do throws(EvaluationError) {
        if try holds(validation.program, activation) { continue }
      } catch {
        if ignoresFailures { continue }
        return Violation(message: describe(validation.program, error))
      }
      return Violation(message: message(of: validation, activation), reason: validation.reason)
    }
    return nil
  }

  private func describe(_ program: Program, _ error: EvaluationError) -> String {
    "expression '\(program.source)' resulted in error: \(error.message)"
  }

  private func holds(_ program: Program, _ activation: AdmissionActivation)
    throws(EvaluationError) -> Bool
  {
    do {
      if case .bool(true) = try program.evaluate(activation) { return true }
      return false
    } catch let error as EvaluationError {
      throw error
    } catch {
      throw EvaluationError(.invalidArgument, "\(error)")
    }
  }

  /// The messageExpression's text if it is one line, else the message, else the expression.
  private func message(of validation: Validation, _ activation: AdmissionActivation) -> String {
    if let program = validation.messageProgram,
      case .string(let text)? = try? program.evaluate(activation)
    {
      let text = text.trimmed
      if !text.isEmpty, text.utf8.count <= 5 * 1024, !text.utf8.contains(0x0A) { return text }
    }
    if !validation.message.isEmpty { return validation.message }
    return "failed expression: \(validation.program.source.trimmed)"
  }
}

extension String {
  /// Without white space at either end.
  fileprivate var trimmed: String {
    let rest = drop { $0.isWhitespace }
    guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(rest[...last])
  }
}
