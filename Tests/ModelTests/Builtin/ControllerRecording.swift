import CEL
import Foundation
import Testing

@testable import Model

/// The recordings of real controllers in Tests/Fixtures/controllers: one file an area.
enum ControllerRecordings {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/controllers")

  /// The areas that are recorded, sorted.
  static let areas: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
  }()

  /// The cases of an area, such as `deployment`.
  static func cases(of area: String) throws -> [JSONObject] {
    let data = try Data(contentsOf: folder.appendingPathComponent("\(area).json"))
    // The names of what has no namespace begin with that of the case.
    let text = String(decoding: data, as: UTF8.self).replacing("{ns}", with: "case")
    let document = try JSONValue(parsing: text)
    return try #require(document["cases"]?.array).compactMap(\.object)
  }
}

/// Runs one recorded case and compares what it settles in, and what was written on the way.
final class RecordingReplay {
  let steps: [JSONObject]
  var pace = RecordingPace.rest
  let cluster = TestCluster(kubernetesVersion: .recorded)
  let processor = MetricGauge()
  /// In which order the hashes sort that the names of Pods begin with.
  var order = HashOrder.asInTheModel

  enum HashOrder: CaseIterable { case asInTheModel, oldestFirst, youngestFirst, secondLast }

  init(_ recording: JSONObject) throws {
    steps = (recording["steps"]?.array ?? []).compactMap(\.object)
    let kinds = BuiltInResources.all(.recorded).map(\.groupKind).filter {
      ["", "apps", "batch", "autoscaling", "policy"].contains($0.group) && $0.kind != "Event"
    }
    cluster.start(
      // The recorder played kubelet and scheduler.
      try BuiltinControllers.names.filter { !["kubelet", "scheduler"].contains($0) }.map { name in
        var options = BuiltinOptions(kubernetesVersion: .recorded)
        if name == "horizontalpodautoscaler" {
          // Every Pod of the recordings requests 100m, so that the usage is its percentage.
          options.values["utilization"] = { [processor] _, _ in processor.value }
          // They were made with --horizontal-pod-autoscaler-downscale-stabilization=0s.
          options.values["downscaleStabilization"] = { _, _ in 0 }
          // And with --horizontal-pod-autoscaler-cpu-initialization-period=1s, which was over.
          options.values["cpuInitializationPeriod"] = { _, _ in 0 }
        }
        return try BuiltinControllers.make(name, with: options, kinds: kinds)
      })
  }

  // MARK: Actions

  private static let apiVersions = Dictionary(
    uniqueKeysWithValues: BuiltInResources.all(.recorded).filter { $0.kind != "Event" }
      .map { ($0.kind, $0.storageAPIVersion) })

  func perform(_ action: JSONObject) throws -> String? {
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
    for name in ordered(cluster.all(.pod).filter({ isChosen($0, filter) })).map(\.name)
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

  /// The recorder took Pods by name, and names begin with hashes: which is first is not recorded.
  private func ordered(_ pods: [JSONObject]) -> [JSONObject] {
    if order == .asInTheModel { return pods }
    let hashes = cluster.symbols.map(\.text)
    func rank(_ pod: JSONObject) -> Int {
      let hash = pod.labels[TemplateEquality.hashLabel]?.string
      let age = hashes.firstIndex { $0 == hash } ?? 0
      switch order {
      case .asInTheModel, .oldestFirst: return age
      case .youngestFirst: return -age
      case .secondLast: return age == 1 ? hashes.count : age
      }
    }
    return pods.sorted { (rank($0), $0.name) < (rank($1), $1.name) }
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
