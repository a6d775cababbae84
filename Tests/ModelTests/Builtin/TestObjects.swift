import CEL

@testable import Model

/// Requests and objects of the tests of built-in controllers.
extension TestCluster {
  /// The namespace of an object of a kind: the one given, else `default`; none for some kinds.
  private func namespace(of kind: String, _ given: String?) -> String {
    ["Node", "Namespace"].contains(kind) ? "" : given ?? "default"
  }

  /// Creates an object, in the namespace `default` if in one; answers the server's code.
  @discardableResult
  func create(_ object: JSONObject, in given: String? = nil) -> Int {
    send(
      APIRequest(
        .create, apiVersion: object.apiVersion, kind: object.kind,
        namespace: namespace(of: object.kind, given), body: .object(object), fieldManager: "user")
    ).code
  }

  /// Evicts a Pod in `default`.
  @discardableResult
  func evict(_ name: String, version: KubernetesVersion = .standard) -> Int {
    send(
      APIRequest(
        .create, apiVersion: "v1", kind: "Pod", namespace: "default", name: name,
        subresource: "eviction",
        body: [
          "apiVersion": version == .recorded ? "policy/v1beta1" : "policy/v1",
          "kind": "Eviction",
          "metadata": ["name": .string(name), "namespace": "default"],
        ], fieldManager: "user")
    ).code
  }

  /// Creates the object in a JSON text.
  @discardableResult
  func create(_ text: String) throws -> Int {
    guard let object = try JSONValue(parsing: text).object else { return 0 }
    return create(object)
  }

  /// Merges a patch into an object.
  @discardableResult
  func patch(
    _ apiVersion: String, _ kind: String, _ name: String, in given: String? = nil,
    _ body: JSONValue, type: PatchType = .merge, subresource: String = ""
  ) -> Int {
    send(
      APIRequest(
        .patch(type), apiVersion: apiVersion, kind: kind, namespace: namespace(of: kind, given),
        name: name, subresource: subresource, body: body, fieldManager: "user")
    ).code
  }

  @discardableResult
  func delete(
    _ apiVersion: String, _ kind: String, _ name: String, in given: String? = nil,
    options: JSONValue? = nil
  ) -> Int {
    send(
      APIRequest(
        .delete, apiVersion: apiVersion, kind: kind, namespace: namespace(of: kind, given),
        name: name, body: options, fieldManager: "user")
    ).code
  }

  /// The objects of a kind in `default`, by name.
  func all(_ groupKind: GroupKind) -> [JSONObject] {
    objects(of: groupKind, namespace: "default", selection: .all)
  }

  func object(_ groupKind: GroupKind, _ name: String) -> JSONObject? {
    object(ObjectKey(groupKind, namespace: "default", name: name))
  }

  /// The Pods' names.
  var podNames: [String] { all(.pod).map(\.name) }

  /// How many Pods are ready.
  var readyPods: Int { all(.pod).count { PodStatus($0).isReady } }
}

/// Objects in the form that users write.
enum TestObjects {
  static func deployment(
    replicas: Int, image: String = "i:1", strategy: JSONValue? = nil
  ) -> JSONObject {
    var object: JSONObject = [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web"],
      "spec": [
        "replicas": .int(Int64(replicas)), "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]],
          "spec": ["containers": [["name": "c", "image": .string(image)]]],
        ],
      ],
    ]
    object.set(strategy, at: "spec", "strategy")
    return object
  }

  static func statefulSet(replicas: Int, spec: [(String, JSONValue)] = []) -> JSONObject {
    var object: JSONObject = [
      "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": ["name": "db"],
      "spec": [
        "replicas": .int(Int64(replicas)), "selector": ["matchLabels": ["app": "db"]],
        "serviceName": "db",
        "template": [
          "metadata": ["labels": ["app": "db"]],
          "spec": ["containers": [["name": "c", "image": "i:1"]]],
        ],
      ],
    ]
    for (key, value) in spec { object.set(value, at: "spec", key) }
    return object
  }

  static func autoscaler(target: Int, min: Int = 1, max: Int = 10) -> JSONObject {
    [
      "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
      "metadata": ["name": "h"],
      "spec": [
        "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"],
        "minReplicas": .int(Int64(min)), "maxReplicas": .int(Int64(max)),
        "metrics": [
          [
            "type": "Resource",
            "resource": [
              "name": "cpu",
              "target": ["type": "Utilization", "averageUtilization": .int(Int64(target))],
            ],
          ]
        ],
      ],
    ]
  }
}
