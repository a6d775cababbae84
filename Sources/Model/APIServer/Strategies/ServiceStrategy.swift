internal import CEL

/// Services.
///
/// Follows pkg/registry/core/service/{strategy.go,storage}, pkg/apis/core/v1/defaults.go and
/// pkg/apis/core/validation/validation.go. Addresses and node ports are allotted by a hash of
/// the name instead of at random: the same Service always gets the same.
struct ServiceStrategy: BuiltInStrategy {
  var typeName: String? { "Service" }
  var hasStatus: Bool { true }

  func validatesVersion(_ version: KubernetesVersion) -> Bool {
    !version.servicesTakePartialUpdates
  }

  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext) {
    object.edit("spec") { spec in
      spec.setDefault("sessionAffinity", "None")
      if spec["sessionAffinity"] == "None" { spec["sessionAffinityConfig"] = nil }
      if spec["sessionAffinity"] == "ClientIP" {
        spec.setDefault("sessionAffinityConfig", ["clientIP": ["timeoutSeconds": 10800]])
      }
      spec.setDefault("type", "ClusterIP")
      spec.editItems("ports") { port in
        var port = port
        port.setDefault("protocol", "TCP")
        if let number = port["port"] { port.setDefault("targetPort", number) }
        return port
      }
      let isExternal = spec["type"] == "NodePort" || spec["type"] == "LoadBalancer"
      if isExternal { spec.setDefault("externalTrafficPolicy", "Cluster") }
      if context.version.servicesHaveInternalTrafficPolicy {
        if spec["type"] == "LoadBalancer" { spec.setDefault("allocateLoadBalancerNodePorts", true) }
        if spec["type"] != "ExternalName" { spec.setDefault("internalTrafficPolicy", "Cluster") }
      }
    }
    object.edit("status") { $0.setDefault("loadBalancer", [:]) }
  }

  func prepareForCreate(_ object: inout JSONObject, _ context: StrategyContext) {
    object["status"] = ["loadBalancer": [:]]
    Self.allocate(&object, context)
  }

  func prepareForUpdate(_ object: inout JSONObject, old: JSONObject, _ context: StrategyContext) {
    object["status"] = old["status"]
    object.generation = old.generation
    var spec = object["spec"]?.object ?? JSONObject()
    let wasExternalName = old.at("spec", "type") == "ExternalName"
    if context.version.servicesTakePartialUpdates, spec["type"] != "ExternalName",
      !wasExternalName
    {
      // patchAllocatedValues
      for key in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        if spec[key] == nil { spec[key] = old.at("spec", key) }
      }
    }
    // NormalizeClusterIPs: the first of the list and the single one say the same.
    let before = old.at("spec", "clusterIP")
    let after = spec["clusterIP"]
    if after != before {
      if spec["clusterIPs"] == old.at("spec", "clusterIPs") {
        spec["clusterIPs"] = after.map { [$0] }
      }
    }
    object["spec"] = .object(spec)
    Self.keepNodePorts(&object, old: old)
    if wasExternalName || context.version.servicesTakePartialUpdates || spec["clusterIP"] != nil {
      Self.allocate(&object, context)
    }
  }

  /// Ports that were allotted stay with their port numbers.
  private static func keepNodePorts(_ object: inout JSONObject, old: JSONObject) {
    let before = old.at("spec", "ports")?.array ?? []
    object.edit("spec") { spec in
      guard spec["type"] == "NodePort" || spec["type"] == "LoadBalancer" else { return }
      spec.editItems("ports") { port in
        var port = port
        if port["nodePort"] == nil,
          let same = before.first(where: {
            $0["port"] == port["port"] && $0["protocol"] == port["protocol"]
          }), let number = same["nodePort"]
        {
          port["nodePort"] = number
        }
        return port
      }
    }
  }

  private static func allocate(_ object: inout JSONObject, _ context: StrategyContext) {
    let name = "\(object.namespace)/\(object.name)"
    object.edit("spec") { spec in
      guard spec["type"] != "ExternalName" else { return }
      let number = hash(name)
      if spec["clusterIP"] == nil {
        let parts = [number % 16 + 96, number / 16 % 256, number / 4096 % 254 + 1]
        spec["clusterIP"] = .string("10.\(parts[0]).\(parts[1]).\(parts[2])")
      }
      if spec["clusterIPs"] == nil, let address = spec["clusterIP"] {
        spec["clusterIPs"] = [address]
      }
      if context.version.servicesHaveFamilies {
        spec.setDefault("ipFamilies", ["IPv4"])
        spec.setDefault("ipFamilyPolicy", "SingleStack")
      }
      guard spec["type"] == "NodePort" || spec["type"] == "LoadBalancer" else { return }
      spec.editItems("ports") { port in
        var port = port
        if port["nodePort"] == nil {
          let number = hash("\(name)/\((port["port"] ?? 0).text)")
          port["nodePort"] = .int(Int64(30000 + number % 2768))
        }
        return port
      }
    }
  }

  /// FNV-1a: the same on every machine and in every run.
  private static func hash(_ text: String) -> UInt32 {
    text.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
  }

  func validateName(_ name: String) -> [String] { NameRules.dns1035Label(name) }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    let spec = object["spec"]?.object ?? JSONObject()
    var errors: [FieldError] = []
    let ports = (spec["ports"]?.array ?? []).compactMap(\.object)
    let type = spec["type"]?.string ?? ""
    let isHeadless = spec["clusterIP"] == "None"
    if ports.isEmpty, !isHeadless, type != "ExternalName" {
      errors.append(.required("spec.ports"))
    }
    if !["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"].contains(type) {
      errors.append(
        .notSupported(
          "spec.type", spec["type"], ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]))
    }
    if type == "ExternalName", (spec["externalName"]?.string ?? "").isEmpty {
      errors.append(.required("spec.externalName"))
    }
    if type == "LoadBalancer" || type == "NodePort", isHeadless {
      errors.append(
        .invalid("spec.clusterIPs[0]", "None", "may not be set to 'None' for this type"))
    }
    errors += ObjectMetaRules.labels(spec["selector"]?.object ?? JSONObject(), "spec.selector")
    return errors + validatePorts(ports)
  }

  private func validatePorts(_ ports: [JSONObject]) -> [FieldError] {
    var errors: [FieldError] = []
    var names: [String] = []
    var numbers: [JSONValue] = []
    for (index, port) in ports.enumerated() {
      let path = "spec.ports[\(index)]"
      let name = port["name"]?.string ?? ""
      if name.isEmpty, ports.count > 1 {
        errors.append(.required("\(path).name"))
      } else if !name.isEmpty {
        errors += NameRules.dns1123Label(name).map { .invalid("\(path).name", .string(name), $0) }
        if names.contains(name) { errors.append(.duplicate("\(path).name", .string(name))) }
        names.append(name)
      }
      let number = port["port"]?.int ?? 0
      if !(1...65535).contains(number) {
        errors.append(
          .invalid("\(path).port", .int(number), "must be between 1 and 65535, inclusive"))
      }
      let identity: JSONValue = ["port": .int(number), "protocol": port["protocol"] ?? "TCP"]
      if numbers.contains(identity) { errors.append(.duplicate(path, identity)) }
      numbers.append(identity)
    }
    return errors
  }

  /// ValidateServiceUpdate, ValidateServiceClusterIPsRelatedFields.
  func validateUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    var errors: [FieldError] = []
    let isExternal =
      object.at("spec", "type") == "ExternalName" || old.at("spec", "type") == "ExternalName"
    let before = old.at("spec", "clusterIPs")?.array?.first
    let after = object.at("spec", "clusterIPs")?.array?.first
    if !isExternal, let before, before != after {
      errors.append(
        .invalid(
          "spec.clusterIPs[0]", object.at("spec", "clusterIPs"),
          after == nil ? "primary clusterIP can not be unset" : "may not change once set"))
    }
    return errors + validate(object, context)
  }
}
