internal import CEL

/// HorizontalPodAutoscalers, stored in the form of autoscaling/v2.
///
/// Follows pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go,
/// pkg/apis/autoscaling/{v2/defaults.go,v1/conversion.go} and validation/validation.go.
struct AutoscalerStrategy: BuiltInStrategy {
  private static let behavior = "autoscaling.alpha.kubernetes.io/behavior"
  private static let metrics = "autoscaling.alpha.kubernetes.io/metrics"

  var typeName: String? { "HorizontalPodAutoscaler" }
  var hasStatus: Bool { true }

  func decode(_ object: JSONObject, _ context: StrategyContext) throws(APIError) -> JSONObject {
    var object = object
    if object.apiVersion == "autoscaling/v1" { Self.upgrade(&object) }
    return try decodeFields(object, context)
  }

  /// Convert_v1_HorizontalPodAutoscaler_To_autoscaling_HorizontalPodAutoscaler.
  private static func upgrade(_ object: inout JSONObject) {
    var annotations = object.annotations
    object.edit("spec") { spec in
      var list: [JSONValue] = []
      if let target = spec["targetCPUUtilizationPercentage"], target != .null {
        list.append(utilization(target))
      }
      if let text = annotations[metrics]?.string, let others = try? JSONValue(parsing: text).array {
        list += others
      }
      if !list.isEmpty { spec["metrics"] = .array(list) }
      if let text = annotations[behavior]?.string, let value = try? JSONValue(parsing: text) {
        spec["behavior"] = renamed(value) { $0.prefix(1).lowercased() + $0.dropFirst() }
      }
    }
    annotations[metrics] = nil
    annotations[behavior] = nil
    object.annotations = annotations
  }

  private static func utilization(_ percent: JSONValue) -> JSONValue {
    [
      "type": "Resource",
      "resource": [
        "name": "cpu", "target": ["type": "Utilization", "averageUtilization": percent],
      ],
    ]
  }

  private static func renamed(_ value: JSONValue, _ rename: (String) -> String) -> JSONValue {
    switch value {
    case .object(let object):
      .object(
        JSONObject(
          object.entries.filter { $0.value != .null }.map {
            (rename($0.key), renamed($0.value, rename))
          }))
    case .array(let items): .array(items.map { renamed($0, rename) })
    default: value
    }
  }

  /// Convert_autoscaling_HorizontalPodAutoscaler_To_v1_HorizontalPodAutoscaler.
  func encode(_ object: JSONObject, apiVersion: String) -> JSONObject {
    var object = object
    object["apiVersion"] = .string(apiVersion)
    // Only autoscaling/v2 leaves it out where it is 0.
    if apiVersion != "autoscaling/v2" {
      object.edit("status") { $0.setDefault("currentReplicas", 0) }
    }
    guard apiVersion == "autoscaling/v1" else { return object }
    var annotations = object.annotations
    object.edit("spec") { spec in
      var others: [JSONValue] = []
      for metric in spec["metrics"]?.array ?? [] {
        if metric.at("resource", "name") == "cpu",
          let target = metric.at("resource", "target", "averageUtilization")
        {
          spec["targetCPUUtilizationPercentage"] = target
        } else {
          others.append(metric)
        }
      }
      spec["metrics"] = nil
      if !others.isEmpty { annotations[Self.metrics] = .string(JSONValue.array(others).text) }
      if let behavior = spec["behavior"]?.object {
        annotations[Self.behavior] = .string(Self.behaviorText(behavior))
        spec["behavior"] = nil
      }
    }
    object.annotations = annotations
    object.edit("status") { status in
      status["currentMetrics"] = nil
      status["conditions"] = nil
    }
    return object
  }

  /// The annotation is Go's JSON of the internal type: fields in the order of the struct.
  private static func behaviorText(_ behavior: JSONObject) -> String {
    func rules(_ rules: JSONValue?) -> String {
      guard let rules else { return "null" }
      let policies = (rules["policies"]?.array ?? []).map { policy in
        "{\"Type\":\((policy["type"] ?? "").text),\"Value\":\((policy["value"] ?? 0).text),"
          + "\"PeriodSeconds\":\((policy["periodSeconds"] ?? 0).text)}"
      }
      return
        "{\"StabilizationWindowSeconds\":\((rules["stabilizationWindowSeconds"] ?? .null).text),"
        + "\"SelectPolicy\":\((rules["selectPolicy"] ?? .null).text),"
        + "\"Policies\":[\(policies.joined(separator: ","))]}"
    }
    return "{\"ScaleUp\":\(rules(behavior["scaleUp"])),\"ScaleDown\":"
      + "\(rules(behavior["scaleDown"]))}"
  }

  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext) {
    object.edit("spec") { spec in
      spec.setDefault("minReplicas", 1)
      if (spec["metrics"]?.array ?? []).isEmpty, context.apiVersion != "autoscaling/v1" {
        spec["metrics"] = [Self.utilization(80)]
      }
      spec.edit("behavior") { behavior in
        Self.setDefaults(
          &behavior, "scaleUp",
          [
            "stabilizationWindowSeconds": 0, "selectPolicy": "Max",
            "policies": [
              ["type": "Pods", "value": 4, "periodSeconds": 15],
              ["type": "Percent", "value": 100, "periodSeconds": 15],
            ],
          ])
        Self.setDefaults(
          &behavior, "scaleDown",
          [
            "selectPolicy": "Max",
            "policies": [["type": "Percent", "value": 100, "periodSeconds": 15]],
          ])
      }
    }
  }

  /// GenerateHPAScaleUpRules, GenerateHPAScaleDownRules.
  private static func setDefaults(
    _ behavior: inout JSONObject, _ name: String, _ defaults: JSONObject
  ) {
    var rules = behavior[name]?.object ?? JSONObject()
    for entry in defaults.entries { rules.setDefault(entry.key, entry.value) }
    behavior[name] = .object(rules)
  }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    let spec = object["spec"]?.object ?? JSONObject()
    var errors: [FieldError] = []
    let least = spec["minReplicas"]?.integer ?? 1
    if least < 1 {
      errors.append(
        .invalid("spec.minReplicas", least.json, "must be greater than or equal to 1"))
    }
    let most = spec["maxReplicas"]?.integer ?? 0
    if most < 1 {
      errors.append(.invalid("spec.maxReplicas", most.json, "must be greater than 0"))
    }
    if most < least {
      errors.append(
        .invalid(
          "spec.maxReplicas", most.json, "must be greater than or equal to `minReplicas`"))
    }
    for name in ["kind", "name"] where (spec.at("scaleTargetRef", name)?.string ?? "").isEmpty {
      errors.append(.required("spec.scaleTargetRef.\(name)"))
    }
    let validation = AutoscalerValidation(version: context.version)
    // autoscaling/v2beta1 has other fields in its metrics, which are kept as they come.
    let metrics = context.apiVersion == "autoscaling/v2beta1" ? nil : spec["metrics"]?.array
    for (index, metric) in (metrics ?? []).enumerated() {
      errors += validation.metric(metric, "spec.metrics[\(index)]")
    }
    for side in ["scaleUp", "scaleDown"] {
      errors += validation.rules(spec.at("behavior", side), "spec.behavior.\(side)")
    }
    return errors
  }
}
