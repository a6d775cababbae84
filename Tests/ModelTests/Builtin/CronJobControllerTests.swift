import CEL
import Testing

@testable import Model

@Suite struct CronJobControllerTests {
  private func cluster(
    times: Int64 = 3, version: KubernetesVersion = .standard, with others: [String] = []
  ) throws -> TestCluster {
    let cluster = TestCluster(kubernetesVersion: version)
    let options = BuiltinOptions(
      values: ["times": { _, _ in .int(times) }], kubernetesVersion: version)
    cluster.start([try BuiltinControllers.make("cronjob", with: options, kinds: [])])
    cluster.start(try others.map { try BuiltinControllers.make($0, kinds: [.cronJob, .job]) })
    return cluster
  }

  private func make(
    _ cluster: TestCluster, _ spec: [(String, JSONValue)] = [], name: String = "c",
    apiVersion: String = "batch/v1"
  ) -> Int {
    var object: JSONObject = [
      "apiVersion": .string(apiVersion), "kind": "CronJob", "metadata": ["name": .string(name)],
      "spec": [
        "schedule": "* * * * *",
        "jobTemplate": [
          "metadata": ["labels": ["app": "c"]],
          "spec": [
            "template": [
              "spec": [
                "containers": [["name": "c", "image": "i:1"]], "restartPolicy": "Never",
              ]
            ]
          ],
        ],
      ],
    ]
    for (key, value) in spec { object.set(value, at: "spec", key) }
    let code = cluster.create(object)
    #expect(cluster.settle())
    return code
  }

  /// Lets a number of scheduled times come: as many deadlines pass.
  private func pass(_ cluster: TestCluster, _ times: Int) {
    cluster.passing = times
    #expect(cluster.settle())
  }

