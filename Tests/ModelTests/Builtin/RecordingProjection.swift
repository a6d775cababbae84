import CEL

@testable import Model

/// The objects of a cluster in the form of the recordings: scrubbed, and with symbols for hashes.
struct RecordingProjection {
  private let cluster: TestCluster
  /// What stands for each symbol: `$hash1` and so on by the age of the ReplicaSets.
  private let symbols: [(symbol: String, text: String)]

  init(_ cluster: TestCluster) {
    self.cluster = cluster
    symbols = cluster.symbols
  }

  /// A text with the symbols replaced by what they stand for.
  func resolve(_ text: String) -> String {
    symbols.reduce(text) { $0.replacing($1.symbol, with: $1.text) }
  }

  /// The first difference from what was recorded; nil if there is none.
  func difference(from expected: JSONObject) -> String? {
    let actual = objects
    for key in Set(expected.keys).union(actual.keys).sorted() {
      let (wanted, found) = (expected[key] ?? .null, actual[key] ?? .null)
      if !Self.matches(wanted, found) {
        return "\(key): recorded \(wanted.text), here \(found.text)"
      }
    }
    return nil
  }

  /// All objects by `Kind/name`, generated Pods together.
  var objects: JSONObject {
    var result = JSONObject()
    var generated: [JSONObject] = []
    for key in cluster.objects.keys.sorted() {
      guard let object = cluster.objects[key], key.name != "kube-root-ca.crt",
        key != TestCluster.defaultNamespace
      else { continue }
      guard let text = try? JSONValue(parsing: symbolic(JSONValue.object(project(object)).text)),
        let projection = text.object
      else { continue }
      if key.groupKind == .pod, Self.isGenerated(object) {
        generated.append(projection)
      } else {
        result[name(of: key)] = .object(projection)
      }
    }
    if !generated.isEmpty { result["generatedPods"] = .array(Self.counted(generated)) }
    return result
  }

  /// `Kind/name`, with the namespace where it is none of the case's own.
  func name(of key: ObjectKey) -> String {
    let place = ["", "default"].contains(key.namespace) ? "" : "\(key.namespace)/"
    return symbolic("\(key.groupKind.kind)/\(place)\(key.name)")
  }

  /// An object without its status, with symbols.
  func withoutStatus(_ object: JSONObject) -> JSONObject {
    var projection = project(object)
    for key in ["status", "phase", "ready"] { projection[key] = nil }
    let text = symbolic(JSONValue.object(projection).text)
    return (try? JSONValue(parsing: text))?.object ?? projection
  }

  func symbolic(_ text: String) -> String {
    symbols.reduce(text) { $0.replacing($1.text, with: $1.symbol) }
  }

  static func isGenerated(_ pod: JSONObject) -> Bool {
    guard let prefix = pod.metadata["generateName"]?.string else { return false }
    return pod.name.utf8.count == prefix.utf8.count + 5
  }

  private static func counted(_ pods: [JSONObject]) -> [JSONValue] {
    var classes: [(pod: JSONObject, count: Int64)] = []
    for pod in pods {
      if let index = classes.firstIndex(where: { $0.pod == pod }) {
        classes[index].count += 1
      } else {
        classes.append((pod, 1))
      }
    }
    return classes.map { pod, count in
      var pod = pod
      pod["count"] = .int(count)
      return .object(pod)
    }
  }

