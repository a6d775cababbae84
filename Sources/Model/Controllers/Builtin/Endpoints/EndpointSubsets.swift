internal import CEL

/// The addresses and ports that Pods give to a Service.
///
/// Follows pkg/controller/endpoint/endpoints_controller.go (podToEndpointAddressForService,
/// addEndpointSubset, shouldPodBeInEndpoints), pkg/api/v1/pod/util.go (FindPort) and
/// pkg/api/v1/endpoints/util.go (RepackSubsets).
struct EndpointSubsets {
  let service: JSONObject
  let version: KubernetesVersion

  /// One Pod's place in the Endpoints.
  private struct Address {
    /// The address and the Pod's uid: upstream's key and order.
    let key: [String]
    let value: JSONValue
    let isReady: Bool
  }

  /// The subsets for the Pods that the Service selects.
  ///
  /// Ports with the same addresses share a subset. Upstream orders subsets by a hash; here the
  /// order is that of their text.
  func of(_ pods: [JSONObject]) -> [JSONValue] {
    var ports: [(port: JSONObject?, addresses: [Address])] = []
    for pod in pods {
      guard let address = address(of: pod) else { continue }
      for port in endpointPorts(of: pod) {
        if let index = ports.firstIndex(where: { $0.port == port }) {
          ports[index].addresses.append(address)
        } else {
          ports.append((port, [address]))
        }
      }
    }
    var subsets: [(key: [[String]], addresses: [Address], ports: [JSONObject])] = []
    for (port, addresses) in ports {
      let sorted = addresses.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      let key = sorted.map { $0.key + [$0.isReady ? "ready" : ""] }
      let given = port.map { [$0] } ?? []
      if let index = subsets.firstIndex(where: { $0.key == key }) {
        subsets[index].ports += given
      } else {
        subsets.append((key, sorted, given))
      }
    }
    return subsets.map { subset in
      var result = JSONObject()
      let ready = subset.addresses.filter(\.isReady).map(\.value)
      let notReady = subset.addresses.filter { !$0.isReady }.map(\.value)
      let ports = subset.ports.map(JSONValue.object).sorted { $0.text < $1.text }
      result["addresses"] = ready.isEmpty ? nil : .array(ready)
      result["notReadyAddresses"] = notReady.isEmpty ? nil : .array(notReady)
      result["ports"] = ports.isEmpty ? nil : .array(ports)
      return .object(result)
    }.sorted { $0.text < $1.text }
  }

  private var publishesNotReady: Bool {
    service.at("spec", "publishNotReadyAddresses")?.bool ?? false
  }

  /// The Pod's address; nil where it has none to publish.
  private func address(of pod: JSONObject) -> Address? {
    let status = PodStatus(pod)
    if status.isTerminating, !publishesNotReady { return nil }
    let isReady = publishesNotReady || status.isReady
    guard isPublished(status, isReady: isReady), let text = internetAddress(of: pod) else {
      return nil
    }
    var value: JSONObject = [
      "ip": .string(text),
      // The API server refuses an empty one, and with it the whole update.
      "nodeName": .string(status.nodeName),
      "targetRef": [
        "kind": "Pod", "namespace": .string(pod.namespace), "name": .string(pod.name),
        "uid": .string(pod.uid),
      ],
    ]
    // ShouldSetHostname
    if let hostname = pod.at("spec", "hostname")?.string, !hostname.isEmpty,
      pod.at("spec", "subdomain")?.string == service.name
    {
      value["hostname"] = .string(hostname)
    }
    return Address(key: [text, pod.uid], value: .object(value), isReady: isReady)
  }

  /// Whether a Pod with an address is in the Endpoints at all.
  private func isPublished(_ status: PodStatus, isReady: Bool) -> Bool {
    if version.hidesFinishedPods { return !status.isTerminal }
    if isReady { return true }
    switch status.pod.at("spec", "restartPolicy")?.string {
    case "Never": return !status.isTerminal
    case "OnFailure": return status.phase != "Succeeded"
    default: return true
    }
  }

  /// The Pod's first address of the Service's first family.
  private func internetAddress(of pod: JSONObject) -> String? {
    let own = pod.at("status", "podIP")?.string ?? ""
    let all = (pod.at("status", "podIPs")?.array ?? []).compactMap { $0["ip"]?.string }
    let candidates = all.isEmpty && !own.isEmpty ? [own] : all
    let clusterAddress = service.at("spec", "clusterIP")?.string ?? ""
    let wantsNew: Bool
    if let family = service.at("spec", "ipFamilies")?.array?.first?.string {
      wantsNew = family == "IPv6"
    } else if !clusterAddress.isEmpty, clusterAddress != "None" {
      wantsNew = clusterAddress.contains(":")
    } else {
      wantsNew = own.contains(":")
    }
    return candidates.first { $0.contains(":") == wantsNew }
  }

  /// The ports that the Pod offers; one nil for a headless Service without ports.
  private func endpointPorts(of pod: JSONObject) -> [JSONObject?] {
    let ports = (service.at("spec", "ports")?.array ?? []).compactMap(\.object)
    if ports.isEmpty { return service.at("spec", "clusterIP") == "None" ? [nil] : [] }
    return ports.compactMap { port in
      guard let number = number(of: port, in: pod) else { return nil }
      var result: JSONObject = ["port": .int(number)]
      result["protocol"] = port["protocol"] ?? "TCP"
      result["name"] = port["name"].flatMap { $0 == "" ? nil : $0 }
      result["appProtocol"] = port["appProtocol"]
      return result
    }
  }

  /// FindPort: a number stands for itself, a name for a port of a container with that protocol.
  private func number(of port: JSONObject, in pod: JSONObject) -> Int64? {
    guard let name = port["targetPort"]?.string else {
      return port["targetPort"]?.int ?? port["port"]?.int
    }
    let containers = pod.at("spec", "containers")?.array ?? []
    return containers.flatMap { $0["ports"]?.array ?? [] }.first {
      $0["name"]?.string == name && ($0["protocol"] ?? "TCP") == (port["protocol"] ?? "TCP")
    }?["containerPort"]?.int
  }
}
