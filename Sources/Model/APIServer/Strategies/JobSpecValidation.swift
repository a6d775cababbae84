internal import CEL

/// What a Job's spec may say of completion indexes, of failed Pods and of its end.
///
/// Follows pkg/apis/batch/validation/validation.go (validateJobSpec, validatePodFailurePolicy,
/// validateSuccessPolicy, validatePodReplacementPolicy). Fields that a version does not have are not
/// looked at (dropDisabledFields of the strategy takes them away).
struct JobSpecValidation {
  /// maxFailedIndexesForIndexedJob, maxParallelismForIndexedJob, completionsSoftLimit.
  private static let indexLimit: Integer = 100_000
  /// parallelismLimitForHighCompletions, maxFailedIndexesLimitForHighCompletions.
  private static let highLimit: Integer = 10_000

  let spec: JSONObject
  /// Where the spec is: `spec`, or in a CronJob `spec.jobTemplate.spec`.
  let path: String
  let version: KubernetesVersion

  /// What is wrong, in upstream's order.
  var errors: [FieldError] {
    var errors: [FieldError] = []
    if version.hasBackoffLimitPerIndex { errors += indexLimits }
    if version.jobsHaveCompletionMode { errors += completionMode }
    if version.hasPodFailurePolicy, let policy = spec["podFailurePolicy"]?.object {
      errors += failurePolicy(policy)
    }
    if version.hasJobSuccessPolicy, let policy = spec["successPolicy"]?.object {
      errors += successPolicy(policy)
    }
    if version.hasPodReplacementPolicy { errors += replacementPolicy }
    return errors
  }

  private var isIndexed: Bool { spec["completionMode"] == "Indexed" }

  private func field(_ name: String) -> String { "\(path).\(name)" }

  private var indexLimits: [FieldError] {
    var errors = ["backoffLimitPerIndex", "maxFailedIndexes"].flatMap {
      WorkloadValidation.nonNegative(spec[$0], field($0))
    }
    if spec["maxFailedIndexes"] != nil, spec["backoffLimitPerIndex"] == nil {
      errors.append(
        .required(field("backoffLimitPerIndex"), "when maxFailedIndexes is specified"))
    }
    return errors
  }

  private var completionMode: [FieldError] {
    var errors: [FieldError] = []
    let mode = spec["completionMode"]
    if let mode, mode != "Indexed", mode != "NonIndexed" {
      errors.append(.notSupported(field("completionMode"), mode, ["NonIndexed", "Indexed"]))
    }
    if isIndexed {
      if spec["completions"] == nil {
        errors.append(.required(field("completions"), "when completion mode is Indexed"))
      }
      errors += atMost(
        "parallelism", Self.indexLimit,
        "must be less than or equal to 100000 when completion mode is Indexed")
      if version.hasBackoffLimitPerIndex { errors += failedIndexes }
    } else if version.hasBackoffLimitPerIndex, mode == nil || mode == "NonIndexed" {
      for name in ["backoffLimitPerIndex", "maxFailedIndexes"] where spec[name] != nil {
        errors.append(.invalid(field(name), spec[name], "requires indexed completion mode"))
      }
    }
    return errors
  }

  private func atMost(_ name: String, _ limit: Integer, _ detail: String) -> [FieldError] {
    guard let number = spec[name]?.integer, number > limit else { return [] }
    return [.invalid(field(name), spec[name], detail)]
  }

  private var failedIndexes: [FieldError] {
    var errors: [FieldError] = []
    let completions = spec["completions"]?.integer
    if let completions {
      errors += atMost(
        "maxFailedIndexes", completions, "must be less than or equal to completions")
    }
    errors += atMost(
      "maxFailedIndexes", Self.indexLimit, "must be less than or equal to 100000")
    guard spec["backoffLimitPerIndex"] != nil, let completions, completions > Self.indexLimit
    else { return errors }
    if spec["maxFailedIndexes"] == nil {
      errors.append(
        .required(
          field("maxFailedIndexes"), "must be specified when completions is above 100000"))
    }
    for name in ["parallelism", "maxFailedIndexes"] {
      errors += atMost(
        name, Self.highLimit,
        "must be less than or equal to 10000 when completions are above 100000 and used with "
          + "backoff limit per index")
    }
    return errors
  }

  private var replacementPolicy: [FieldError] {
    guard let policy = spec["podReplacementPolicy"] else { return [] }
    let known =
      spec["podFailurePolicy"] == nil ? ["Failed", "TerminatingOrFailed"] : ["Failed"]
    if known.contains(where: { policy == .string($0) }) { return [] }
    return [.notSupported(field("podReplacementPolicy"), policy, known)]
  }

  // MARK: Failures

  private func failurePolicy(_ policy: JSONObject) -> [FieldError] {
    let path = field("podFailurePolicy.rules")
    let rules = policy["rules"]?.array ?? []
    let containers = ["containers", "initContainers"].flatMap {
      spec.at("template", "spec", $0)?.array ?? []
    }.compactMap { $0["name"]?.string }
    var errors: [FieldError] = rules.count > 20 ? [.tooMany(path, rules.count, 20)] : []
    for (index, rule) in rules.enumerated() {
      errors += failureRule(rule, "\(path)[\(index)]", containers)
    }
    if spec.at("template", "spec", "restartPolicy")?.string == "OnFailure" {
      errors.append(
        .invalid(
          field("template.spec.restartPolicy"), "OnFailure",
          "only \"Never\" is supported when podFailurePolicy is specified"))
    }
    return errors
  }

