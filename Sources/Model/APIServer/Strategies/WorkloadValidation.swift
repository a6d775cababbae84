internal import CEL

/// Rules that the workload kinds share.
///
/// Follows pkg/apis/apps/validation/validation.go and the apimachinery helpers that it calls.
enum WorkloadValidation {
  /// A count that may not be negative (ValidateNonnegativeField).
  static func nonNegative(_ value: JSONValue?, _ field: String) -> [FieldError] {
    guard let number = value?.integer, number < 0 else { return [] }
    return [.invalid(field, value, "must be greater than or equal to 0")]
  }

  /// The selector and whether the template's labels match it.
  static func selector(_ spec: JSONObject, _ kind: String) -> [FieldError] {
    let given = spec["selector"]?.object
    var errors: [FieldError] = []
    if let given {
      errors += labelSelector(given, "spec.selector")
      if (given["matchLabels"]?.object ?? JSONObject()).isEmpty,
        (given["matchExpressions"]?.array ?? []).isEmpty
      {
        errors.append(
          .invalid("spec.selector", .object(given), "empty selector is invalid for \(kind)"))
      }
    } else {
      errors.append(.required("spec.selector"))
    }
    let labels = spec.at("template", "metadata", "labels")?.object ?? JSONObject()
    let selector = LabelSelector(object: given.map(JSONValue.object))
    // LabelSelectorAsSelector: nothing for an absent one; an empty one is not tested.
    if selector.map({ !$0.isEmpty && !$0.matches(labels: labels) }) ?? (given == nil) {
      errors.append(
        .invalid(
          "spec.template.metadata.labels", .object(labels),
          "`selector` does not match template `labels`"))
    }
    return errors
  }

  /// What is wrong with a label selector (metav1 validation.ValidateLabelSelector).
  static func labelSelector(_ selector: JSONObject, _ field: String) -> [FieldError] {
    var errors: [FieldError] = []
    for (index, expression) in (selector["matchExpressions"]?.array ?? []).enumerated() {
      let path = "\(field).matchExpressions[\(index)]"
      let values = expression["values"]?.array ?? []
      switch expression["operator"]?.string {
      case "In", "NotIn":
        if values.isEmpty {
          errors.append(
            .required(
              "\(path).values", "must be specified when `operator` is 'In' or 'NotIn'"))
        }
      case "Exists", "DoesNotExist":
        if !values.isEmpty {
          errors.append(
            .forbidden(
              "\(path).values",
              "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
        }
      default:
        errors.append(
          .invalid("\(path).operator", expression["operator"], "not a valid selector operator"))
      }
      let key = expression["key"]?.string ?? ""
      errors += NameRules.qualifiedName(key).map { .invalid("\(path).key", .string(key), $0) }
    }
    errors += ObjectMetaRules.labels(
      selector["matchLabels"]?.object ?? JSONObject(), "\(field).matchLabels")
    return errors
  }

  /// The template, and the restart policy that the kind needs.
  ///
  /// Of a StatefulSet the Pod's spec is not validated: its containers may mount claims
  /// (pkg/apis/apps/validation/validation.go, ValidatePodTemplateSpecForStatefulSet).
  static func template(
    _ spec: JSONObject, restartPolicy: String?, validatesPod: Bool = true
  ) -> [FieldError] {
    let template = spec["template"]?.object ?? JSONObject()
    var errors = ObjectMetaRules.labels(template.labels, "spec.template.metadata.labels")
    let podSpec = template["spec"]?.object ?? JSONObject()
    if validatesPod { errors += PodSpecValidation.validate(podSpec, "spec.template.spec") }
    if let restartPolicy, podSpec["restartPolicy"]?.string != restartPolicy {
      errors.append(
        .notSupported(
          "spec.template.spec.restartPolicy", podSpec["restartPolicy"], [restartPolicy]))
    }
    return errors
  }

  /// A number or a percentage (ValidatePositiveIntOrPercent, IsNotMoreThan100Percent).
  static func intOrPercent(_ value: JSONValue?, _ field: String, isAtMost100: Bool = false)
    -> [FieldError]
  {
    if value?.isInteger == true { return nonNegative(value, field) }
    switch value?.pinned {
    case .string(let text):
      guard let percent = percent(text) else {
        return [
          .invalid(
            field, value,
            "a valid percent string must be a numeric string followed by an ending '%' (e.g. "
              + "'1%',  or '93%', regex used for validation is '[0-9]+%')")
        ]
      }
      if isAtMost100, percent > 100 {
        return [.invalid(field, value, "must not be greater than 100%")]
      }
      return []
    default: return []
    }
  }

  /// The number of a percentage; nil where the text is none.
  static func percent(_ text: String) -> Int? {
    guard text.hasSuffix("%"), text.utf8.dropLast().allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return Int(text.dropLast())
  }

  /// Whether a number or percentage is zero.
  static func isZero(_ value: JSONValue?) -> Bool {
    guard let value else { return false }
    return value.isInteger ? value == 0 : value.string.flatMap(percent) == 0
  }

  /// A field that may not change (ValidateImmutableField).
  static func immutable(_ new: JSONValue?, _ old: JSONValue?, _ field: String) -> [FieldError] {
    new == old ? [] : [.invalid(field, new, "field is immutable")]
  }

  /// A selector whose `spec` field is immutable.
  static func immutableSelector(_ object: JSONObject, _ old: JSONObject) -> [FieldError] {
    immutable(object.at("spec", "selector"), old.at("spec", "selector"), "spec.selector")
  }

  /// Status counts: none negative, and each at most another.
  static func counts(
    _ status: JSONObject, nonNegative names: [String], atMost pairs: [(String, String, String)]
  ) -> [FieldError] {
    // What is right, as nearly always, is one condition on numbers that are not known.
    let isRight = Integer.areAtMost(
      names.map { (0, status[$0]?.integer ?? 0) }
        + pairs.map { (status[$0.0]?.integer ?? 0, status[$0.1]?.integer ?? 0) })
    if isRight { return [] }
    var errors = names.flatMap { nonNegative(status[$0], "status.\($0)") }
    for (name, limit, words) in pairs {
      let number = status[name]?.integer ?? 0
      if number > status[limit]?.integer ?? 0 {
        errors.append(
          .invalid("status.\(name)", number.json, "cannot be greater than \(words)"))
      }
    }
    return errors
  }
}
