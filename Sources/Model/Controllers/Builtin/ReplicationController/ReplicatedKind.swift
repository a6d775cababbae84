internal import CEL

/// The kinds whose Pods one and the same code keeps.
///
/// Upstream runs the replicaset controller for ReplicationControllers too, behind an adapter that
/// shows them as ReplicaSets (pkg/controller/replication/{replication_controller,conversion}.go).
enum ReplicatedKind: Hashable, Sendable {
  case replicaSet, replicationController

  /// The controller's name.
  var controllerName: String {
    switch self {
    case .replicaSet: "replicaset"
    case .replicationController: "replicationcontroller"
    }
  }

  var apiVersion: String {
    switch self {
    case .replicaSet: "apps/v1"
    case .replicationController: "v1"
    }
  }

  var groupKind: GroupKind {
    switch self {
    case .replicaSet: .replicaSet
    case .replicationController: .replicationController
    }
  }

  /// The selector of an object: ReplicationControllers have a plain map of labels.
  func selector(of object: JSONObject) -> LabelSelector? {
    let selector = object.at("spec", "selector")
    switch self {
    case .replicaSet: return LabelSelector(object: selector)
    case .replicationController: return selector?.object.map { LabelSelector(labels: $0) }
    }
  }
}

extension ReplicatedKind {
  /// What `explain` tells of the ReplicationController's controller.
  static let replicationControllerDocumentation = BuiltinDocumentation(
    name: "replicationcontroller",
    summary: "Keeps as many Pods of a template as a ReplicationController wants.",
    upstream: [
      "pkg/controller/replication/replication_controller.go",
      "pkg/controller/replication/conversion.go",
    ] + ReplicaSetController.documentation.upstream,
    keys: [],
    creates: [.pod],
    modelled: ["all that replicaset does: it is the same code, as upstream"]
      + ReplicaSetController.documentation.modelled,
    leftOut: ReplicaSetController.documentation.leftOut)
}
