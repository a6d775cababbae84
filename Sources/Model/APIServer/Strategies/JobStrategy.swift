internal import CEL

/// Jobs.
///
/// Follows pkg/registry/batch/job/strategy.go, pkg/apis/batch/v1/defaults.go and
/// pkg/apis/batch/validation/validation.go.
struct JobStrategy: BuiltInStrategy {
  var typeName: String? { "Job" }
  var hasStatus: Bool { true }
  /// batch/v1 orphans where DELETE does not say (DefaultGarbageCollectionPolicy).
  var defaultPropagation: DefaultPropagation { .orphan }

  func generationRule(_ version: KubernetesVersion) -> GenerationRule {
    version.jobsHaveGeneration ? .spec : .none
  }

  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext) {
    object.edit("spec") { Self.setDefaults(&$0, context.version) }
    if object.labels.isEmpty {
      object.labels = object.at("spec", "template", "metadata", "labels")?.object ?? JSONObject()
    }
  }

  /// SetDefaults_Job, for Jobs and the templates of CronJobs' Jobs.
  static func setDefaults(_ spec: inout JSONObject, _ version: KubernetesVersion) {
    if spec["completions"] == nil, spec["parallelism"] == nil { spec["completions"] = 1 }
    setTemplateDefaults(&spec, version)
  }

  private static func setTemplateDefaults(_ spec: inout JSONObject, _ version: KubernetesVersion) {
    spec.setDefault("parallelism", 1)
    spec.setDefault(
      "backoffLimit", spec["backoffLimitPerIndex"] == nil ? 6 : .int(Int64(Int32.max)))
    if version.jobsHaveCompletionMode {
      spec.setDefault("completionMode", "NonIndexed")
      spec.setDefault("suspend", false)
    }
    if version.hasPodReplacementPolicy {
      spec.setDefault(
        "podReplacementPolicy",
        spec["podFailurePolicy"] == nil ? "TerminatingOrFailed" : "Failed")
    }
    spec.edit("template", "spec") { PodSpecDefaults.apply(to: &$0) }
  }

  /// The names of the labels that tie a Pod to its Job.
  private func labelNames(_ version: KubernetesVersion) -> [(uid: String, name: String)] {
    version.jobsUseBatchPrefixedLabels
      ? [
        ("batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"),
        ("controller-uid", "job-name"),
      ]
      : [("controller-uid", "job-name")]
  }

  /// GenerateSelector: a selector on the Job's own uid, unless it is manual.
  func prepareForCreate(_ object: inout JSONObject, _ context: StrategyContext) {
    clearStatus(&object)
    startGeneration(&object, context)
    guard object.at("spec", "manualSelector")?.bool != true else { return }
    let uid = JSONValue.string(object.uid)
    let names = labelNames(context.version)
    var labels = object.at("spec", "template", "metadata", "labels")?.object ?? JSONObject()
    let hadLabels = object.labels
    for (uidLabel, nameLabel) in names {
      labels[uidLabel] = uid
      labels[nameLabel] = .string(object.name)
    }
    object.set(.object(labels), at: "spec", "template", "metadata", "labels")
    var matchLabels = object.at("spec", "selector", "matchLabels")?.object ?? JSONObject()
    matchLabels[names[0].uid] = uid
    object.set(.object(matchLabels), at: "spec", "selector", "matchLabels")
    // Without labels of its own a Job takes its template's when it is read from storage.
    if hadLabels.isEmpty { object.labels = labels }
  }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    var errors = specErrors(object, context.version)
    if object.at("spec", "manualSelector")?.bool != true {
      errors += generatedSelector(object, context)
    }
    return errors
  }

  private func specErrors(_ object: JSONObject, _ version: KubernetesVersion) -> [FieldError] {
    let spec = object["spec"]?.object ?? JSONObject()
    var errors: [FieldError] = []
    for name in [
      "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit",
      "ttlSecondsAfterFinished",
    ] { errors += WorkloadValidation.nonNegative(spec[name], "spec.\(name)") }
    errors += JobSpecValidation(spec: spec, path: "spec", version: version).errors
    if spec["selector"] == nil {
      errors.append(.required("spec.selector"))
    } else {
      let labels = spec.at("template", "metadata", "labels")?.object
      if let selector = LabelSelector(object: spec["selector"]), !selector.matches(labels: labels) {
        errors.append(
          .invalid(
            "spec.template.metadata.labels", labels.map(JSONValue.object),
            "`selector` does not match template `labels`"))
      }
    }
    return errors + Self.template(spec, "spec.template.spec")
  }

  /// A Job's Pods may not restart for ever.
  static func template(_ spec: JSONObject, _ field: String) -> [FieldError] {
    let podSpec = spec.at("template", "spec")?.object ?? JSONObject()
    var errors = PodSpecValidation.validate(podSpec, field)
    let policy = podSpec["restartPolicy"]?.string ?? ""
    if policy == "Always" {
      errors.append(
        .required("\(field).restartPolicy", "valid values: \"OnFailure\", \"Never\""))
    } else if policy != "OnFailure", policy != "Never" {
      errors.append(
        .notSupported(
          "\(field).restartPolicy", podSpec["restartPolicy"], ["OnFailure", "Never"]))
    }
    return errors
  }

  /// ValidateGeneratedSelector: the selector is the generated one and nothing else.
  private func generatedSelector(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    guard let selector = object.at("spec", "selector")?.object else { return [] }
    let key = labelNames(context.version)[0].uid
    let expected: JSONObject = ["matchLabels": .object([key: .string(object.uid)])]
    guard selector != expected else { return [] }
    return [.invalid("spec.selector", .object(selector), "`selector` not auto-generated")]
  }

  /// ValidateJobUpdate: the template and what it selects stay.
  func validateUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    var errors = specErrors(object, context.version)
    var fields = ["selector", "template"]
    let version = context.version
    if version.hasPodFailurePolicy { fields.append("podFailurePolicy") }
    if version.hasBackoffLimitPerIndex { fields.append("backoffLimitPerIndex") }
    if version.hasJobsManagedByOthers { fields.append("managedBy") }
    if version.hasJobSuccessPolicy { fields.append("successPolicy") }
    if !Self.isElastic(object, context.version) { fields.append("completions") }
    if context.version.jobsHaveCompletionMode { fields.append("completionMode") }
    for field in fields {
      errors += WorkloadValidation.immutable(
        object.at("spec", field), old.at("spec", field), "spec.\(field)")
    }
    return errors
  }

  /// validateCompletions: an Indexed Job may grow and shrink, its parallelism with it.
  private static func isElastic(_ object: JSONObject, _ version: KubernetesVersion) -> Bool {
    version.jobsAreElastic && object.at("spec", "completionMode")?.string == "Indexed"
      && object.at("spec", "completions") != nil
      && object.at("spec", "completions") == object.at("spec", "parallelism")
  }

  func validateStatusUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    JobStatusValidation(object, old: old, context.version).errors
  }
}

