internal import CEL

/// A request of a controller that handles several kinds: an object of any kind.
///
/// A `ReconcileRequest` has no kind; its name is `Kind.group/name` (`ConfigMap/settings`,
/// `ReplicaSet.apps/web-1`), as no object's name contains a slash.
struct ObjectRequest {
  let groupKind: GroupKind
  let namespace: String
  let name: String

  init(_ groupKind: GroupKind, namespace: String, name: String) {
    self.groupKind = groupKind
    self.namespace = namespace
    self.name = name
  }

  /// The request for an object.
  init(_ object: JSONObject) {
    self.init(
      GroupKind(apiVersion: object.apiVersion, kind: object.kind), namespace: object.namespace,
      name: object.name)
  }

  /// Reads a request back; nil where it was not made here.
  init?(_ request: ReconcileRequest) {
    let parts = request.name.split(separator: "/", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    let kind = parts[0].split(separator: ".", maxSplits: 1)
    guard let first = kind.first else { return nil }
    self.init(
      GroupKind(group: kind.count > 1 ? String(kind[1]) : "", kind: String(first)),
      namespace: request.namespace, name: String(parts[1]))
  }

  var request: ReconcileRequest {
    ReconcileRequest(namespace: namespace, name: "\(groupKind)/\(name)")
  }
}
