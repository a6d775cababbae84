internal import CEL

/// The metrics and the behavior of a HorizontalPodAutoscaler.
///
/// Follows pkg/apis/autoscaling/validation/validation.go (validateMetricSpec, validateMetricTarget,
/// validateScalingRules, validateScalingPolicy).
struct AutoscalerValidation {
  /// The sources of metrics, in the order in which upstream looks at them.
  private static let sources = ["object", "external", "pods", "resource", "containerResource"]
  private static let types = ["ContainerResource", "External", "Object", "Pods", "Resource"]

  let version: KubernetesVersion

  // MARK: Behavior

  /// The rules for one direction (MaxStabilizationWindowSeconds is an hour).
  func rules(_ rules: JSONValue?, _ path: String) -> [FieldError] {
    guard let rules = rules?.object else { return [] }
    var errors: [FieldError] = []
    let window = rules["stabilizationWindowSeconds"]
    if let seconds = window?.integer {
      let field = "\(path).stabilizationWindowSeconds"
      if seconds < 0 {
        errors.append(.invalid(field, window, "must be greater than or equal to zero"))
      }
      if seconds > 3600 {
        errors.append(.invalid(field, window, "must be less than or equal to 3600"))
      }
    }
    if let select = rules["selectPolicy"]?.string, !["Disabled", "Max", "Min"].contains(select) {
      errors.append(
        .notSupported("\(path).selectPolicy", .string(select), ["Disabled", "Max", "Min"]))
    }
    let policies = rules["policies"]?.array ?? []
    if policies.isEmpty {
      errors.append(.required("\(path).policies", "must specify at least one Policy"))
    }
    for (index, policy) in policies.enumerated() {
      errors += Self.policy(policy, "\(path).policies[\(index)]")
    }
    if version.hasAutoscalerTolerances, let tolerance = rules["tolerance"],
      Self.sign(tolerance) == -1
    {
      errors.append(
        .invalid("\(path).tolerance", tolerance, "must be greater than or equal to 0"))
    }
    return errors
  }

  /// A scaling policy (MaxPeriodSeconds is half an hour).
  private static func policy(_ policy: JSONValue, _ path: String) -> [FieldError] {
    var errors: [FieldError] = []
    if policy["type"] != "Pods", policy["type"] != "Percent" {
      errors.append(.notSupported("\(path).type", policy["type"], ["Percent", "Pods"]))
    }
    for name in ["value", "periodSeconds"] where (policy[name]?.integer ?? 0) <= 0 {
      errors.append(
        .invalid("\(path).\(name)", policy[name] ?? 0, "must be greater than zero"))
    }
    if let seconds = policy["periodSeconds"]?.integer, seconds > 1800 {
      errors.append(
        .invalid(
          "\(path).periodSeconds", policy["periodSeconds"], "must be less than or equal to 1800"))
    }
    return errors
  }

  /// The sign of a quantity; nil where it is none.
  private static func sign(_ quantity: JSONValue) -> Int? {
    if case .double(let number) = quantity { return number < 0 ? -1 : number > 0 ? 1 : 0 }
    return ResourceQuantity.milli(quantity).map { Int($0.signum()) }
  }

  // MARK: Metrics

  /// One entry of `spec.metrics`.
  func metric(_ metric: JSONValue, _ path: String) -> [FieldError] {
    let type = metric["type"]?.string ?? ""
    let isKnown = Self.types.contains(type)
    let unknown = FieldError.notSupported("\(path).type", .string(type), Self.types)
    var errors: [FieldError] = []
    if type.isEmpty {
      errors.append(.required("\(path).type", "must specify a metric source type"))
    }
    if !isKnown { errors.append(unknown) }
    let present = Self.sources.filter { metric[$0]?.object != nil }
    if let first = present.first, let source = metric[first]?.object {
      errors += Self.source(first, source, "\(path).\(first)")
    }
    let expected = isKnown ? type.prefix(1).lowercased() + type.dropFirst() : ""
    if !isKnown {
      errors.append(unknown)
    } else if !present.contains(expected) {
      errors.append(
        .required(
          "\(path).\(expected)", "must populate information for the given metric source"))
    }
    // Upstream goes through a set here, in any order.
    if present.count != 1 {
      errors += present.filter { $0 != expected }.map {
        .forbidden("\(path).\($0)", "must populate the given metric source only")
      }
    }
    return errors
  }

  private static func source(_ kind: String, _ source: JSONObject, _ path: String)
    -> [FieldError]
  {
    var errors: [FieldError] = []
    let target = source["target"]?.object ?? JSONObject()
    let hasAverage = target["averageValue"] != nil
    switch kind {
    case "resource", "containerResource":
      errors += required(source["name"], "\(path).name", "must specify a resource name")
      if kind == "containerResource" {
        errors += required(source["container"], "\(path).container", "must specify a container")
      }
      errors += self.target(target, "\(path).target")
      let hasUtilization = target["averageUtilization"] != nil
      if !hasUtilization, !hasAverage {
        errors.append(
          .required(
            "\(path).target.averageUtilization",
            "must set either a target raw value or a target utilization"))
      } else if hasUtilization, hasAverage {
        errors.append(
          .forbidden(
            "\(path).target.averageValue",
            "may not set both a target raw value and a target utilization"))
      }
      return errors
    case "object":
      for name in ["kind", "name"] {
        errors += required(
          source.at("describedObject", name), "\(path).describedObject.\(name)", "")
      }
    default: break
    }
    errors += required(
      source.at("metric", "name"), "\(path).metric.name", "must specify a metric name")
    errors += self.target(target, "\(path).target")
    switch kind {
    case "pods" where !hasAverage:
      errors.append(
        .required(
          "\(path).target.averageValue", "must specify a positive target averageValue"))
    case "object" where !hasAverage && target["value"] == nil:
      errors.append(
        .required(
          "\(path).target.averageValue", "must set either a target value or averageValue"))
    case "external" where !hasAverage && target["value"] == nil:
      errors.append(
        .required(
          "\(path).target.averageValue",
          "must set either a target value for metric or a per-pod target"))
    case "external" where hasAverage && target["value"] != nil:
      errors.append(
        .forbidden(
          "\(path).target.value",
          "may not set both a target value for metric and a per-pod target"))
    default: break
    }
    return errors
  }

  private static func required(_ value: JSONValue?, _ path: String, _ detail: String)
    -> [FieldError]
  {
    (value?.string ?? "").isEmpty ? [.required(path, detail)] : []
  }

  private static func target(_ target: JSONObject, _ path: String) -> [FieldError] {
    let type = target["type"]?.string ?? ""
    var errors = required(target["type"], "\(path).type", "must specify a metric target type")
    if !["Utilization", "Value", "AverageValue"].contains(type) {
      errors.append(
        .invalid(
          "\(path).type", .string(type), "must be either Utilization, Value, or AverageValue"))
    }
    for name in ["value", "averageValue"] {
      if let value = target[name], let sign = sign(value), sign < 1 {
        errors.append(.invalid("\(path).\(name)", value, "must be positive"))
      }
    }
    if let percent = target["averageUtilization"]?.integer, percent < 1 {
      errors.append(
        .invalid(
          "\(path).averageUtilization", target["averageUtilization"], "must be greater than 0"))
    }
    return errors
  }
}
