internal import CEL

/// The writes of Metacontroller's dynamic client.
///
/// Follows pkg/dynamic/clientset/clientset.go: a write that must happen whatever else changed is a
/// live read and a conditional update, again and again while others interfere.
struct MetacontrollerClient {
  /// retry.DefaultBackoff of client-go.
  private static let attempts = 4

  let oracle: any ReconcileOracle
  /// Whether a kind has the subresource `status`.
  let hasStatus: @Sendable (GroupKind) -> Bool
  let plain: ControllerClient

  init(
    _ oracle: any ReconcileOracle, fieldManager: String,
    hasStatus: @escaping @Sendable (GroupKind) -> Bool
  ) {
    self.oracle = oracle
    self.hasStatus = hasStatus
    plain = ControllerClient(oracle: oracle, fieldManager: fieldManager)
  }

  /// AtomicUpdate: `change` says whether there is something to write.
  ///
  /// Of the original only its identity matters. The answer holds the object as it then is.
  func update(_ original: JSONObject, _ change: (inout JSONObject) -> Bool) throws -> APIResponse {
    try update(original, change) { try plain.update($0) }
  }

  /// AtomicStatusUpdate.
  func updateStatus(
    _ original: JSONObject, _ change: (inout JSONObject) -> Bool
  ) throws -> APIResponse {
    let kind = GroupKind(apiVersion: original.apiVersion, kind: original.kind)
    return try update(original, change) {
      hasStatus(kind) ? try plain.updateStatus($0) : try plain.update($0)
    }
  }

  private func update(
    _ original: JSONObject, _ change: (inout JSONObject) -> Bool,
    _ write: (JSONObject) throws -> APIResponse
  ) throws -> APIResponse {
    var answer = try attempt(original, change, write)
    for _ in 1..<Self.attempts where answer.isConflict {
      answer = try attempt(original, change, write)
    }
    return answer
  }

  private func attempt(
    _ original: JSONObject, _ change: (inout JSONObject) -> Bool,
    _ write: (JSONObject) throws -> APIResponse
  ) throws -> APIResponse {
    let answer = try plain.get(original)
    guard answer.isSuccess, var current = answer.body.object else { return answer }
    guard current.uid == original.uid else {
      return APIResponse(code: 404, body: ["kind": "Status", "reason": "NotFound"])
    }
    guard change(&current) else { return APIResponse(code: 200, body: .object(current)) }
    return try write(current)
  }

  /// Deletes an object on condition of its uid.
  func delete(_ object: JSONObject, inBackground: Bool) throws -> APIResponse {
    var options: JSONObject = ["preconditions": ["uid": .string(object.uid)]]
    if inBackground { options["propagationPolicy"] = "Background" }
    return try plain.delete(object, options)
  }
}

extension JSONObject {
  /// The `apiVersion` and kind that an object says it is of.
  var ownGroupKind: GroupKind { GroupKind(apiVersion: apiVersion, kind: kind) }
}
