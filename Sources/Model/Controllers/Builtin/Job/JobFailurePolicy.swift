internal import CEL

/// The podFailurePolicy of a Job: what a failed Pod means.
///
/// Follows pkg/controller/job/pod_failure_policy.go.
struct JobFailurePolicy {
  private let rules: [JSONValue]

  /// The policy of a Job; nil where it has none.
  init?(_ job: Job) {
    guard job.version.hasPodFailurePolicy,
      let policy = job.object.at("spec", "podFailurePolicy")?.object
    else { return nil }
    rules = policy["rules"]?.array ?? []
  }

  /// What the first rule that matches says of a failed Pod.
  struct Verdict {
    /// Why the Job fails, if it does (FailJob).
    var failure: String?
    /// Whether the failure counts (all but Ignore).
    var counts = true
    /// Whether the Pod's index has failed for good (FailIndex).
    var failsIndex = false
  }

  /// matchPodFailurePolicy.
  func verdict(on pod: JSONObject) -> Verdict {
    for (number, rule) in rules.enumerated() {
      guard let found = match(rule, pod) else { continue }
      let action = rule["action"]?.string ?? ""
      switch action {
      case "Ignore": return Verdict(counts: false)
      case "Count": return Verdict()
      case "FailIndex": return Verdict(failsIndex: true)
      case "FailJob":
        return Verdict(failure: "\(found) matching \(action) rule at index \(number)")
      default: continue
      }
    }
    return Verdict()
  }

  private func match(_ rule: JSONValue, _ pod: JSONObject) -> String? {
    rule["onExitCodes"].map { matchExitCode($0, pod) }
      ?? matchCondition(rule["onPodConditions"]?.array ?? [], pod)
  }

  /// matchOnExitCodes: a container that ended with a code in the list, or not in it; 0 is none.
  private func matchExitCode(_ rule: JSONValue, _ pod: JSONObject) -> String? {
    let codes = (rule["values"]?.array ?? []).compactMap(\.int)
    let name = rule["containerName"]?.string
    for list in ["containerStatuses", "initContainerStatuses"] {
      for container in pod.at("status", list)?.array ?? [] {
        guard let code = container.at("state", "terminated", "exitCode")?.int, code != 0,
          name == nil || name == container["name"]?.string,
          codes.contains(code) == (rule["operator"]?.string == "In")
        else { continue }
        return "Container \(container["name"]?.string ?? "") for pod \(pod.namespace)/\(pod.name) "
          + "failed with exit code \(code)"
      }
    }
    return nil
  }

  /// matchOnPodConditions.
  private func matchCondition(_ patterns: [JSONValue], _ pod: JSONObject) -> String? {
    for condition in pod.at("status", "conditions")?.array ?? [] {
      let isMatched = patterns.contains {
        $0["type"] == condition["type"] && $0["status"] == condition["status"]
      }
      guard isMatched, let type = condition["type"]?.string else { continue }
      return "Pod \(pod.namespace)/\(pod.name) has condition \(type)"
    }
    return nil
  }
}

/// The successPolicy of an Indexed Job: which indexes are enough.
///
/// Follows pkg/controller/job/success_policy.go (matchSuccessPolicy).
enum JobSuccessPolicy {
  /// Which rule is met, as the condition's message; nil where none is.
  static func met(_ job: Job, _ succeeded: JobIndexes) -> String? {
    guard job.version.hasJobSuccessPolicy, succeeded.count > 0 else { return nil }
    let rules = job.object.at("spec", "successPolicy", "rules")?.array ?? []
    let index = rules.firstIndex { rule in
      let count = rule["succeededCount"]?.int.map { Int($0) }
      guard let text = rule["succeededIndexes"]?.string else {
        return count.map { succeeded.count >= $0 } ?? false
      }
      let wanted = JobIndexes(text, completions: job.completions ?? 0)
      let found = wanted.numbers.intersection(succeeded.numbers).count
      return wanted.count > 0 && (found == wanted.count || count.map { found >= $0 } ?? false)
    }
    return index.map { "Matched rules at index \($0)" }
  }
}