  private func finish(_ cluster: TestCluster, _ name: String, _ type: String = "Complete") {
    let time = JSONValue.string(ModelInstant.now)
    let target = type == "Complete" ? "SuccessCriteriaMet" : "FailureTarget"
    func condition(_ type: String) -> JSONValue {
      [
        "type": .string(type), "status": "True", "lastProbeTime": time,
        "lastTransitionTime": time,
      ]
    }
    var status: JSONObject = [
      "startTime": time, "conditions": [condition(target), condition(type)],
    ]
    if type == "Complete" { status["completionTime"] = time }
    #expect(
      cluster.patch(
        "batch/v1", "Job", name, ["status": .object(status)], subresource: "status") == 200)
    #expect(cluster.settle())
  }

  private func names(_ cluster: TestCluster) -> [String] { cluster.all(.job).map(\.name) }

  private func active(_ cluster: TestCluster) -> [String] {
    (cluster.object(.cronJob, "c")?.at("status", "active")?.array ?? [])
      .compactMap { $0["name"]?.string }
  }

  private func status(_ cluster: TestCluster, _ key: String) -> JSONValue? {
    cluster.object(.cronJob, "c")?.at("status", key)
  }

  private let first = "c-26297281"
  private let second = "c-26297282"
  private let third = "c-26297283"

  @Test func aScheduledTimeStartsAJob() throws {
    let cluster = try cluster()
    #expect(make(cluster) == 201)
    #expect(names(cluster) == [])
    pass(cluster, 1)
    #expect(names(cluster) == [first])
    #expect(active(cluster) == [first])
    #expect(status(cluster, "lastScheduleTime") == "2020-01-01T00:01:00Z")
    let job = try #require(cluster.object(.job, first))
    #expect(job.controllerReference?["name"] == "c")
    #expect(job.labels["app"] == "c")
    #expect(
      job.annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"]
        == "2020-01-01T00:01:00Z")
    finish(cluster, first)
    #expect(active(cluster) == [])
    pass(cluster, 1)
    #expect(names(cluster) == [first, second])
    #expect(status(cluster, "lastSuccessfulTime") == .string(ModelInstant.now))
  }

  @Test func ofMissedTimesOnlyTheLatestIsMet() throws {
    let cluster = try cluster()
    #expect(make(cluster) == 201)
    pass(cluster, 3)
    #expect(names(cluster) == [third])
    pass(cluster, 3)
    #expect(names(cluster) == [third])
  }

  @Test(arguments: [("Allow", 2, 2), ("Forbid", 1, 1), ("Replace", 1, 1)])
  func thePolicyTellsWhatASecondJobMeans(_ policy: String, _ jobs: Int, _ running: Int) throws {
    let cluster = try cluster()
    #expect(make(cluster, [("concurrencyPolicy", .string(policy))]) == 201)
    pass(cluster, 1)
    pass(cluster, 1)
    #expect(names(cluster).count == jobs)
    #expect(active(cluster).count == running)
    #expect(names(cluster).last == (policy == "Forbid" ? first : second))
    guard policy == "Forbid" else { return }
    // The time that was missed is met as soon as that is allowed.
    finish(cluster, first)
    #expect(names(cluster) == [first, second])
  }

  @Test func aTimeMayBeMissedForGood() throws {
    let cluster = try cluster()
    #expect(make(cluster, [("startingDeadlineSeconds", 10)]) == 201)
    // The time, and its starting deadline.
    cluster.deadlinesPass = true
    #expect(cluster.settle())
    #expect(names(cluster) == [])
    #expect(status(cluster, "lastScheduleTime") == nil)
  }

  @Test func aSuspendedOneStartsNothing() throws {
    let cluster = try cluster()
    #expect(make(cluster, [("suspend", true)]) == 201)
    pass(cluster, 1)
    #expect(names(cluster) == [])
  }

  @Test func finishedJobsAreKeptUpToTheirLimits() throws {
    let cluster = try cluster()
    #expect(
      make(cluster, [("successfulJobsHistoryLimit", 1), ("failedJobsHistoryLimit", 0)]) == 201)
    pass(cluster, 1)
    finish(cluster, first)
    pass(cluster, 1)
    finish(cluster, second)
    #expect(names(cluster) == [second])
    pass(cluster, 1)
    finish(cluster, third, "Failed")
    #expect(names(cluster) == [second])
    #expect(active(cluster) == [])
  }

  @Test func aJobThatVanishedIsNoLongerActive() throws {
    let cluster = try cluster()
    #expect(make(cluster, [("concurrencyPolicy", "Forbid")]) == 201)
    pass(cluster, 1)
    cluster.delete("batch/v1", "Job", first, options: ["propagationPolicy": "Background"])
    #expect(cluster.settle())
    #expect(active(cluster) == [])
    pass(cluster, 1)
    #expect(active(cluster) == [second])
  }

  @Test func aJobThatCouldNotBeNotedIsFoundAgain() throws {
    let cluster = try cluster()
    #expect(make(cluster) == 201)
    pass(cluster, 1)
    // As after a crash between the two writes.
    #expect(
      cluster.patch(
        "batch/v1", "CronJob", "c", ["status": ["active": .null, "lastScheduleTime": .null]],
        subresource: "status") == 200)
    pass(cluster, 0)
    #expect(names(cluster) == [first])
    #expect(active(cluster) == [first])
  }

  @Test func theOldVersionIsServedAsItWas() throws {
    let cluster = try cluster(version: .recorded)
    #expect(make(cluster, apiVersion: "batch/v1beta1") == 201)
    pass(cluster, 1)
    #expect(names(cluster) == [first])
    #expect(cluster.object(.job, first)?.controllerReference?["apiVersion"] == "batch/v1beta1")
    finish(cluster, first)
    #expect(status(cluster, "lastSuccessfulTime") == nil)
  }

  @Test func aLongNameIsRefused() throws {
    let cluster = try cluster()
    #expect(make(cluster, name: String(repeating: "c", count: 53)) == 422)
  }

  @Test func timesAreTextInOrder() {
    for number in [1, 59, 60, 61, ScheduledTime.limit] {
      let time = ScheduledTime(number: number)
      #expect(ScheduledTime(time.text) == time)
    }
    #expect(ScheduledTime(number: 61).text == "2020-01-01T01:01:00Z")
    #expect(ScheduledTime("2021-01-01T00:01:00Z") == nil)
    #expect(ScheduledTime(number: 9).text < ScheduledTime(number: 10).text)
  }
}
