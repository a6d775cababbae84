import CEL
import Foundation
import Testing

@testable import Model

/// The recordings of real controllers in Tests/Fixtures/controllers: one file an area.
enum ControllerRecordings {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/controllers")

  /// The cases of an area, such as `deployment`.
  static func cases(of area: String) throws -> [JSONObject] {
    let data = try Data(contentsOf: folder.appendingPathComponent("\(area).json"))
    // The names of what has no namespace begin with that of the case.
    let text = String(decoding: data, as: UTF8.self).replacing("{ns}", with: "case")
    let document = try JSONValue(parsing: text)
    return try #require(document["cases"]?.array).compactMap(\.object)
  }
}

/// How the requests of a step meet the controllers, which ran beside the recorder: any of these is a
/// run of the real thing.
enum RecordingPace: Hashable {
  /// The controllers come to rest after each request.
  case rest
  /// So many reconciles run after each request.
  case reconciles(Int)
  /// All requests come first; then the queue is served in an order that a number scatters.
  case scattered(Int)
  /// The controllers come to rest after each request, and choices that upstream leaves open are
  /// answered with a number.
  case choosing(Int)

  static let all: [RecordingPace] =
    [.rest, .reconciles(0)] + [1, 2, 3, 5, 8].map { .reconciles($0) }
    + (1...4).map { .scattered($0) } + (1...2).map { .choosing($0) }
}

/// Runs one recorded case and compares what it settles in.
final class RecordingReplay {
  private let name: String
  private let steps: [JSONObject]
  private var pace = RecordingPace.rest
  private let cluster = TestCluster(kubernetesVersion: .recorded)
  private let processor = MetricGauge()
  /// How many steps may still be tried.
  private var budget = 100

  init(_ recording: JSONObject) throws {
    name = recording["name"]?.string ?? ""
    steps = (recording["steps"]?.array ?? []).compactMap(\.object)
    let kinds: [GroupKind] = [
      .deployment, .replicaSet, .statefulSet, .controllerRevision, .horizontalPodAutoscaler, .pod,
      .persistentVolumeClaim, .replicationController, .service, .endpoints, .podDisruptionBudget,
      .daemonSet, .job, GroupKind(group: "", kind: "ConfigMap"),
    ]
    cluster.start(
      // The recorder played the kubelet.
      try BuiltinControllers.names.filter { $0 != "kubelet" }.map { name in
        var options = BuiltinOptions(kubernetesVersion: .recorded)
        if name == "horizontalpodautoscaler" {
          // Every Pod of the recordings requests 100m, so that the usage is its percentage.
          options.values["utilization"] = { [processor] _, _ in processor.value }
        }
        return try BuiltinControllers.make(name, with: options, kinds: kinds)
      })
  }

  /// Runs it; answers the difference that came latest, nil if some run has none.
  func run() throws -> String? { try run(from: 0, JSONObject())?.problem }

  /// Runs the steps from one on, at any pace that leads to what was recorded.
  ///
  /// Each step tells only what changed from what was `expected` before.
  private func run(
    from index: Int, _ expected: JSONObject
  ) throws -> (step: Int, problem: String)? {
    guard index < steps.count else { return nil }
    var expected = expected
    let step = steps[index]
    for entry in step["settled"]?.object?.entries ?? [] { expected[entry.key] = entry.value }
    for gone in step["gone"]?.array ?? [] { expected[gone.string ?? ""] = nil }
    let snapshot = cluster.snapshot()
    let processorValue = processor.value
    var latest: (step: Int, problem: String)?
    for pace in RecordingPace.all where budget > 0 {
      budget -= 1
      cluster.restore(snapshot)
      processor.value = processorValue
      self.pace = pace
      var failure: (step: Int, problem: String)?
      if let problem = try take(step, expected) {
        failure = (index, "step \(index): \(problem)")
      } else {
        failure = try run(from: index + 1, expected)
      }
      guard let failure else { return nil }
      if failure.step >= latest?.step ?? 0 { latest = failure }
    }
    return latest
  }

  /// Takes one step; answers what differs afterwards.
  private func take(_ step: JSONObject, _ expected: JSONObject) throws -> String? {
    cluster.deadlinesPass = false
    cluster.usualChoice = if case .choosing(let number) = pace { number } else { 0 }
    for action in (step["do"]?.array ?? []).compactMap(\.object) {
      if let problem = try perform(action) { return problem }
      pause()
    }
    if case .scattered(let seed) = pace { cluster.scatter = UInt64(seed) }
    defer { cluster.scatter = nil }
    guard cluster.settle() else { return "does not settle" }
    return RecordingProjection(cluster).difference(from: expected)
  }

