internal import CEL

/// What the API server demands of a Job's status, and of how it changes.
///
/// Follows pkg/apis/batch/validation/validation.go (validateJobStatus, ValidateJobStatusUpdate) with the
/// options of pkg/registry/batch/job/strategy.go (getStatusValidationOptions): since other controllers may
/// manage Jobs (1.32), most rules hold where what they look at changes.
struct JobStatusValidation {
  private let job: JSONObject
  private let status: JSONObject
  private let old: JSONObject
  private let version: KubernetesVersion

  init(_ job: JSONObject, old: JSONObject, _ version: KubernetesVersion) {
    self.job = job
    self.version = version
    status = job["status"]?.object ?? JSONObject()
    self.old = old["status"]?.object ?? JSONObject()
  }

  /// All findings.
  var errors: [FieldError] {
    var errors = counts
    if version.tracksJobsWithFinalizers { errors += uncounted }
    if version.hasJobsManagedByOthers { errors += end + indexes + numbers }
    if version.hasJobSuccessPolicy { errors += successCriteria }
    if version.hasJobsManagedByOthers { errors += changes }
    return errors
  }

  // MARK: What is there

  private static func holds(_ type: String, _ status: JSONObject) -> Bool {
    (status["conditions"]?.array ?? []).contains {
      $0["type"]?.string == type && $0["status"]?.string == "True"
    }
  }

  private func holds(_ type: String) -> Bool { Self.holds(type, status) }
  private func held(_ type: String) -> Bool { Self.holds(type, old) }
  private func flips(_ type: String) -> Bool { holds(type) != held(type) }
  private func changes(_ key: String) -> Bool { status[key] != old[key] }

  private var isFinished: Bool { holds("Complete") || holds("Failed") }
  private var finishes: Bool { isFinished != (held("Complete") || held("Failed")) }
  private var isIndexed: Bool { job.at("spec", "completionMode")?.string == "Indexed" }

  private func number(_ key: String, of status: JSONObject? = nil) -> Int64 {
    (status ?? self.status)[key]?.integer?.pinned ?? 0
  }

  private static func conditions(_ detail: String) -> FieldError {
    FieldError(.invalid, "status.conditions", "Invalid value", detail)
  }

  private func invalid(_ key: String, _ detail: String) -> FieldError {
    .invalid("status.\(key)", status[key], detail)
  }

  // MARK: Rules

  private var counts: [FieldError] {
    ["active", "succeeded", "failed", "ready", "terminating"].flatMap {
      WorkloadValidation.nonNegative(status[$0], "status.\($0)")
    }
  }

  private var uncounted: [FieldError] {
    var seen: Set<String> = []
    return ["succeeded", "failed"].flatMap { key in
      let uids = status.at("uncountedTerminatedPods", key)?.array ?? []
      return uids.enumerated().compactMap { index, value -> FieldError? in
        let field = "status.uncountedTerminatedPods.\(key)[\(index)]"
        let uid = value.string ?? ""
        if uid.isEmpty { return .invalid(field, value, "must not be empty") }
        return seen.insert(uid).inserted ? nil : .duplicate(field, value)
      }
    }
  }

  /// What a finished Job must have and may not have.
  private var end: [FieldError] {
    var errors: [FieldError] = []
    func check(_ isLookedAt: Bool, _ isWrong: Bool, _ error: @autoclosure () -> FieldError) {
      if isLookedAt, isWrong { errors.append(error()) }
    }
    let completes = flips("Complete")
    check(
      completes || flips("Failed"), holds("Complete") && holds("Failed"),
      Self.conditions("cannot set Complete=True and Failed=true conditions"))
    check(
      completes || flips("FailureTarget"), holds("Complete") && holds("FailureTarget"),
      Self.conditions("cannot set Complete=True and FailureTarget=true conditions"))
    let time = status["completionTime"]
    let timeChanges = completes || changes("completionTime")
    check(
      timeChanges, time != nil && !holds("Complete"),
      invalid(
        "completionTime", "cannot set completionTime when there is no Complete=True condition"))
    check(
      timeChanges, time == nil && holds("Complete"),
      .required("status.completionTime", "completionTime is required for Complete jobs"))
    if let start = status["startTime"]?.string, let end = time?.string {
      // Text of RFC 3339 in UTC sorts by time.
      check(
        changes("startTime") || changes("completionTime"), end < start,
        invalid("completionTime", "completionTime cannot be set before startTime"))
    }
    check(
      flips("Failed") || flips("FailureTarget"), holds("Failed") && !holds("FailureTarget"),
      Self.conditions("cannot set Failed=True condition without the FailureTarget=true condition"))
    check(
      completes || flips("SuccessCriteriaMet"), holds("Complete") && !holds("SuccessCriteriaMet"),
      Self.conditions(
        "cannot set Complete=True condition without the SuccessCriteriaMet=true condition"))
    check(
      finishes || number("active") != number("active", of: old),
      isFinished && number("active") > 0,
      invalid("active", "active>0 is invalid for finished job"))
    check(
      finishes || changes("startTime"), isFinished && status["startTime"] == nil,
      .required("status.startTime", "startTime is required for finished job"))
    let isUncounted = ["succeeded", "failed"].contains {
      !(status.at("uncountedTerminatedPods", $0)?.array ?? []).isEmpty
    }
    check(
      finishes || changes("uncountedTerminatedPods"), isFinished && isUncounted,
      invalid(
        "uncountedTerminatedPods", "uncountedTerminatedPods needs to be empty for finished job"))
    return errors
  }

