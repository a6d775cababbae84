import CEL
import Testing

@testable import Model

/// What the API server refuses in the status of Jobs, with the texts of
/// pkg/apis/batch/validation/validation.go.
@Suite struct JobStatusTests {
  private static func conditions(_ types: [String]) -> JSONValue {
    .array(types.map { ["type": .string($0), "status": "True"] })
  }

  private static let start: (String, JSONValue) = ("startTime", "2024-01-02T00:00:00Z")
  private static let end: (String, JSONValue) = ("completionTime", "2024-01-03T00:00:00Z")
  private static let complete: (String, JSONValue) =
    ("conditions", conditions(["SuccessCriteriaMet", "Complete"]))

  private static func status(_ entries: [(String, JSONValue)]) -> JSONObject {
    JSONObject(entries)
  }

  /// The findings for a new status of a Job.
  private func refused(
    _ new: [(String, JSONValue)], old: [(String, JSONValue)] = [],
    spec: JSONObject = ["completions": 3, "parallelism": 2], version: String = "1.34"
  ) throws -> [String] {
    let job = { (status: [(String, JSONValue)]) -> JSONObject in
      ["spec": .object(spec), "status": .object(Self.status(status))]
    }
    let version = try #require(KubernetesVersion(version))
    return JobStatusValidation(job(new), old: job(old), version).errors.map(\.description)
  }

  @Test func aJobThatHasEndedStaysSo() throws {
    let done = [Self.start, Self.end, Self.complete, ("succeeded", 3)]
    #expect(try refused(done, old: [Self.start, ("succeeded", 2)]) == [])
    #expect(
      try refused([Self.start, ("succeeded", 3)], old: done) == [
        "status.conditions: Invalid value: cannot disable the SuccessCriteriaMet=True condition",
        "status.conditions: Invalid value: cannot disable the terminal Complete=True condition",
      ])
    #expect(
      try refused([Self.start, ("succeeded", 3)], old: done, version: "1.31") == [
        "status.conditions: Invalid value: cannot disable the SuccessCriteriaMet=True condition"
      ])
    #expect(try refused([("succeeded", 3)], old: done, version: "1.30") == [])
    #expect(
      try refused([Self.start, Self.end, Self.complete, ("succeeded", 2)], old: done) == [
        "status.succeeded: Invalid value: 2: cannot decrease the succeeded counter"
      ])
  }

  @Test func anEndNeedsWhatBelongsToIt() throws {
    #expect(
      try refused([("conditions", Self.conditions(["Complete"])), ("active", 1)]) == [
        "status.completionTime: Required value: completionTime is required for Complete jobs",
        "status.conditions: Invalid value: cannot set Complete=True condition without the "
          + "SuccessCriteriaMet=true condition",
        "status.active: Invalid value: 1: active>0 is invalid for finished job",
        "status.startTime: Required value: startTime is required for finished job",
      ])
    #expect(
      try refused([
        ("conditions", Self.conditions(["Failed"])), Self.start,
        ("uncountedTerminatedPods", ["failed": ["a"]]), ("terminating", 1),
      ]) == [
        "status.conditions: Invalid value: cannot set Failed=True condition without the "
          + "FailureTarget=true condition",
        "status.uncountedTerminatedPods: Invalid value: {\"failed\":[\"a\"]}: "
          + "uncountedTerminatedPods needs to be empty for finished job",
        "status.terminating: Invalid value: 1: terminating>0 is invalid for finished job",
      ])
    #expect(
      try refused([("completionTime", "2024-01-01T00:00:00Z"), Self.start]) == [
        "status.completionTime: Invalid value: \"2024-01-01T00:00:00Z\": cannot set "
          + "completionTime when there is no Complete=True condition",
        "status.completionTime: Invalid value: \"2024-01-01T00:00:00Z\": completionTime cannot "
          + "be set before startTime",
      ])
    #expect(
      try refused([("conditions", Self.conditions(["SuccessCriteriaMet", "FailureTarget"]))]) == [
        "status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and "
          + "FailureTarget=true conditions"
      ])
  }

  /// What was wrong before and does not change is let pass.
  @Test func onlyChangesAreLookedAt() throws {
    let wrong: [(String, JSONValue)] = [("completedIndexes", "0-9"), ("ready", 2)]
    #expect(try refused(wrong + [("failed", 1)], old: wrong) == [])
    #expect(try refused([("failed", 1)], old: [("failed", 2)]).count == 1)
    #expect(try refused([("ready", 2), ("active", 1)]).count == 1)
    #expect(try refused([("ready", 2), ("active", 1)], version: "1.31") == [])
    #expect(try refused([("active", -1)], version: "1.20").count == 1)
  }

  @Test func indexesAreThoseOfTheJob() throws {
    let indexed: JSONObject = [
      "completions": 3, "parallelism": 3, "completionMode": "Indexed", "backoffLimitPerIndex": 1,
    ]
    #expect(
      try refused([("completedIndexes", "0,2"), ("failedIndexes", "1")], spec: indexed) == [])
    #expect(
      try refused([("completedIndexes", "0,2"), ("failedIndexes", "1,2")], spec: indexed) == [
        "status.failedIndexes: Invalid value: \"1,2\": failedIndexes and completedIndexes overlap "
          + "at index: 2"
      ])
    #expect(
      try refused([("completedIndexes", "3")], spec: indexed) == [
        "status.completedIndexes: Invalid value: \"3\": error parsing completedIndexes: too large "
          + "index: \"3\""
      ])
    #expect(try refused([("completedIndexes", "0")]).count == 1)
    #expect(try refused([("failedIndexes", "0")]).count == 1)
    // It may shrink, and then has fewer successes.
    #expect(try refused([("succeeded", 1)], old: [("succeeded", 2)], spec: indexed) == [])
  }

  @Test func uncountedPodsAreNamedOnce() throws {
    let twice: JSONValue = ["succeeded": ["a", ""], "failed": ["a"]]
    #expect(
      try refused([("uncountedTerminatedPods", twice)]) == [
        "status.uncountedTerminatedPods.succeeded[1]: Invalid value: \"\": must not be empty",
        "status.uncountedTerminatedPods.failed[0]: Duplicate value: \"a\"",
      ])
  }
}