  private static func choice(_ value: JSONValue?, _ path: String, _ known: [String])
    -> [FieldError]
  {
    let text = value?.string ?? ""
    if text.isEmpty {
      let list = known.map { "\"\($0)\"" }.joined(separator: " ")
      return [.required(path, "valid values: [\(list)]")]
    }
    return known.contains(text) ? [] : [.notSupported(path, value, known)]
  }

  private func failureRule(_ rule: JSONValue, _ path: String, _ containers: [String])
    -> [FieldError]
  {
    let hasIndexes = version.hasBackoffLimitPerIndex
    var errors: [FieldError] = []
    if hasIndexes, rule["action"] == "FailIndex" {
      if spec["backoffLimitPerIndex"] == nil {
        errors.append(
          .invalid(
            "\(path).action", "FailIndex", "requires the backoffLimitPerIndex to be set"))
      }
    } else {
      errors += Self.choice(
        rule["action"], "\(path).action",
        hasIndexes ? ["Count", "FailIndex", "FailJob", "Ignore"] : ["Count", "FailJob", "Ignore"])
    }
    let conditions = rule["onPodConditions"]?.array ?? []
    if let codes = rule["onExitCodes"]?.object {
      errors += exitCodes(codes, "\(path).onExitCodes", containers)
    }
    if conditions.count > 20 {
      errors.append(.tooMany("\(path).onPodConditions", conditions.count, 20))
    }
    for (index, condition) in conditions.enumerated() {
      let path = "\(path).onPodConditions[\(index)]"
      let type = condition["type"]?.string ?? ""
      errors += NameRules.qualifiedName(type).map { .invalid("\(path).type", .string(type), $0) }
      errors += Self.choice(condition["status"], "\(path).status", ["False", "True", "Unknown"])
    }
    if (rule["onExitCodes"] != nil) == !conditions.isEmpty {
      let count = conditions.isEmpty ? "one of" : "both"
      let verb = conditions.isEmpty ? "required" : "not supported"
      errors.append(
        FieldError(
          .invalid, path, "Invalid value",
          "specifying \(count) OnExitCodes and OnPodConditions is \(verb)"))
    }
    return errors
  }

  private func exitCodes(_ codes: JSONObject, _ path: String, _ containers: [String])
    -> [FieldError]
  {
    var errors = Self.choice(codes["operator"], "\(path).operator", ["In", "NotIn"])
    if let name = codes["containerName"]?.string, !containers.contains(name) {
      errors.append(
        .invalid(
          "\(path).containerName", .string(name),
          "must be one of the container or initContainer names in the pod template"))
    }
    let values = (codes["values"]?.array ?? []).compactMap(\.int)
    if values.isEmpty {
      errors.append(.invalid("\(path).values", .array([]), "at least one value is required"))
    } else if values.count > 255 {
      errors.append(.tooMany("\(path).values", values.count, 255))
    }
    for (index, value) in values.enumerated() {
      if value == 0, codes["operator"] == "In" {
        errors.append(
          .invalid("\(path).values[\(index)]", 0, "must not be 0 for the In operator"))
      }
      if values[..<index].contains(value) {
        errors.append(.duplicate("\(path).values[\(index)]", .int(value)))
      }
    }
    if zip(values, values.dropFirst()).contains(where: >) {
      errors.append(
        .invalid("\(path).values", .array(values.map { .int($0) }), "must be ordered"))
    }
    return errors
  }

  // MARK: Success

  private func successPolicy(_ policy: JSONObject) -> [FieldError] {
    guard isIndexed else {
      return [
        .invalid(
          field("successPolicy"), .object(policy), "requires indexed completion mode")
      ]
    }
    let path = field("successPolicy.rules")
    let rules = policy["rules"]?.array ?? []
    var errors: [FieldError] = []
    if rules.isEmpty {
      errors.append(
        .required(path, "at least one rules must be specified when the successPolicy is specified"))
    }
    if rules.count > 20 { errors.append(.tooMany(path, rules.count, 20)) }
    guard let completions = spec["completions"]?.integer?.pinned else { return errors }
    for (index, rule) in rules.enumerated() {
      errors += Self.successRule(rule, "\(path)[\(index)]", completions)
    }
    return errors
  }

  private static func successRule(_ rule: JSONValue, _ path: String, _ completions: Int64)
    -> [FieldError]
  {
    guard rule["succeededCount"] != nil || rule["succeededIndexes"] != nil else {
      return [
        .required(
          path, "at least one of succeededCount or succeededIndexes must be specified")
      ]
    }
    var errors: [FieldError] = []
    var total: Int64?
    if let text = rule["succeededIndexes"]?.string {
      switch JobIndexText.count(text, completions: completions) {
      case .success(let count): total = count
      case .failure(let problem):
        total = 0
        errors.append(
          .invalid(
            "\(path).succeededIndexes", .string(text),
            "error parsing succeededIndexes: \(problem.text)"))
      }
    }
    if let count = rule["succeededCount"]?.integer?.pinned {
      let field = "\(path).succeededCount"
      errors += WorkloadValidation.nonNegative(.int(count), field)
      if count > completions {
        errors.append(
          .invalid(
            field, .int(count),
            "must be less than or equal to \(completions) (the number of specified completions)"))
      }
      if let total, count > total {
        errors.append(
          .invalid(
            field, .int(count),
            "must be less than or equal to \(total) (the number of indexes in the specified "
              + "succeededIndexes field)"))
      }
    }
    return errors
  }
}
