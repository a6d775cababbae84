import CEL
import Testing

@testable import Model

/// What an autoscaler remembers (pkg/controller/podautoscaler/horizontal.go): windows and periods, as choices
/// of how much of it is still inside.
@Suite struct AutoscalerMemoryTests {
  /// Answers choices in order, 0 afterwards, and remembers.
  private final class Oracle: ReconcileOracle {
    var choices: [Int] = []
    var asked: [Int] = []
    var memory: JSONObject?
    func get(_ apiVersion: String, _ kind: String, namespace: String, name: String) -> JSONObject? {
      nil
    }
    func list(_ query: ListQuery) -> [JSONObject] { [] }
    func send(_ request: APIRequest) -> APIResponse { APIResponse(code: 500, body: .null) }
    func creationRank(of object: JSONObject) -> Int { 0 }
    func hasPassed(deadline: String) -> Bool { false }
    func choose(_ count: Int, _ label: String) -> Int {
      asked.append(count)
      return choices.isEmpty ? 0 : choices.removeFirst()
    }
    func freshValue() -> String { "" }
    func recall(_ label: String) -> JSONObject? { memory }
    func remember(_ label: String, _ value: JSONObject?) { memory = value }
  }

  /// One autoscaler, sync after sync.
  private struct Bench {
    var oracle = Oracle()
    var behavior: JSONValue?
    var version = "1.34"
    var maximum: Int64 = 100
    /// `--horizontal-pod-autoscaler-downscale-stabilization`.
    var window: Int64 = 300

    /// The size after a sync that finds a size and a proposal, with these choices.
    func sync(_ current: Integer, _ proposal: Integer, _ choices: Int...) throws -> Integer {
      var autoscaler: JSONObject = [
        "apiVersion": "autoscaling/v2", "spec": ["minReplicas": 1, "maxReplicas": .int(maximum)],
      ]
      autoscaler.set(behavior, at: "spec", "behavior")
      let limits = AutoscalerLimits(
        autoscaler: autoscaler, current: current,
        version: try #require(KubernetesVersion(version)), downscaleStabilization: window)
      oracle.choices = choices
      oracle.asked = []
      var memory = try AutoscalerMemory(oracle, current: current, isUsed: limits.remembers)
      var status = AutoscalerStatus(of: autoscaler)
      let result = try limits.normalize(proposal, &memory, &status)
      if result != current { limits.noteScaling(to: result, &memory) }
      try memory.save()
      #expect(oracle.choices.isEmpty)
      return result
    }
  }

  private func rules(
    window: Int64 = 0, select: String = "Max", _ policies: (String, Int64, Int64)...
  ) -> JSONValue {
    [
      "stabilizationWindowSeconds": .int(window), "selectPolicy": .string(select),
      "policies": .array(
        policies.map {
          ["type": .string($0.0), "value": .int($0.1), "periodSeconds": .int($0.2)]
        }),
    ]
  }

  /// Scaling down waits for a window of 300 s, growing does not.
  private func defaults() -> Bench {
    var bench = Bench()
    bench.behavior = [
      "scaleUp": rules(("Percent", 900, 15)),
      "scaleDown": [
        "selectPolicy": "Max",
        "policies": [["type": "Percent", "value": 100, "periodSeconds": 15]],
      ],
    ]
    return bench
  }

  /// --horizontal-pod-autoscaler-downscale-stabilization=0s: nothing is remembered.
  @Test func withoutAnyWindowNothingIsRemembered() throws {
    var bench = Bench()
    bench.window = 0
    #expect(try bench.sync(5, 2) == 2)
    #expect(bench.oracle.memory == nil && bench.oracle.asked == [])
  }

  /// stabilizeRecommendation: without `behavior` there is a window of 300 s for scaling down, too.
  @Test func withoutBehaviorScalingDownWaits() throws {
    let bench = Bench()
    #expect(try bench.sync(5, 2, 1) == 5)
    #expect(bench.oracle.asked == [2])
    #expect(try bench.sync(5, 2) == 2)
    #expect(bench.oracle.asked == [])
    #expect(bench.oracle.memory == ["highs": [2]])
    #expect(try bench.sync(2, 6) == 4)
    #expect(try Bench().sync(5, 2) == 2)
  }