  /// Lets the controllers run between two requests.
  private func pause() {
    switch pace {
    case .rest, .choosing: cluster.settle()
    case .reconciles(let count): cluster.run(count)
    case .scattered: break
    }
  }

  // MARK: Actions

  private static let apiVersions = Dictionary(
    uniqueKeysWithValues: BuiltInResources.all(.recorded).filter { $0.kind != "Event" }
      .map { ($0.kind, $0.storageAPIVersion) })

  private func perform(_ action: JSONObject) throws -> String? {
    let operation = action["op"]?.string ?? ""
    switch operation {
    case "create": return create(action)
    case "patch", "delete":
      let kind = action["kind"]?.string ?? ""
      let name = RecordingProjection(cluster).resolve(action["name"]?.string ?? "")
      let apiVersion = Self.apiVersions[kind] ?? "v1"
      let namespace = action["namespace"]?.string
      let code =
        operation == "delete"
        ? cluster.delete(apiVersion, kind, name, in: namespace, options: action["options"])
        : cluster.patch(
          apiVersion, kind, name, in: namespace, action["patch"] ?? .null,
          type: action["type"]?.string == "strategic" ? .strategic : .merge)
      return code < 300 ? nil : "\(operation) \(kind)/\(name) is answered \(code)"
    case "evict":
      let code = cluster.evict(action["name"]?.string ?? "", version: .recorded)
      let wanted = Int(action.at("result", "http")?.int ?? 201)
      return code == wanted ? nil : "evict is answered \(code), not \(wanted)"
    case "wait":
      cluster.deadlinesPass = true
      return nil
    case "metrics":
      processor.value = action["cpu"] ?? .null
      return nil
    default: return act(operation, action)
    }
  }

  private func create(_ action: JSONObject) -> String? {
    guard var object = action["object"]?.object else { return "no object" }
    let owners = (action["ownerNames"]?.array ?? []).compactMap(\.object)
    if !owners.isEmpty {
      object.metadata["ownerReferences"] = .array(
        owners.map { owner in
          let kind = owner["kind"]?.string ?? ""
          let apiVersion = Self.apiVersions[kind] ?? "v1"
          var reference = owner
          reference["apiVersion"] = .string(apiVersion)
          if reference["uid"] == nil {
            let found = cluster.object(
              GroupKind(apiVersion: apiVersion, kind: kind), owner["name"]?.string ?? "")
            reference["uid"] = .string(found?.uid ?? "")
          }
          return .object(reference)
        })
    }
    let code = cluster.create(object, in: action["namespace"]?.string)
    return code == 201 ? nil : "creating \(object.kind)/\(object.name) is answered \(code)"
  }

  /// An action on Pods: one request a Pod.
  private func act(_ operation: String, _ action: JSONObject) -> String? {
    let limit = action["count"]?.int.map { Int($0) } ?? Int.max
    let filter = action["pods"]?.object ?? JSONObject()
    var count = 0
    for name in cluster.all(.pod).filter({ isChosen($0, filter) }).map(\.name)
    where count < limit {
      // A controller may have been faster.
      guard let pod = cluster.object(.pod, name) else { continue }
      let player = PodPlayer(cluster: cluster, pod: pod, action: action)
      guard let code = player.play(operation) else { continue }
      guard code < 300 else { return "\(operation) \(pod.name) is answered \(code)" }
      count += 1
      pause()
    }
    let wanted = action.at("result", "pods")?.int ?? Int64(count)
    return Int64(count) == wanted ? nil : "\(operation) acts on \(count) Pods, not \(wanted)"
  }

  private func isChosen(_ pod: JSONObject, _ filter: JSONObject) -> Bool {
    let status = PodStatus(pod)
    if let name = filter["name"]?.string, name != pod.name { return false }
    if let node = filter["node"]?.string, node != DaemonSet.node(of: pod) { return false }
    if let phase = filter["phase"]?.string, phase != status.phase { return false }
    if let ready = filter["ready"]?.bool, ready != status.isReady { return false }
    if let deleting = filter["deleting"]?.bool, deleting != status.isTerminating { return false }
    if let owner = filter["owner"]?.string {
      let wanted = RecordingProjection(cluster).resolve(owner)
      let reference = pod.controllerReference
      let own = "\(reference?.kind ?? "")/\(reference?["name"]?.string ?? "")"
      if wanted != own { return false }
    }
    return true
  }
}

/// What the metrics server says, set by a test.
final class MetricGauge: @unchecked Sendable {
  var value: JSONValue = .null
}
