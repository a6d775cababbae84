internal import CEL

/// A StatefulSet, with what follows from its spec for its Pods and their claims.
///
/// Follows pkg/controller/statefulset/stateful_set_utils.go.
struct StatefulSet {
  static let podNameLabel = "statefulset.kubernetes.io/pod-name"
  static let podIndexLabel = "apps.kubernetes.io/pod-index"
  static let revisionLabel = "controller-revision-hash"

  let object: JSONObject
  let version: KubernetesVersion

  init(_ object: JSONObject, _ version: KubernetesVersion) {
    self.object = object
    self.version = version
  }

  var name: String { object.name }
  var replicas: Int { object.specReplicas }
  var minReadySeconds: Int { version.hasStatefulSetAvailability ? object.minReadySeconds : 0 }
  var start: Int { object.at("spec", "ordinals", "start")?.int.map { Int($0) } ?? 0 }
  var isParallel: Bool { object.at("spec", "podManagementPolicy")?.string == "Parallel" }
  var template: JSONObject { object.at("spec", "template")?.object ?? JSONObject() }
  var isRollingUpdate: Bool { !isOnDelete }
  var isOnDelete: Bool { object.at("spec", "updateStrategy", "type")?.string == "OnDelete" }

  /// `rollingUpdate.partition`; nil without `rollingUpdate`.
  var partition: Int? {
    guard let rolling = object.at("spec", "updateStrategy", "rollingUpdate") else { return nil }
    return Int(rolling["partition"]?.int ?? 0)
  }

  /// `rollingUpdate.maxUnavailable` (getStatefulSetMaxUnavailable): at least 1; nil where updates go one
  /// by one.
  func maxUnavailable() throws -> Int? {
    guard version.hasStatefulSetMaxUnavailable else { return nil }
    let rolling = object.at("spec", "updateStrategy", "rollingUpdate")
    guard let value = rolling?["maxUnavailable"] else { return 1 }
    guard let scaled = IntOrPercent.scaled(value, of: replicas, rounding: .up) else {
      throw ReconcileError("invalid value for maxUnavailable")
    }
    return max(scaled, 1)
  }

  private var claimTemplates: [JSONObject] {
    (object.at("spec", "volumeClaimTemplates")?.array ?? []).compactMap(\.object)
  }

  /// The ordinal in a Pod's name; nil where the name is not `<set>-<number>` (isMemberOf,
  /// getOrdinal).
  func ordinal(of pod: JSONObject) -> Int? {
    let prefix = "\(name)-"
    guard pod.name.utf8.starts(with: prefix.utf8) else { return nil }
    let digits = pod.name.utf8.dropFirst(prefix.utf8.count)
    guard !digits.isEmpty, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    return Int32(String(decoding: digits, as: UTF8.self)).map { Int($0) }
  }

  /// isMemberOf.
  func isMember(_ pod: JSONObject) -> Bool { ordinal(of: pod) != nil }

  func podName(_ ordinal: Int) -> String { "\(name)-\(ordinal)" }

  /// getPodRevision.
  static func revision(of pod: JSONObject) -> String {
    pod.labels[revisionLabel]?.string ?? ""
  }

  /// newStatefulSetPod of a revision's template.
  func makePod(_ ordinal: Int, template: JSONObject, revision: String) -> JSONObject {
    var pod = PodFactory.make(from: template, parent: object)
    setIdentity(&pod, ordinal)
    pod.set(.string(podName(ordinal)), at: "spec", "hostname")
    if let service = object.at("spec", "serviceName")?.string, !service.isEmpty {
      pod.set(.string(service), at: "spec", "subdomain")
    }
    setStorage(&pod, ordinal)
    pod.labels[Self.revisionLabel] = .string(revision)
    return pod
  }

  /// updateIdentity.
  func setIdentity(_ pod: inout JSONObject, _ ordinal: Int) {
    pod.metadata["name"] = .string(podName(ordinal))
    pod.metadata["namespace"] = .string(object.namespace)
    pod.labels[Self.podNameLabel] = .string(podName(ordinal))
    if version.hasPodIndexLabel { pod.labels[Self.podIndexLabel] = .string(String(ordinal)) }
  }

  /// identityMatches.
  func identityMatches(_ pod: JSONObject) -> Bool {
    guard let ordinal = ordinal(of: pod) else { return false }
    var expected = pod
    setIdentity(&expected, ordinal)
    return expected.metadata == pod.metadata
  }

  /// getPersistentVolumeClaims: template name and claim, in the order of the templates (upstream's is
  /// that of a map).
  func claims(_ ordinal: Int) -> [(volume: String, claim: JSONObject)] {
    claimTemplates.map { template in
      var claim = template
      claim["apiVersion"] = "v1"
      claim["kind"] = "PersistentVolumeClaim"
      claim["status"] = nil
      claim.metadata["name"] = .string("\(template.name)-\(podName(ordinal))")
      claim.metadata["namespace"] = .string(object.namespace)
      claim.metadata["creationTimestamp"] = nil
      for label in object.at("spec", "selector", "matchLabels")?.object?.entries ?? [] {
        claim.labels[label.key] = label.value
      }
      return (template.name, claim)
    }
  }

  /// updateStorage: the volumes of the claims first, then the Pod's others.
  func setStorage(_ pod: inout JSONObject, _ ordinal: Int) {
    let claims = claims(ordinal)
    guard !claims.isEmpty else { return }
    let others = (pod.at("spec", "volumes")?.array ?? []).filter { volume in
      !claims.contains { $0.volume == volume["name"]?.string }
    }
    let own = claims.map { volume, claim -> JSONValue in
      [
        "name": .string(volume),
        "persistentVolumeClaim": ["claimName": .string(claim.name)],
      ]
    }
    pod.set(.array(own + others), at: "spec", "volumes")
  }

  /// storageMatches.
  func storageMatches(_ pod: JSONObject) -> Bool {
    guard let ordinal = ordinal(of: pod) else { return false }
    let volumes = pod.at("spec", "volumes")?.array ?? []
    return claims(ordinal).allSatisfy { volume, claim in
      volumes.contains {
        $0["name"]?.string == volume
          && $0.at("persistentVolumeClaim", "claimName")?.string == claim.name
      }
    }
  }
}
