internal import CEL

/// The Pods of one ReplicaSet as two numbers: those that wait and those that are ready.
///
/// Pods of one template without a node differ in nothing but that, so the numbers say all that the
/// replicaset controller, the kubelet and the deployment controller can see of them. An object of the
/// ReplicaSet's name holds them; it stands for the Pods in expressions, too.
struct CountedPods {
  static let apiVersion = "kverify.dev/v1alpha1"
  static let groupKind = GroupKind(group: "kverify.dev", kind: "CountedPods")

  let object: JSONObject

  init(_ object: JSONObject) { self.object = object }

  /// Pods that do not run yet.
  var pending: Integer { object["pending"]?.integer ?? 0 }
  /// Pods that run and are ready.
  var ready: Integer { object["ready"]?.integer ?? 0 }
  var total: Integer { pending + ready }

  /// Those of a ReplicaSet that has none yet.
  static func none(of replicaSet: JSONObject) -> CountedPods {
    CountedPods([
      "apiVersion": .string(apiVersion), "kind": .string(groupKind.kind),
      "metadata": [
        "name": .string(replicaSet.name), "namespace": .string(replicaSet.namespace),
        "labels": replicaSet.at("spec", "template", "metadata", "labels") ?? [:],
        "ownerReferences": [.object(ControllerReference.make(to: replicaSet))],
      ],
      "pending": 0, "ready": 0,
    ])
  }

  /// The numbers after so many were created.
  func creating(_ count: Integer) -> JSONObject {
    ["pending": (pending + count).json, "ready": ready.json]
  }

  /// The numbers after so many were deleted: those that are not ready go first.
  ///
  /// Pending before running, as ActivePodsWithRanks of pkg/controller/controller_utils.go has it
  /// (``PodVictims``).
  func deleting(_ count: Integer) -> JSONObject {
    let waiting = Integer.least(count, pending)
    return ["pending": (pending - waiting).json, "ready": (ready - (count - waiting)).json]
  }

  /// The numbers after one has become ready; nil where none waits.
  var oneReady: JSONObject? {
    guard pending > 0 else { return nil }
    return ["pending": (pending - 1).json, "ready": (ready + 1).json]
  }

  /// Writes numbers.
  func write(_ numbers: JSONObject, _ client: ControllerClient) throws -> APIResponse {
    var body = object
    guard body.metadata["uid"] == nil else { return try client.patch(object, .merge, numbers) }
    for entry in numbers.entries { body[entry.key] = entry.value }
    return try client.create(body)
  }
}
