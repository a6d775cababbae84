internal import CEL

/// A DaemonSet, with what follows from its spec for its Pods and for nodes.
///
/// Follows pkg/controller/daemon/util/daemonset_util.go and daemon_controller.go
/// (nodeShouldRunDaemonPod, Predicates, NewPod).
struct DaemonSet {
  static let revisionLabel = "controller-revision-hash"
  private static let generationLabel = "pod-template-generation"
  private static let generationAnnotation = "deprecated.daemonset.template.generation"

  let object: JSONObject
  let version: KubernetesVersion

  init(_ object: JSONObject, _ version: KubernetesVersion) {
    self.object = object
    self.version = version
  }

  var isRollingUpdate: Bool {
    object.at("spec", "updateStrategy", "type")?.string == "RollingUpdate"
  }

  private var templateSpec: JSONObject {
    object.at("spec", "template", "spec")?.object ?? JSONObject()
  }

  // MARK: Nodes

  /// What a node is to the DaemonSet.
  struct Verdict: Hashable {
    /// A Pod is wanted there.
    let shouldRun: Bool
    /// A Pod that is there may stay.
    let shouldContinue: Bool
  }

  /// nodeShouldRunDaemonPod.
  func verdict(on node: JSONObject) -> Verdict {
    let wanted = templateSpec["nodeName"]?.string ?? ""
    let fitness = NodeFitness(node)
    guard wanted.isEmpty || wanted == node.name, fitness.matchesAffinity(of: templateSpec) else {
      return Verdict(shouldRun: false, shouldContinue: false)
    }
    let tolerations = Self.tolerations(of: templateSpec)
    if fitness.isTolerated(by: tolerations, effects: ["NoSchedule", "NoExecute"]) {
      return Verdict(shouldRun: true, shouldContinue: true)
    }
    let mayStay = fitness.isTolerated(by: tolerations, effects: ["NoExecute"])
    return Verdict(shouldRun: false, shouldContinue: mayStay)
  }

  // MARK: Pods

  /// AddOrUpdateDaemonPodTolerations: the Pods stay through what may happen to a node.
  private static func tolerations(of podSpec: JSONObject) -> [JSONValue] {
    var taints = [
      ("not-ready", "NoExecute"), ("unreachable", "NoExecute"), ("disk-pressure", "NoSchedule"),
      ("memory-pressure", "NoSchedule"), ("pid-pressure", "NoSchedule"),
      ("unschedulable", "NoSchedule"),
    ]
    if podSpec["hostNetwork"]?.bool == true {
      taints.append(("network-unavailable", "NoSchedule"))
    }
    var result = podSpec["tolerations"]?.array ?? []
    for (name, effect) in taints {
      let toleration: JSONValue = [
        "key": .string("node.kubernetes.io/\(name)"), "operator": "Exists",
        "effect": .string(effect),
      ]
      // MatchToleration: the same but for tolerationSeconds, which goes.
      let same = ["key", "operator", "effect", "value"]
      let isThere = result.contains { old in same.allSatisfy { old[$0] == toleration[$0] } }
      result = result.map { old in
        same.allSatisfy { old[$0] == toleration[$0] } ? toleration : old
      }
      if !isThere { result.append(toleration) }
    }
    return result
  }

  /// The Pod for a node: CreatePodTemplate, then ReplaceDaemonSetPodNodeNameNodeAffinity.
  func makePod(node: String, hash: String) -> JSONObject {
    var template = object.at("spec", "template")?.object ?? JSONObject()
    template.set(.array(Self.tolerations(of: templateSpec)), at: "spec", "tolerations")
    if let generation = object.annotations[Self.generationAnnotation]?.string,
      Int64(generation) != nil
    {
      template.labels[Self.generationLabel] = .string(generation)
    }
    if !hash.isEmpty { template.labels[Self.revisionLabel] = .string(hash) }
    template.set(
      [["matchFields": [["key": "metadata.name", "operator": "In", "values": [.string(node)]]]]],
      at: "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution",
      "nodeSelectorTerms")
    return PodFactory.make(from: template, parent: object)
  }

  /// GetTargetNodeName: where a Pod runs, or is to run; nil where it does not say.
  static func node(of pod: JSONObject) -> String? {
    let status = PodStatus(pod)
    if !status.nodeName.isEmpty { return status.nodeName }
    let terms =
      pod.at(
        "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution",
        "nodeSelectorTerms")?.array ?? []
    let fields: [JSONValue] = terms.flatMap { $0["matchFields"]?.array ?? [] }
    let field = fields.first {
      $0["key"]?.string == "metadata.name" && $0["operator"]?.string == "In"
    }
    guard let values = field?["values"]?.array, values.count == 1 else { return nil }
    return values[0].string
  }

  /// IsPodUpdated.
  ///
  /// Upstream's other test, on the template's generation, compares with an address.
  static func isUpdated(_ pod: JSONObject, _ hash: String) -> Bool {
    !hash.isEmpty && pod.labels[revisionLabel]?.string == hash
  }

  // MARK: Rolling update

  private func rollingCount(_ key: String, of nodes: Int) -> Int? {
    guard isRollingUpdate,
      let value = object.at("spec", "updateStrategy", "rollingUpdate", key)
    else { return 0 }
    return IntOrPercent.scaled(value, of: nodes, rounding: .up)
  }

  /// UnavailableCount: of so many nodes; nil where it is neither number nor percentage.
  func maxUnavailable(of nodes: Int) -> Int? { rollingCount("maxUnavailable", of: nodes) }

  /// SurgeCount: of so many nodes; nil where it is neither number nor percentage.
  func maxSurge(of nodes: Int) -> Int? {
    version.hasDaemonSetSurge ? rollingCount("maxSurge", of: nodes) : 0
  }

  /// AllowsSurge: whether a node may have two Pods.
  var allowsSurge: Bool { maxSurge(of: 1).map { $0 > 0 } ?? false }
}
