internal import CEL

/// Numbers in spec and status, where an absent one is 0.
extension JSONObject {
  /// `spec.<key>`; nil where absent.
  func specInteger(_ key: String) -> Int? { at("spec", key)?.int.map { Int($0) } }

  /// `spec.<key>`, which stays unknown where it is; nil where absent.
  func specNumber(_ key: String) -> Integer? { at("spec", key)?.integer }

  /// `status.<key>`; 0 where absent.
  func statusInteger(_ key: String) -> Int { at("status", key)?.int.map { Int($0) } ?? 0 }

  /// `status.<key>`, which stays unknown where it is; 0 where absent.
  func statusNumber(_ key: String) -> Integer { at("status", key)?.integer ?? 0 }

  /// `spec.replicas`, which stays unknown where it is; the API server defaults it to 1.
  var wantedReplicas: Integer { specNumber("replicas") ?? 1 }

  /// `spec.replicas`, which the API server defaults to 1.
  var specReplicas: Int { specInteger("replicas") ?? 1 }

  /// `spec.minReadySeconds`.
  var minReadySeconds: Int { specInteger("minReadySeconds") ?? 0 }

  /// Sets a number, leaving it out where it is 0 (Go's `omitempty`).
  mutating func setOmittingZero(_ key: String, _ value: Int) {
    self[key] = value == 0 ? nil : .int(Int64(value))
  }

  /// Sets a number that may be unknown, leaving it out where it is 0.
  mutating func setOmittingZero(_ key: String, _ value: Integer) {
    self[key] = value.jsonOmittingZero
  }

  /// Sets a text, leaving it out where it is empty (Go's `omitempty`).
  mutating func setOmittingEmpty(_ key: String, _ value: String) {
    self[key] = value.isEmpty ? nil : .string(value)
  }
}
