import CEL
import Testing

@testable import Model

@Suite struct JobControllerTests {
  private func cluster(
    version: KubernetesVersion = .standard, with others: [String] = []
  ) throws -> TestCluster {
    let cluster = TestCluster(kubernetesVersion: version)
    let options = BuiltinOptions(kubernetesVersion: version)
    cluster.start(
      try (["job"] + others).map {
        try BuiltinControllers.make($0, with: options, kinds: [.job, .pod])
      })
    // The delay after a failure is over when it is seen.
    cluster.usualChoice = 1
    return cluster
  }

  private func job(_ spec: [(String, JSONValue)] = [], restartPolicy: String = "Never")
    -> JSONObject
  {
    var object: JSONObject = [
      "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "j"],
      "spec": [
        "template": [
          "spec": [
            "containers": [["name": "c", "image": "i:1"]],
            "restartPolicy": .string(restartPolicy),
          ]
        ]
      ],
    ]
    for (key, value) in spec { object.set(value, at: "spec", key) }
    return object
  }

  /// Makes the job and lets its controller rest.
  private func make(_ cluster: TestCluster, _ spec: [(String, JSONValue)]) {
    #expect(cluster.create(job(spec)) == 201)
    #expect(cluster.settle())
  }

  private func patch(_ cluster: TestCluster, _ spec: JSONObject) {
    #expect(cluster.patch("batch/v1", "Job", "j", ["spec": .object(spec)]) == 200)
    #expect(cluster.settle())
  }