/// CronJobs.
///
/// Follows pkg/registry/batch/cronjob/strategy.go, pkg/apis/batch/v1/defaults.go and
/// pkg/apis/batch/validation/validation.go.
struct CronJobStrategy: BuiltInStrategy {
  var typeName: String? { "CronJob" }
  var hasStatus: Bool { true }

  func generationRule(_ version: KubernetesVersion) -> GenerationRule {
    version.jobsHaveGeneration ? .spec : .none
  }

  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext) {
    object.edit("spec") { spec in
      spec.setDefault("concurrencyPolicy", "Allow")
      spec.setDefault("suspend", false)
      spec.setDefault("successfulJobsHistoryLimit", 3)
      spec.setDefault("failedJobsHistoryLimit", 1)
      // SetDefaults_Job is for Jobs, not for their templates.
      spec.edit("jobTemplate", "spec", "template", "spec") { PodSpecDefaults.apply(to: &$0) }
    }
  }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    let spec = object["spec"]?.object ?? JSONObject()
    var errors: [FieldError] = []
    // The controller appends 11 characters.
    if object.name.utf8.count > 52 {
      errors.append(
        .invalid("metadata.name", .string(object.name), "must be no more than 52 characters"))
    }
    let schedule = spec["schedule"]?.string ?? ""
    let fields = schedule.split(separator: " ")
    if schedule.isEmpty {
      errors.append(.required("spec.schedule"))
    } else if !schedule.hasPrefix("@"), fields.count != 5 {
      errors.append(
        .invalid(
          "spec.schedule", .string(schedule),
          "Expected exactly 5 fields, found \(fields.count): \(schedule)"))
    }
    for name in [
      "startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit",
    ] { errors += WorkloadValidation.nonNegative(spec[name], "spec.\(name)") }
    if let policy = spec["concurrencyPolicy"]?.string,
      !["Allow", "Forbid", "Replace"].contains(policy)
    {
      errors.append(
        .notSupported(
          "spec.concurrencyPolicy", .string(policy), ["Allow", "Forbid", "Replace"]))
    }
    let job = spec.at("jobTemplate", "spec")?.object ?? JSONObject()
    errors +=
      JobSpecValidation(spec: job, path: "spec.jobTemplate.spec", version: context.version).errors
    errors += JobStrategy.template(job, "spec.jobTemplate.spec.template.spec")
    return errors
  }
}
