internal import CEL

/// The defaults of a Pod's spec, in Pods and in templates.
///
/// Follows pkg/apis/core/v1/defaults.go (SetDefaults_PodSpec, SetDefaults_Container,
/// SetDefaults_Probe, SetDefaults_Volume …) and pkg/apis/core/v1/conversion.go (serviceAccount).
enum PodSpecDefaults {
  static func apply(to spec: inout JSONObject) {
    spec.setDefault("dnsPolicy", "ClusterFirst")
    spec.setDefault("restartPolicy", "Always")
    spec.setDefault("securityContext", [:])
    spec.setDefault("terminationGracePeriodSeconds", 30)
    spec.setDefault("schedulerName", "default-scheduler")
    // The old name of serviceAccountName is kept in step by conversion.
    if let name = spec["serviceAccountName"] ?? spec["serviceAccount"] {
      spec["serviceAccountName"] = name
      spec["serviceAccount"] = name
    }
    let isHostNetwork = spec["hostNetwork"]?.bool == true
    for list in ["containers", "initContainers"] {
      spec.editItems(list) { container($0, isHostNetwork: isHostNetwork) }
    }
    spec.editItems("volumes") { volume($0) }
  }

  /// What only Pods themselves get (SetDefaults_Pod).
  static func applyPodOnly(to spec: inout JSONObject) {
    spec.setDefault("enableServiceLinks", true)
    for list in ["containers", "initContainers"] {
      spec.editItems(list) { container in
        guard let limits = container.at("resources", "limits")?.object else { return container }
        var container = container
        var requests = container.at("resources", "requests")?.object ?? JSONObject()
        for entry in limits.entries where requests[entry.key] == nil {
          requests[entry.key] = entry.value
        }
        container.set(.object(requests), at: "resources", "requests")
        return container
      }
    }
  }

  private static func container(_ given: JSONObject, isHostNetwork: Bool) -> JSONObject {
    var container = given
    container.setDefault("terminationMessagePath", "/dev/termination-log")
    container.setDefault("terminationMessagePolicy", "File")
    let image = container["image"]?.string ?? ""
    container.setDefault("imagePullPolicy", tag(of: image) == "latest" ? "Always" : "IfNotPresent")
    container.editItems("ports") { port in
      var port = port
      port.setDefault("protocol", "TCP")
      if isHostNetwork, let number = port["containerPort"] { port.setDefault("hostPort", number) }
      return port
    }
    container.editItems("env") { variable in
      var variable = variable
      if variable.at("valueFrom", "fieldRef") != nil,
        variable.at("valueFrom", "fieldRef", "apiVersion") == nil
      {
        variable.set("v1", at: "valueFrom", "fieldRef", "apiVersion")
      }
      return variable
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
      guard var settings = container[probe]?.object else { continue }
      settings.setDefault("timeoutSeconds", 1)
      settings.setDefault("periodSeconds", 10)
      settings.setDefault("successThreshold", 1)
      settings.setDefault("failureThreshold", 3)
      httpGet(&settings)
      container[probe] = .object(settings)
    }
    for hook in ["postStart", "preStop"] {
      guard var settings = container.at("lifecycle", hook)?.object else { continue }
      httpGet(&settings)
      container.set(.object(settings), at: "lifecycle", hook)
    }
    return container
  }

  private static func httpGet(_ handler: inout JSONObject) {
    guard var action = handler["httpGet"]?.object else { return }
    action.setDefault("path", "/")
    action.setDefault("scheme", "HTTP")
    handler["httpGet"] = .object(action)
  }

  private static func volume(_ given: JSONObject) -> JSONObject {
    var volume = given
    if volume.keys.allSatisfy({ $0 == "name" }) { volume["emptyDir"] = [:] }
    for source in ["configMap", "secret", "downwardAPI", "projected"] {
      guard var settings = volume[source]?.object else { continue }
      settings.setDefault("defaultMode", 420)
      volume[source] = .object(settings)
    }
    if var hostPath = volume["hostPath"]?.object {
      hostPath.setDefault("type", "")
      volume["hostPath"] = .object(hostPath)
    }
    return volume
  }

  /// The tag of an image, `latest` where it has none (parsers.ParseImageName).
  private static func tag(of image: String) -> String {
    guard let last = image.split(separator: "/").last else { return "latest" }
    if image.contains("@") { return last.contains(":") ? "digest" : "latest" }
    let parts = last.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count > 1 ? String(parts[parts.count - 1]) : "latest"
  }
}

extension JSONObject {
  /// Sets a member that is absent or null.
  mutating func setDefault(_ key: String, _ value: JSONValue) {
    if self[key] == nil || self[key] == .null { self[key] = value }
  }

  /// Replaces each object in a list.
  mutating func editItems(_ key: String, _ edit: (JSONObject) -> JSONObject) {
    guard let items = self[key]?.array else { return }
    self[key] = .array(items.map { item in item.object.map { .object(edit($0)) } ?? item })
  }

  /// Edits the object at a path, if there is one.
  mutating func edit(_ path: String..., by change: (inout JSONObject) -> Void) {
    guard var inner = value(at: path[...])?.object else { return }
    change(&inner)
    set(.object(inner), along: path[...])
  }
}