  /// Ends Pods with a phase, at most `count` of those that run.
  private func end(
    _ cluster: TestCluster, _ phase: String, _ count: Int = .max, status: JSONObject = JSONObject()
  ) {
    let running = cluster.all(.pod).filter { PodStatus($0).isActive }
    for pod in running.prefix(count) {
      var status = status
      status["phase"] = .string(phase)
      #expect(
        cluster.patch(
          "v1", "Pod", pod.name, ["status": .object(status)], type: .strategic,
          subresource: "status") == 200)
    }
    #expect(cluster.settle())
  }

  private func bind(_ cluster: TestCluster) {
    for pod in cluster.all(.pod) where PodStatus(pod).nodeName.isEmpty {
      _ = PodPlayer(cluster: cluster, pod: pod, action: ["node": "n1"]).play("bind")
    }
    #expect(cluster.settle())
  }

  private func found(_ cluster: TestCluster) throws -> JSONObject {
    try #require(cluster.object(.job, "j"))
  }

  /// The types of the conditions that hold, in order.
  private func conditions(_ cluster: TestCluster) throws -> [String] {
    ConditionList(of: try found(cluster)).items.filter { $0["status"] == "True" }
      .compactMap { $0["type"]?.string }
  }

  private func status(_ cluster: TestCluster, _ key: String) throws -> JSONValue? {
    try found(cluster).at("status", key)
  }

  // MARK: Counting

  @Test func podsKeepTheirFinalizerUntilTheyAreCounted() throws {
    let cluster = try cluster()
    make(cluster, [("completions", 2)])
    let first = try #require(cluster.all(.pod).first)
    #expect(Job.isTracked(first))
    #expect(first.labels["batch.kubernetes.io/job-name"] == "j")
    end(cluster, "Succeeded")
    #expect(try status(cluster, "succeeded") == 1)
    #expect(try status(cluster, "uncountedTerminatedPods") == [:])
    let counted = try #require(cluster.object(.pod, first.name))
    #expect(!Job.isTracked(counted))
    // A Pod that is counted is counted for good.
    cluster.delete("v1", "Pod", first.name)
    #expect(cluster.settle())
    end(cluster, "Succeeded")
    #expect(try status(cluster, "succeeded") == 2)
    #expect(try conditions(cluster) == ["SuccessCriteriaMet", "Complete"])
    #expect(try status(cluster, "completionTime") != nil)
  }

  @Test func withoutTrackingADeletedPodWasNeverThere() throws {
    let cluster = try cluster(version: .recorded)
    make(cluster, [("completions", 2)])
    let first = try #require(cluster.all(.pod).first)
    #expect(!Job.isTracked(first))
    end(cluster, "Succeeded")
    cluster.delete("v1", "Pod", first.name)
    #expect(cluster.settle())
    end(cluster, "Succeeded")
    #expect(try status(cluster, "succeeded") == 1)
    #expect(try conditions(cluster) == [])
  }

  @Test func aPodThatIsDeletedHasFailed() throws {
    let cluster = try cluster()
    make(cluster, [("backoffLimit", 1)])
    let first = cluster.podNames
    cluster.delete("v1", "Pod", first[0])
    #expect(cluster.settle())
    #expect(try status(cluster, "failed") == 1)
    #expect(cluster.podNames.count == 1 && cluster.podNames != first)
  }

  @Test func theEndWaitsForPodsThatAreGoing() throws {
    let cluster = try cluster()
    make(cluster, [("completions", 3), ("parallelism", 3), ("backoffLimit", 0)])
    bind(cluster)
    end(cluster, "Failed", 1)
    #expect(try conditions(cluster) == ["FailureTarget"])
    #expect(try status(cluster, "terminating") == 2)
    for pod in cluster.all(.pod) where PodStatus(pod).isTerminating {
      _ = PodPlayer(cluster: cluster, pod: pod, action: [:]).play("gone")
    }
    #expect(cluster.settle())
    #expect(try conditions(cluster) == ["FailureTarget", "Failed"])
    #expect(ConditionList(of: try found(cluster)).reason("Failed") == "BackoffLimitExceeded")
    // What was running when the Job failed counts as failed.
    #expect(try status(cluster, "failed") == 3)
  }

  @Test func beforeTheEndWasAtOnce() throws {
    let cluster = try cluster(version: KubernetesVersion(minor: 28))
    make(cluster, [("completions", 2), ("parallelism", 2), ("backoffLimit", 0)])
    bind(cluster)
    end(cluster, "Failed", 1)
    #expect(try conditions(cluster) == ["Failed"])
    #expect(try status(cluster, "terminating") == nil)
    #expect(try status(cluster, "ready") == 0)
  }

  // MARK: Limits

  @Test func theBackoffLimitAllowsSoManyFailures() throws {
    let cluster = try cluster()
    make(cluster, [("backoffLimit", 2)])
    for failures in 1...2 {
      end(cluster, "Failed")
      #expect(try status(cluster, "failed") == .int(Int64(failures)))
      #expect(try conditions(cluster) == [])
    }
    end(cluster, "Failed")
    #expect(try conditions(cluster) == ["FailureTarget", "Failed"])
  }

  @Test func aReplacementMayWait() throws {
    let cluster = try cluster()
    make(cluster, [])
    cluster.usualChoice = 0
    let before = cluster.log.count
    end(cluster, "Failed")
    let writes = cluster.log[before...].filter { $0.hasPrefix("job ") }
    // It is counted before the next Pod is made.
    let counted = try #require(writes.firstIndex { $0.contains("updates Job") })
    let made = try #require(writes.firstIndex { $0.contains("creates Pod") })
    #expect(counted < made)
    #expect(cluster.questions == [2])
  }

  @Test func restartsCountToo() throws {
    let cluster = try cluster()
    #expect(cluster.create(job([("backoffLimit", 2)], restartPolicy: "OnFailure")) == 201)
    #expect(cluster.settle())
    func restart(_ count: Int64) {
      end(
        cluster, "Running",
        status: [
          "containerStatuses": [
            ["name": "c", "restartCount": .int(count), "ready": true, "image": "i", "imageID": ""]
          ]
        ])
    }
    restart(1)
    #expect(try conditions(cluster) == [])
    restart(2)
    #expect(try conditions(cluster) == ["FailureTarget", "Failed"])
  }

  @Test func theDeadlineCountsFromTheBeginning() throws {
    let cluster = try cluster()
    cluster.deadlinesPass = true
    #expect(cluster.create(job([("activeDeadlineSeconds", 5), ("suspend", true)])) == 201)
    #expect(cluster.settle())
    #expect(try conditions(cluster) == ["Suspended"])
    #expect(try status(cluster, "startTime") == nil)
    cluster.deadlinesPass = false
    patch(cluster, ["suspend": false])
    #expect(cluster.podNames.count == 1)
    cluster.deadlinesPass = true
    #expect(cluster.settle())
    #expect(cluster.podNames == [])
    #expect(ConditionList(of: try found(cluster)).reason("Failed") == "DeadlineExceeded")
  }

  @Test func suspensionTakesThePodsAndResumingMakesNewOnes() throws {
    let cluster = try cluster()
    make(cluster, [("parallelism", 2), ("completions", 2)])
    patch(cluster, ["suspend": true])
    #expect(cluster.podNames == [])
    #expect(try conditions(cluster) == ["Suspended"])
    #expect(try status(cluster, "failed") == nil)
    patch(cluster, ["suspend": false])
    #expect(cluster.podNames.count == 2)
    #expect(try conditions(cluster) == [])
    end(cluster, "Succeeded")
    #expect(try conditions(cluster) == ["SuccessCriteriaMet", "Complete"])
  }

  // MARK: Which Pods

  @Test func everyChoiceAmongEqualPodsIsAsked() throws {
    var left: Set<[Int]> = []
    for choice in 0..<6 {
      let cluster = try cluster()
      make(cluster, [("parallelism", 4), ("completions", 4)])
      let names = cluster.podNames
      cluster.choices = [choice]
      patch(cluster, ["parallelism": 2])
      #expect(cluster.questions == [6])
      left.insert(names.indices.filter { cluster.podNames.contains(names[$0]) })
    }
    #expect(left.count == 6)
  }

  @Test func withoutCompletionsOneSuccessIsEnough() throws {
    let cluster = try cluster()
    make(cluster, [("parallelism", 2)])
    #expect(cluster.podNames.count == 2)
    end(cluster, "Succeeded", 1)
    #expect(try conditions(cluster) == [])
    end(cluster, "Failed")
    #expect(try conditions(cluster) == ["SuccessCriteriaMet", "Complete"])
    #expect(cluster.podNames.count == 2)
  }

  @Test func aReplacementWaitsUntilThePodHasFailed() throws {
    for (policy, pods) in [("TerminatingOrFailed", 2), ("Failed", 1)] {
      let cluster = try cluster()
      make(cluster, [("podReplacementPolicy", .string(policy))])
      bind(cluster)
      cluster.delete("v1", "Pod", cluster.podNames[0])
      #expect(cluster.settle())
      #expect(cluster.podNames.count == pods)
    }
  }

  @Test func aFinishedPodOfNobodyIsLetGo() throws {
    // The Job is deleted, and its Pods with it, or left behind without an owner.
    for (policy, left) in [("Background", 0), ("Foreground", 0), ("Orphan", 1)] {
      let cluster = try cluster(with: ["garbagecollector"])
      make(cluster, [])
      cluster.delete("batch/v1", "Job", "j", options: ["propagationPolicy": .string(policy)])
      #expect(cluster.settle())
      #expect(cluster.object(.job, "j") == nil)
      #expect(cluster.all(.pod).count == left)
      #expect(cluster.all(.pod).allSatisfy { !Job.isTracked($0) })
    }
  }

  @Test func anAdoptedPodIsTracked() throws {
    let cluster = try cluster()
    make(cluster, [("parallelism", 0)])
    let selector = try found(cluster).at("spec", "selector", "matchLabels")?.object ?? [:]
    #expect(
      cluster.create([
        "apiVersion": "v1", "kind": "Pod",
        "metadata": ["name": "found", "labels": .object(selector)],
        "spec": ["containers": [["name": "c", "image": "i"]], "restartPolicy": "Never"],
      ]) == 201)
    patch(cluster, ["parallelism": 1])
    #expect(cluster.podNames == ["found"])
    let pod = try #require(cluster.object(.pod, "found"))
    #expect(Job.isTracked(pod) && pod.controllerReference?["name"] == "j")
    end(cluster, "Succeeded")
    #expect(try status(cluster, "succeeded") == 1)
  }

  @Test func aFinishedJobIsDeletedAfterItsTime() throws {
    let cluster = try cluster(with: ["garbagecollector"])
    make(cluster, [("ttlSecondsAfterFinished", 60)])
    end(cluster, "Succeeded")
    #expect(try conditions(cluster).contains("Complete"))
    cluster.deadlinesPass = true
    #expect(cluster.settle())
    #expect(cluster.object(.job, "j") == nil)
    #expect(cluster.podNames == [])
  }

  @Test func anotherControllersJobIsLeftAlone() throws {
    let cluster = try cluster()
    make(cluster, [("managedBy", "example.com/other")])
    #expect(cluster.podNames == [])
  }
}
