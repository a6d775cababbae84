import CEL
import Testing

@testable import Model

@Suite struct IndexedJobTests {
  private func cluster(_ spec: [(String, JSONValue)]) throws -> TestCluster {
    let cluster = TestCluster()
    cluster.start([try BuiltinControllers.make("job", kinds: [])])
    cluster.usualChoice = 1
    var object: JSONObject = [
      "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "j"],
      "spec": [
        "completionMode": "Indexed",
        "template": [
          "spec": [
            "containers": [["name": "c", "image": "i:1"]], "restartPolicy": "Never",
          ]
        ],
      ],
    ]
    for (key, value) in spec { object.set(value, at: "spec", key) }
    #expect(cluster.create(object) == 201)
    #expect(cluster.settle())
    return cluster
  }

  /// Ends the running Pods of some indexes.
  private func end(
    _ cluster: TestCluster, _ phase: String, _ indexes: Set<Int>,
    status: JSONObject = JSONObject()
  ) {
    for pod in cluster.all(.pod) where PodStatus(pod).isActive {
      guard let index = Job.index(of: pod), indexes.contains(index) else { continue }
      var status = status
      status["phase"] = .string(phase)
      #expect(
        cluster.patch(
          "v1", "Pod", pod.name, ["status": .object(status)], type: .strategic,
          subresource: "status") == 200)
    }
    #expect(cluster.settle())
  }

  private func running(_ cluster: TestCluster) -> [Int] {
    cluster.all(.pod).filter { PodStatus($0).isActive }.compactMap(Job.index(of:)).sorted()
  }

  private func status(_ cluster: TestCluster, _ key: String) -> JSONValue? {
    cluster.object(.job, "j")?.at("status", key)
  }

  private func reason(_ cluster: TestCluster, _ type: String) -> String? {
    cluster.object(.job, "j").flatMap { ConditionList(of: $0)[type] }?["reason"]?.string
  }

  @Test func everyIndexSucceedsOnce() throws {
    let cluster = try cluster([("completions", 4), ("parallelism", 3)])
    #expect(running(cluster) == [0, 1, 2])
    let pod = try #require(cluster.all(.pod).first { Job.index(of: $0) == 1 })
    #expect(pod.name.hasPrefix("j-1-"))
    #expect(pod.at("spec", "hostname") == "j-1")
    #expect(pod.labels["batch.kubernetes.io/job-completion-index"] == "1")
    let variable = pod.at("spec", "containers")?.array?.first?["env"]?.array?.first
    #expect(variable?["name"] == "JOB_COMPLETION_INDEX")
    end(cluster, "Succeeded", [0, 2])
    #expect(status(cluster, "completedIndexes") == "0,2")
    #expect(running(cluster) == [1, 3])
    end(cluster, "Failed", [1])
    #expect(running(cluster) == [1, 3])
    end(cluster, "Succeeded", [1, 3])
    #expect(status(cluster, "completedIndexes") == "0-3")
    #expect(status(cluster, "succeeded") == 4)
    #expect(reason(cluster, "Complete") == nil && status(cluster, "completionTime") != nil)
  }

  @Test func itGrowsAndShrinksWithItsParallelism() throws {
    let cluster = try cluster([("completions", 2), ("parallelism", 2)])
    func resize(_ number: Int64, _ code: Int = 200) {
      #expect(
        cluster.patch(
          "batch/v1", "Job", "j",
          ["spec": ["completions": .int(number), "parallelism": .int(number)]]) == code)
      #expect(cluster.settle())
    }
    resize(4)
    #expect(running(cluster) == [0, 1, 2, 3])
    resize(1)
    #expect(running(cluster) == [0])
    #expect(
      cluster.patch("batch/v1", "Job", "j", ["spec": ["completions": 2]]) == 422)
  }

  @Test func aSecondPodOfAnIndexGoes() throws {
    let cluster = try cluster([("completions", 2), ("parallelism", 2)])
    let first = try #require(cluster.all(.pod).first)
    var twin = first
    twin["status"] = nil
    twin.metadata = [
      "name": "twin", "labels": .object(first.labels), "annotations": .object(first.annotations),
      "finalizers": first.metadata["finalizers"] ?? .null,
      "ownerReferences": first.metadata["ownerReferences"] ?? .null,
    ]
    #expect(cluster.create(twin) == 201)
    #expect(cluster.settle())
    #expect(running(cluster) == [0, 1])
    // Which of the two is a choice.
    #expect(cluster.questions == [2])
  }

  /// An index whose Pod has failed as often as backoffLimitPerIndex allows is not tried again
  /// (indexed_job_utils.go, isIndexFailed); the Job fails when no index is left.
  @Test func eachIndexHasItsBackoffLimit() throws {
    let cluster = try cluster([
      ("completions", 2), ("parallelism", 2), ("backoffLimitPerIndex", 1),
    ])
    func failures(_ index: Int) -> JSONValue? {
      cluster.all(.pod).first { PodStatus($0).isActive && Job.index(of: $0) == index }?
        .annotations["batch.kubernetes.io/job-index-failure-count"]
    }
    #expect(failures(0) == "0")
    #expect(status(cluster, "failedIndexes") == "")
    end(cluster, "Failed", [0])
    #expect(running(cluster) == [0, 1])
    #expect(failures(0) == "1" && failures(1) == "0")
    end(cluster, "Failed", [0])
    #expect(running(cluster) == [1])
    #expect(status(cluster, "failedIndexes") == "0")
    end(cluster, "Succeeded", [1])
    #expect(reason(cluster, "Failed") == "FailedIndexes")
    #expect(status(cluster, "completedIndexes") == "1")
    #expect(status(cluster, "failed") == 2)
  }

  @Test func tooManyFailedIndexesEndTheJob() throws {
    let cluster = try cluster([
      ("completions", 3), ("parallelism", 3), ("backoffLimitPerIndex", 0), ("maxFailedIndexes", 1),
    ])
    end(cluster, "Failed", [0])
    #expect(running(cluster) == [1, 2])
    end(cluster, "Failed", [2])
    #expect(reason(cluster, "Failed") == "MaxFailedIndexesExceeded")
    #expect(running(cluster) == [])
  }

  /// The delay after a failure is asked once for a Pod: its replacement may come later.
  @Test func theReplacementOfAnIndexMayWait() throws {
    let cluster = try cluster([
      ("completions", 1), ("parallelism", 1), ("backoffLimitPerIndex", 3),
    ])
    cluster.choices = [0]
    end(cluster, "Failed", [0])
    #expect(running(cluster) == [0])
    #expect(cluster.questions == [2])
  }

  @Test func aSuccessPolicyEndsTheJobEarly() throws {
    let cluster = try cluster([
      ("completions", 3), ("parallelism", 3),
      ("successPolicy", ["rules": [["succeededIndexes": "0,2", "succeededCount": 1]]]),
    ])
    end(cluster, "Succeeded", [1])
    #expect(reason(cluster, "SuccessCriteriaMet") == nil)
    end(cluster, "Succeeded", [2])
    #expect(reason(cluster, "Complete") == "SuccessPolicy")
    #expect(running(cluster) == [])
    #expect(status(cluster, "succeeded") == 2)
    // What was still running did not fail.
    #expect(status(cluster, "failed") == nil)
  }

  @Test(arguments: [(1, "Failed", 0), (2, nil, 0), (3, nil, 1)] as [(Int64, String?, Int)])
  func aFailurePolicyTellsWhatAFailureMeans(
    _ code: Int64, _ end: String?, _ counted: Int
  ) throws {
    let cluster = try cluster([
      ("completions", 1),
      (
        "podFailurePolicy",
        [
          "rules": [
            ["action": "FailJob", "onExitCodes": ["operator": "In", "values": [1]]],
            ["action": "Ignore", "onExitCodes": ["operator": "NotIn", "values": [3]]],
          ]
        ]
      ),
    ])
    let container: JSONValue = [
      "name": "c", "ready": false, "restartCount": 0, "image": "i", "imageID": "",
      "state": ["terminated": ["exitCode": .int(code)]],
    ]
    self.end(cluster, "Failed", [0], status: ["containerStatuses": [container]])
    if let end {
      #expect(reason(cluster, end) == "PodFailurePolicy")
    } else {
      #expect(running(cluster) == [0])
      #expect(status(cluster, "failed") == (counted == 0 ? nil : .int(Int64(counted))))
    }
  }

  @Test func indexesAreWrittenAsRanges() {
    var indexes = JobIndexes("0,2-4,x,9-12,7-", completions: 11)
    #expect(indexes.text == "0,2-4,9,10")
    indexes.insert(8)
    indexes.insert(1)
    #expect(indexes.text == "0-4,8-10")
    #expect(indexes.missing(3, below: 11) == [5, 6, 7])
    #expect(indexes.missing(5, below: 7) == [5, 6])
  }
}
