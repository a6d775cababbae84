internal import CEL

/// ConfigMaps.
///
/// Follows pkg/registry/core/configmap/strategy.go and pkg/apis/core/validation/validation.go.
struct ConfigMapStrategy: BuiltInStrategy {
  var typeName: String? { "ConfigMap" }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    let data = object["data"]?.object ?? JSONObject()
    let binary = object["binaryData"]?.object ?? JSONObject()
    var errors: [FieldError] = []
    for entry in data.entries {
      errors += NameRules.configMapKey(entry.key).map {
        .invalid("data[\(entry.key)]", .string(entry.key), $0)
      }
      if binary[entry.key] != nil {
        errors.append(
          .invalid(
            "data[\(entry.key)]", .string(entry.key), "duplicate of key present in binaryData"))
      }
    }
    for entry in binary.entries {
      errors += NameRules.configMapKey(entry.key).map {
        .invalid("binaryData[\(entry.key)]", .string(entry.key), $0)
      }
    }
    return errors
  }

  func validateUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    immutabilityErrors(object, old: old, fields: ["data", "binaryData"])
      + validate(object, context)
  }
}

/// Secrets.
///
/// Follows pkg/registry/core/secret/strategy.go, pkg/apis/core/v1/{defaults,conversion}.go and
/// pkg/apis/core/validation/validation.go.
struct SecretStrategy: BuiltInStrategy {
  var typeName: String? { "Secret" }

  func decode(_ object: JSONObject, _ context: StrategyContext) throws(APIError) -> JSONObject {
    var object = try decodeFields(object, context)
    // Convert_v1_Secret_To_core_Secret: stringData is write-only and wins.
    if let texts = object["stringData"]?.object {
      var data = object["data"]?.object ?? JSONObject()
      for entry in texts.entries {
        data[entry.key] = .string(base64Text(Array((entry.value.string ?? "").utf8)))
      }
      object["data"] = .object(data)
      object["stringData"] = nil
    }
    return object
  }

  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext) {
    object.setDefault("type", "Opaque")
  }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    let data = object["data"]?.object ?? JSONObject()
    var errors = data.entries.flatMap { entry in
      NameRules.configMapKey(entry.key).map {
        FieldError.invalid("data[\(entry.key)]", .string(entry.key), $0)
      }
    }
    let needed: [String: [String]] = [
      "kubernetes.io/tls": ["tls.crt", "tls.key"],
      "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
      "kubernetes.io/ssh-auth": ["ssh-privatekey"],
    ]
    for key in needed[object["type"]?.string ?? ""] ?? [] where data[key] == nil {
      errors.append(.required("data[\(key)]"))
    }
    return errors
  }

  func validateUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    WorkloadValidation.immutable(object["type"], old["type"], "type")
      + immutabilityErrors(object, old: old, fields: ["data"]) + validate(object, context)
  }
}

extension BuiltInStrategy {
  /// What `immutable: true` forbids, for ConfigMaps and Secrets.
  fileprivate func immutabilityErrors(_ object: JSONObject, old: JSONObject, fields: [String])
    -> [FieldError]
  {
    guard old["immutable"]?.bool == true else { return [] }
    var errors: [FieldError] = []
    let words = "field is immutable when `immutable` is set"
    if object["immutable"]?.bool != true { errors.append(.forbidden("immutable", words)) }
    for field in fields where object[field] != old[field] {
      errors.append(.forbidden(field, words))
    }
    return errors
  }
}