  private func project(_ object: JSONObject) -> JSONObject {
    var result = JSONObject()
    switch object.kind {
    case "Node", "Service": return result
    case "Endpoints": return Self.endpoints(object)
    default: break
    }
    if !object.labels.isEmpty, object.kind != "Namespace" {
      result["labels"] = .object(object.labels)
    }
    let annotations = object.annotations.entries.filter {
      $0.key.hasPrefix("deployment.kubernetes.io/") || $0.key == "note"
    }
    if !annotations.isEmpty {
      result["annotations"] = .object(JSONObject(annotations.map { ($0.key, $0.value) }))
    }
    let owners = object.ownerReferences.map { owner -> JSONValue in
      [
        "kind": owner["kind"] ?? .null, "name": owner["name"] ?? .null,
        "controller": owner["controller"] ?? false,
        "blockOwnerDeletion": owner["blockOwnerDeletion"] ?? false,
      ]
    }
    if !owners.isEmpty { result["owners"] = .array(owners) }
    result["finalizers"] = object.metadata["finalizers"]
    if object.deletionTimestamp != nil { result["deleting"] = true }
    switch object.kind {
    case "Pod": addPod(object, &result)
    case "ControllerRevision": result["revision"] = object["revision"]
    case "Namespace":
      result["phase"] = object.at("status", "phase")
      result["conditions"] = Self.scrub(object["status"] ?? .null)["conditions"]
    default:
      result["generation"] = object.metadata["generation"]
      for key in [
        "replicas", "paused", "minReplicas", "maxReplicas", "parallelism", "completions",
      ] {
        result[key] = object.at("spec", key)
      }
      if object.kind != "Job" {
        result["image"] =
          object.at("spec", "template", "spec", "containers")?.array?.first?["image"]
      }
      result["status"] = object["status"].map(Self.scrub)
    }
    return result
  }

  private func addPod(_ pod: JSONObject, _ result: inout JSONObject) {
    result["image"] = pod.at("spec", "containers")?.array?.first?["image"]
    result["phase"] = pod.at("status", "phase")
    result["ready"] = .bool(PodStatus(pod).isReady)
    result["node"] = pod.at("spec", "nodeName")
    let terms = pod.at(
      "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution",
      "nodeSelectorTerms")
    result["wantsNode"] =
      terms?.array?.first?["matchFields"]?.array?.first?["values"]?.array?.first
    result["hostname"] = pod.at("spec", "hostname")
  }

  /// The numbers of addresses, and those that are ready.
  private static func endpoints(_ object: JSONObject) -> JSONObject {
    let subsets = object["subsets"]?.array ?? []
    let ready = subsets.flatMap { $0["addresses"]?.array ?? [] }
    let notReady = subsets.flatMap { $0["notReadyAddresses"]?.array ?? [] }
    return [
      "ready": .int(Int64(ready.count)), "notReady": .int(Int64(notReady.count)),
      "ips": .array(ready.compactMap { $0["ip"] }),
    ]
  }

  /// A status with conditions cut down and sorted, and times as `$time`.
  private static func scrub(_ status: JSONValue) -> JSONValue {
    guard var object = status.object else { return status }
    if let conditions = object["conditions"]?.array {
      let cut = conditions.map { condition -> JSONObject in
        [
          "type": condition["type"] ?? .null, "status": condition["status"] ?? .null,
          "reason": condition["reason"] ?? .null,
        ]
      }
      object["conditions"] = .array(
        cut.sorted { ($0["type"]?.string ?? "") < ($1["type"]?.string ?? "") }
          .map(JSONValue.object))
    }
    for key in ["lastScaleTime", "startTime", "completionTime"] where object[key] != nil {
      object[key] = "$time"
    }
    return .object(object)
  }

  // MARK: Comparison

  /// Whether a value is as recorded: `$oneOf` allows several, absent equals empty and 0, and a list
  /// of generated Pods has no order.
  static func matches(_ recorded: JSONValue, _ found: JSONValue) -> Bool {
    if let choices = recorded["$oneOf"]?.array {
      return choices.contains { matches($0, found) }
    }
    switch (recorded, found) {
    case (.object(let left), .object(let right)):
      return Set(left.keys).union(right.keys).allSatisfy {
        matches(left[$0] ?? .null, right[$0] ?? .null)
      }
    case (.array(let left), .array(let right)):
      guard left.count == right.count else { return false }
      var rest = right
      for item in left {
        guard let index = rest.firstIndex(where: { matches(item, $0) }) else { return false }
        rest.remove(at: index)
      }
      return true
    default:
      return recorded == found || (isEmpty(recorded) && isEmpty(found))
    }
  }

  private static func isEmpty(_ value: JSONValue) -> Bool {
    switch value {
    case .null, .bool(false), .int(0), .string(""), .array([]): true
    case .object(let object): object.entries.allSatisfy { isEmpty($0.value) }
    default: false
    }
  }
}