  /// stabilizeRecommendation has no envelope: what somebody scaled down grows again to the highest
  /// recommendation of the window, as often as syncs fit into it, or until it has left.
  @Test func withoutBehaviorItGrowsBack() throws {
    let bench = Bench()
    #expect(try bench.sync(3, 3) == 3)
    for _ in 0..<20 { #expect(try bench.sync(2, 2, 1) == 3) }
    #expect(try bench.sync(2, 2) == 2)
    #expect(bench.oracle.asked == [])
    let other = Bench()
    #expect(try other.sync(3, 3) == 3)
    #expect(try other.sync(2, 2, 1) == 3)
    #expect(try other.sync(2, 2, 0) == 2)
    #expect(other.oracle.memory?["highs"] == [2])
  }

  /// A recommendation that is made again counts anew, and an older one does not shorten the time of a
  /// newer one.
  @Test func recommendationsCountAnew() throws {
    let bench = Bench()
    #expect(try bench.sync(3, 3) == 3)
    for _ in 0..<15 { #expect(try bench.sync(2, 2, 1) == 3) }
    #expect(try bench.sync(3, 3) == 3)
    for _ in 0..<20 { #expect(try bench.sync(2, 2, 1) == 3) }
    #expect(try bench.sync(2, 2) == 2)
    let other = Bench()
    #expect(try other.sync(4, 4) == 4)
    #expect(try other.sync(3, 3, 1) == 4)
    for _ in 0..<19 { #expect(try other.sync(2, 2, 2) == 4) }
    // The 4 has left, the 3 may be there for another while.
    #expect(try other.sync(2, 2, 1) == 3)
    #expect(other.oracle.asked == [2])
    #expect(other.oracle.memory?["highs"] == [3, 2])
  }

  /// Waiting is over where nothing has changed, not where the spec is another one.
  @Test func anotherSpecWaitsAgain() throws {
    var bench = Bench()
    #expect(try bench.sync(5, 2, 1) == 5)
    bench.maximum = 50
    #expect(try bench.sync(5, 2, 1) == 5)
    #expect(bench.oracle.asked == [2])
  }

  /// The highest recommendation of 300 s counts, and the size at the start is one of them.
  @Test func scalingDownWaitsForTheWindow() throws {
    #expect(try defaults().sync(5, 2) == 2)
    let bench = defaults()
    #expect(try bench.sync(5, 2, 1) == 5)
    // The same again comes after the window.
    #expect(try bench.sync(5, 2) == 2)
    #expect(bench.oracle.asked == [])
    #expect(bench.oracle.memory == ["highs": [2]])
  }

  /// An older recommendation leaves the window first; one below a newer one never counts.
  @Test func olderRecommendationsLeaveFirst() throws {
    let bench = defaults()
    #expect(try bench.sync(8, 6, 1) == 8)
    #expect(try bench.sync(8, 3, 2) == 8)
    #expect(bench.oracle.memory?["highs"] == [8, 6, 3])
    #expect(try bench.sync(8, 4, 1) == 6)
    #expect(bench.oracle.asked == [3])
    #expect(bench.oracle.memory?["highs"] == [6, 4])
    #expect(try bench.sync(6, 9) == 9)
    #expect(bench.oracle.memory == ["highs": [9]])
  }

  /// With `behavior` and a window for growing the lowest recommendation counts; 0 is no window.
  @Test func growingWaitsForItsWindow() throws {
    var bench = Bench()
    bench.behavior = [
      "scaleUp": rules(window: 60, ("Percent", 900, 15)),
      "scaleDown": rules(window: 0, ("Percent", 100, 15)),
    ]
    #expect(try bench.sync(4, 10, 1) == 4)
    #expect(try bench.sync(4, 9, 0) == 9)
    #expect(try bench.sync(9, 3) == 3)
    #expect(bench.oracle.asked == [])
  }

  /// kubernetes#97348: what is to shrink does not grow since an older recommendation was higher.
  @Test func theSizeStaysInTheEnvelope() throws {
    for (version, size) in [("1.20", Integer(9)), ("1.21", Integer(4))] {
      var bench = Bench()
      bench.version = version
      bench.behavior = [
        "scaleUp": rules(window: 300, ("Pods", 10, 15)),
        "scaleDown": rules(window: 300, ("Percent", 100, 15)),
      ]
      #expect(try bench.sync(4, 9, 1) == 4)
      #expect(try bench.sync(4, 3, 1) == size, "\(version)")
    }
  }

  /// A policy counts what was added in its period; periods of one sync are over by the next.
  @Test func policiesCountTheirPeriod() throws {
    var bench = Bench()
    bench.behavior = [
      "scaleUp": rules(("Pods", 4, 60)), "scaleDown": rules(("Percent", 100, 15)),
    ]
    #expect(try bench.sync(5, 20) == 9)
    #expect(try bench.sync(9, 20, 1) == 9)
    #expect(try bench.sync(9, 20) == 13)
    #expect(bench.oracle.asked == [])
    bench = Bench()
    bench.behavior = [
      "scaleUp": rules(("Pods", 4, 15)), "scaleDown": rules(("Percent", 100, 15)),
    ]
    #expect(try bench.sync(5, 20) == 9)
    #expect(try bench.sync(9, 20) == 13)
    #expect(bench.oracle.asked == [])
  }

  /// kubernetes#109058: the size at the beginning of a period takes back what was removed in it.
  @Test func thePeriodCountsBothDirections() throws {
    for (version, size) in [("1.25", Integer(5)), ("1.26", Integer(7))] {
      var bench = Bench()
      bench.version = version
      bench.behavior = [
        "scaleUp": rules(("Pods", 2, 60)), "scaleDown": rules(("Percent", 100, 60)),
      ]
      #expect(try bench.sync(5, 3) == 3)
      #expect(try bench.sync(3, 20, 1) == size, "\(version)")
    }
  }

  /// selectPolicy: Max takes the widest change, Min the smallest, Disabled none.
  @Test(arguments: [("Max", 10, 4), ("Min", 9, 5), ("Disabled", 8, 8)])
  func selectPolicyChooses(select: String, up: Int, down: Int) throws {
    var bench = Bench()
    bench.behavior = [
      "scaleUp": rules(select: select, ("Pods", 1, 15), ("Percent", 25, 15)),
      "scaleDown": rules(select: select, ("Pods", 3, 15), ("Percent", 50, 15)),
    ]
    #expect(try bench.sync(8, 50) == Integer(up))
    #expect(try bench.sync(8, 1) == Integer(down))
  }

  /// Memory is bounded: of a period of 60 s three changes can matter.
  @Test func memoryIsBounded() throws {
    var bench = Bench()
    bench.behavior = [
      "scaleUp": rules(("Pods", 50, 60)), "scaleDown": rules(("Percent", 100, 60)),
    ]
    for _ in 0..<6 {
      #expect(try bench.sync(3, 4) == 4)
      #expect(try bench.sync(4, 3) == 3)
    }
    #expect(bench.oracle.memory?["changes"]?.array?.count == 3)
    #expect(bench.oracle.memory?["highs"] == nil)
  }

  /// behavior.scaleUp.tolerance (KEP-4951), and the standard one, as an interval of doubles.
  @Test func tolerancesHaveTwoSides() throws {
    var autoscaler = JSONObject()
    autoscaler.set(["scaleUp": ["tolerance": "50m"], "scaleDown": [:]], at: "spec", "behavior")
    let old = AutoscalerTolerance(autoscaler, try #require(KubernetesVersion("1.34")))
    #expect(old.isMet(1.06) && old.isMet(0.95) && old.isMet(1.1))
    let older = AutoscalerTolerance(autoscaler, try #require(KubernetesVersion("1.32")))
    #expect(older.isMet(1.06) && older.isMet(0.95) && !older.isMet(1.1))
    let new = AutoscalerTolerance(autoscaler, try #require(KubernetesVersion("1.35")))
    #expect(!new.isMet(1.06) && new.isMet(1.04) && new.isMet(0.9) && !new.isMet(0.89))
    let plain = AutoscalerTolerance(JSONObject(), try #require(KubernetesVersion("1.35")))
    #expect(plain.isMet(55.0 / 50) && !plain.isMet(56.0 / 50))
  }
}
