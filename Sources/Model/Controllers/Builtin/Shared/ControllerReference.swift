internal import CEL

/// Owner references as controllers make and read them.
///
/// Follows staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/controller_ref.go.
enum ControllerReference {
  /// The reference that makes an object the controller of others (NewControllerRef).
  static func make(to owner: JSONObject) -> JSONObject {
    [
      "apiVersion": .string(owner.apiVersion), "kind": .string(owner.kind),
      "name": .string(owner.name), "uid": .string(owner.uid), "controller": true,
      "blockOwnerDeletion": true,
    ]
  }

  /// Whether an object is controlled by an owner (IsControlledBy): uids are compared.
  static func isControlled(_ object: JSONObject, by owner: JSONObject) -> Bool {
    guard let reference = object.controllerReference else { return false }
    return reference["uid"]?.string == owner.uid
  }

  /// Whether an owner reference is of a group and kind.
  static func isOf(_ reference: JSONObject, _ groupKind: GroupKind) -> Bool {
    GroupKind(apiVersion: reference.apiVersion, kind: reference.kind) == groupKind
  }
}

extension GroupKind {
  static let deployment = GroupKind(group: "apps", kind: "Deployment")
  static let replicaSet = GroupKind(group: "apps", kind: "ReplicaSet")
  static let statefulSet = GroupKind(group: "apps", kind: "StatefulSet")
  static let daemonSet = GroupKind(group: "apps", kind: "DaemonSet")
  static let controllerRevision = GroupKind(group: "apps", kind: "ControllerRevision")
  static let cronJob = GroupKind(group: "batch", kind: "CronJob")
  static let job = GroupKind(group: "batch", kind: "Job")
  static let horizontalPodAutoscaler = GroupKind(
    group: "autoscaling", kind: "HorizontalPodAutoscaler")
  static let node = GroupKind(group: "", kind: "Node")
  static let pod = GroupKind(group: "", kind: "Pod")
  static let service = GroupKind(group: "", kind: "Service")
  static let endpoints = GroupKind(group: "", kind: "Endpoints")
  static let namespace = GroupKind(group: "", kind: "Namespace")
  static let replicationController = GroupKind(group: "", kind: "ReplicationController")
  static let podDisruptionBudget = GroupKind(group: "policy", kind: "PodDisruptionBudget")
  static let persistentVolumeClaim = GroupKind(group: "", kind: "PersistentVolumeClaim")

  /// An `apiVersion` of this group for reads of the cache, where the version does not matter.
  var anyAPIVersion: String { group.isEmpty ? "v1" : "\(group)/v1" }
}
