internal import CEL

/// What is wrong with a Pod's spec, in Pods and in templates.
///
/// Follows the parts of pkg/apis/core/validation/validation.go that scenarios meet: containers,
/// names, resources, restart policy.
enum PodSpecValidation {
  static func validate(_ spec: JSONObject, _ field: String) -> [FieldError] {
    var errors: [FieldError] = []
    let containers = (spec["containers"]?.array ?? []).compactMap(\.object)
    if containers.isEmpty { errors.append(.required("\(field).containers")) }
    var names: [String] = []
    for (list, items) in [
      ("initContainers", (spec["initContainers"]?.array ?? []).compactMap(\.object)),
      ("containers", containers),
    ] {
      for (index, container) in items.enumerated() {
        let path = "\(field).\(list)[\(index)]"
        errors += validateContainer(container, path)
        let name = container["name"]?.string ?? ""
        if names.contains(name), !name.isEmpty {
          errors.append(.duplicate("\(path).name", .string(name)))
        }
        names.append(name)
      }
    }
    let policy = spec["restartPolicy"]
    if let text = policy?.string, !["Always", "OnFailure", "Never"].contains(text) {
      errors.append(
        .notSupported("\(field).restartPolicy", policy, ["Always", "OnFailure", "Never"]))
    }
    if let seconds = spec["activeDeadlineSeconds"]?.int, seconds < 1 {
      errors.append(
        .invalid(
          "\(field).activeDeadlineSeconds", .int(seconds),
          "must be between 1 and 2147483647, inclusive"))
    }
    if let seconds = spec["terminationGracePeriodSeconds"]?.int, seconds < 0 {
      errors.append(
        .invalid(
          "\(field).terminationGracePeriodSeconds", .int(seconds),
          "must be greater than or equal to 0"))
    }
    errors += volumes(spec, field)
    return errors
  }

  private static func volumes(_ spec: JSONObject, _ field: String) -> [FieldError] {
    var errors: [FieldError] = []
    var names: [String] = []
    for (index, volume) in (spec["volumes"]?.array ?? []).enumerated() {
      let name = volume["name"]?.string ?? ""
      let path = "\(field).volumes[\(index)].name"
      if name.isEmpty {
        errors.append(.required(path))
      } else {
        errors += NameRules.dns1123Label(name).map { .invalid(path, .string(name), $0) }
        if names.contains(name) { errors.append(.duplicate(path, .string(name))) }
      }
      names.append(name)
    }
    for list in ["initContainers", "containers"] {
      for (index, container) in (spec[list]?.array ?? []).enumerated() {
        for (mount, item) in (container["volumeMounts"]?.array ?? []).enumerated() {
          let name = item["name"]?.string ?? ""
          let path = "\(field).\(list)[\(index)].volumeMounts[\(mount)]"
          if !names.contains(name) {
            errors.append(
              name.isEmpty ? .required("\(path).name") : .notFound("\(path).name", .string(name)))
          }
          if (item["mountPath"]?.string ?? "").isEmpty {
            errors.append(.required("\(path).mountPath"))
          }
        }
      }
    }
    return errors
  }

  private static func validateContainer(_ container: JSONObject, _ path: String) -> [FieldError] {
    var errors: [FieldError] = []
    let name = container["name"]?.string ?? ""
    if name.isEmpty {
      errors.append(.required("\(path).name"))
    } else {
      errors += NameRules.dns1123Label(name).map { .invalid("\(path).name", .string(name), $0) }
    }
    if (container["image"]?.string ?? "").isEmpty { errors.append(.required("\(path).image")) }
    for (index, port) in (container["ports"]?.array ?? []).enumerated() {
      let number = port["containerPort"]?.int ?? 0
      let portPath = "\(path).ports[\(index)].containerPort"
      if number == 0 {
        errors.append(.required(portPath))
      } else if !(1...65535).contains(number) {
        errors.append(
          .invalid(portPath, .int(number), "must be between 1 and 65535, inclusive"))
      }
    }
    for (index, variable) in (container["env"]?.array ?? []).enumerated()
    where (variable["name"]?.string ?? "").isEmpty {
      errors.append(.required("\(path).env[\(index)].name"))
    }
    errors += resources(container, path)
    return errors
  }

  /// ValidateResourceRequirements: no negative amounts, no request above its limit.
  private static func resources(_ container: JSONObject, _ path: String) -> [FieldError] {
    var errors: [FieldError] = []
    let limits = container.at("resources", "limits")?.object ?? JSONObject()
    let requests = container.at("resources", "requests")?.object ?? JSONObject()
    for (list, amounts) in [("limits", limits), ("requests", requests)] {
      for entry in amounts.entries {
        guard let amount = entry.value.string.flatMap({ QuantityText($0) }) else { continue }
        if amount.nano < 0 {
          errors.append(
            .invalid(
              "\(path).resources.\(list)[\(entry.key)]", entry.value,
              "must be greater than or equal to 0"))
        }
        if list == "requests",
          let limit = limits[entry.key]?.string.flatMap({ QuantityText($0) }), limit < amount
        {
          errors.append(
            .invalid(
              "\(path).resources.requests", entry.value,
              "must be less than or equal to \(entry.key) limit"))
        }
      }
    }
    return errors
  }
}

extension FieldError {
  /// A reference to something that is not there.
  static func notFound(_ field: String, _ value: JSONValue) -> FieldError {
    FieldError(.notFound, field, "Not found: \(value.text)", "")
  }
}
