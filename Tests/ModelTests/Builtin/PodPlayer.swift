import CEL

@testable import Model

/// What the recorder did to one Pod in place of scheduler and kubelet.
struct PodPlayer {
  let cluster: TestCluster
  let pod: JSONObject
  let action: JSONObject

  private var status: PodStatus { PodStatus(pod) }

  /// Plays an action; nil where it skips this Pod, else the server's code.
  func play(_ operation: String) -> Int? {
    switch operation {
    case "ready": return status.isReady || status.isTerminal ? nil : run(isReady: true)
    case "running", "notready": return status.isTerminal ? nil : run(isReady: false)
    case "failed": return status.isTerminal ? nil : end("Failed")
    case "succeeded": return status.isTerminal ? nil : end("Succeeded")
    case "bind": return status.nodeName.isEmpty ? bind() : nil
    case "gone":
      return status.isTerminating
        ? cluster.delete("v1", "Pod", pod.name, options: ["gracePeriodSeconds": 0]) : nil
    case "delete-pods": return cluster.delete("v1", "Pod", pod.name)
    case "label-pods":
      return cluster.patch(
        "v1", "Pod", pod.name, ["metadata": ["labels": action["labels"] ?? .null]])
    default: return 500
    }
  }

  private func run(isReady: Bool) -> Int {
    var changed = KubeletPodStatus(pod).running(isReady: isReady)
    if action["started"] == nil { changed["startTime"] = nil }
    if pod.at("status", "podIP") == nil {
      changed["podIP"] = .string(newAddress)
      changed["podIPs"] = [["ip": .string(newAddress)]]
    }
    return write(changed)
  }

  /// The recorder's addresses count up.
  private var newAddress: String {
    let used = cluster.all(.pod).compactMap { $0.at("status", "podIP")?.string }
      .compactMap { $0.split(separator: ".").last.flatMap { Int($0) } }
    return "10.9.0.\((used.max() ?? 0) + 1)"
  }

  private func end(_ phase: String) -> Int { write(KubeletPodStatus(pod).finished(phase)) }

  private func write(_ status: JSONObject) -> Int {
    cluster.patch(
      "v1", "Pod", pod.name, ["status": .object(status)], type: .strategic,
      subresource: "status")
  }

  private func bind() -> Int {
    cluster.send(
      APIRequest(
        .create, apiVersion: "v1", kind: "Pod", namespace: "default", name: pod.name,
        subresource: "binding",
        body: [
          "apiVersion": "v1", "kind": "Binding", "metadata": ["name": .string(pod.name)],
          "target": ["apiVersion": "v1", "kind": "Node", "name": action["node"] ?? "n1"],
        ])
    ).code
  }
}