  private var indexes: [FieldError] {
    var errors: [FieldError] = []
    let completions = job.at("spec", "completions")?.integer?.pinned
    let hasLimit = job.at("spec", "backoffLimitPerIndex") != nil
    let completed = status["completedIndexes"]?.string ?? ""
    let failed = status["failedIndexes"]?.string
    var areWellFormed = true
    func parse(_ key: String, _ text: String, _ isChanged: Bool) {
      guard let completions,
        case .failure(let problem) = JobIndexText.count(text, completions: completions)
      else { return }
      areWellFormed = false
      if isChanged { errors.append(invalid(key, "error parsing \(key): \(problem.text)")) }
    }
    parse("completedIndexes", completed, changes("completedIndexes"))
    if let failed { parse("failedIndexes", failed, hasLimit && changes("failedIndexes")) }
    if changes("completedIndexes"), !completed.isEmpty, !isIndexed {
      errors.append(
        invalid(
          "completedIndexes",
          "cannot set non-empty completedIndexes when non-indexed completion mode"))
    }
    if changes("failedIndexes"), failed != nil, !hasLimit {
      errors.append(
        invalid(
          "failedIndexes", "cannot set non-null failedIndexes when backoffLimitPerIndex is null"))
    }
    if changes("failedIndexes") || changes("completedIndexes"), areWellFormed, let failed,
      let completions
    {
      let both = JobIndexes(failed, completions: Int(completions)).numbers
        .intersection(JobIndexes(completed, completions: Int(completions)).numbers)
      if let first = both.min() {
        errors.append(
          invalid("failedIndexes", "failedIndexes and completedIndexes overlap at index: \(first)"))
      }
    }
    return errors
  }

  private var numbers: [FieldError] {
    var errors: [FieldError] = []
    if finishes || changes("terminating"), isFinished, number("terminating") > 0 {
      errors.append(invalid("terminating", "terminating>0 is invalid for finished job"))
    }
    if changes("ready") || changes("active"), number("ready") > number("active") {
      errors.append(invalid("ready", "cannot set more ready pods than active"))
    }
    return errors
  }

  private var successCriteria: [FieldError] {
    var errors: [FieldError] = []
    if holds("SuccessCriteriaMet") {
      for other in ["Failed", "FailureTarget"] where holds(other) {
        errors.append(
          Self.conditions("cannot set SuccessCriteriaMet=True and \(other)=true conditions"))
      }
    } else if job.at("spec", "successPolicy") != nil, holds("Complete") {
      errors.append(
        Self.conditions(
          "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True"))
    }
    if held("SuccessCriteriaMet"), !holds("SuccessCriteriaMet") {
      errors.append(Self.conditions("cannot disable the SuccessCriteriaMet=True condition"))
    }
    if held("Complete"), !held("SuccessCriteriaMet"), holds("SuccessCriteriaMet") {
      errors.append(
        Self.conditions(
          "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions"))
    }
    return errors
  }

  /// What may not be taken back.
  private var changes: [FieldError] {
    var errors: [FieldError] = []
    for type in ["Failed", "Complete", "FailureTarget"] where held(type) && !holds(type) {
      errors.append(Self.conditions("cannot disable the terminal \(type)=True condition"))
    }
    // An elastic Job may shrink.
    let isElastic =
      isIndexed && job.at("spec", "completions") == job.at("spec", "parallelism")
    for key in ["failed", "succeeded"] where key == "failed" || !isElastic {
      if number(key) < number(key, of: old) {
        errors.append(invalid(key, "cannot decrease the \(key) counter"))
      }
    }
    if let time = status["completionTime"], let before = old["completionTime"], time != before {
      errors.append(invalid("completionTime", "completionTime cannot be mutated"))
    }
    if let start = old["startTime"], start != status["startTime"],
      job.at("spec", "suspend")?.bool != true
    {
      errors.append(
        .required("status.startTime", "startTime cannot be removed for unsuspended job"))
    }
    return errors
  }
}
