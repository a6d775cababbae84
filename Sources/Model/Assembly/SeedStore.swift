import CEL

/// One object of the initial state as the user wrote it.
struct SeedObject {
  let object: JSONObject
  let location: SourceLocation
}

/// The API server refuses an object of the initial state.
package struct RefusedObject: Error {
  /// Where the object stands.
  package let location: SourceLocation
  /// What the server says.
  package let message: String
}

/// A policy refuses an object of the initial state that has values which are not known.
package struct ObjectRefusedByPolicy: Error {
  /// Where the object stands.
  package let location: SourceLocation
  /// What the server says.
  package let message: String
}

/// The store in which the initial state is made: every object is created through the API server, so
/// it is defaulted and validated as in a cluster.
final class SeedStore: ObjectReader {
  private(set) var resources: ResourceRegistry
  private var stored: [ObjectKey: JSONObject] = [:]
  private var order: [ObjectKey] = []
  private var uids: [ObjectKey: String] = [:]
  /// Whether no uid mentions its object: its name may be another under other values.
  private let numbersUIDs: Bool

  /// Creates the namespaces in use, then the objects in their order; a status that creation drops is
  /// written afterwards.
  init(
    _ seeds: [SeedObject], names: [NameBinding], version: KubernetesVersion, kinds: KindCatalogue,
    numbersUIDs: Bool = false
  ) throws {
    self.numbersUIDs = numbersUIDs
    resources = ResourceRegistry.builtIn(version)
    // A policy that is not enforced would let runs through that a cluster refuses.
    let admission = [
      "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding",
      "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration",
    ]
    for seed in seeds {
      guard let kind = seed.object["kind"]?.string, admission.contains(kind) else { continue }
      throw RefusedObject(
        location: seed.location, message: "\(kind) is not supported by this version of kverify")
    }
    for seed in seeds where seed.object["kind"]?.string == "CustomResourceDefinition" {
      do {
        try resources.register(definition: seed.object)
      } catch {
        throw RefusedObject(location: seed.location, message: "\(error)")
      }
    }
    let server = APIServer(kubernetesVersion: version, resources: resources)
    let given = Set(
      seeds.filter { $0.object["kind"]?.string == "Namespace" }
        .compactMap { $0.object.at("metadata", "name")?.string })
    var namespaces: Set<String> = ["default"]
    for seed in seeds where isNamespaced(seed.object, kinds) {
      namespaces.insert(seed.object.at("metadata", "namespace")?.string ?? "default")
    }
    namespaces.formUnion(names.compactMap { $0.key?.namespace }.filter { !$0.isEmpty })
    let origin = SourceLocation(file: "", line: 1, column: 1)
    for name in namespaces.subtracting(given).sorted() {
      try create(
        ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]],
        at: origin, server, kinds)
    }
    let (first, rest) = (
      seeds.filter { $0.object["kind"]?.string == "Namespace" },
      seeds.filter {
        !["Namespace", "CustomResourceDefinition"].contains($0.object["kind"]?.string ?? "")
      }
    )
    for seed in first + rest { try create(seed.object, at: seed.location, server, kinds) }
    // The initial objects were there before the policies, which act from now on.
    try register(seeds, "ValidatingAdmissionPolicy") { (object) throws(AdmissionPolicyError) in
      try resources.policies.register(policy: object)
    }
    try register(seeds, "ValidatingAdmissionPolicyBinding") {
      (object) throws(AdmissionPolicyError) in
      try resources.policies.register(binding: object)
    }
    try askPolicies(first + rest, version, kinds)
  }

  /// Has the policies judge the objects with values that are not known: such an object stands for
  /// any that could have been made, so values for which one is refused are not looked at.
  ///
  /// - Throws: ``ObjectRefusedByPolicy``.
  private func askPolicies(
    _ seeds: [SeedObject], _ version: KubernetesVersion, _ kinds: KindCatalogue
  ) throws {
    guard !resources.policies.isEmpty else { return }
    let server = APIServer(kubernetesVersion: version, resources: resources)
    for seed in seeds where JSONValue.object(seed.object).hasUnknown {
      let (request, key) = creation(of: seed.object, kinds)
      let response = server.handle(request, reader: StoreBefore(self, creationOf: key))
      // All else was right when the object was created without policies.
      guard !response.isSuccess else { continue }
      throw ObjectRefusedByPolicy(location: seed.location, message: response.message ?? "")
    }
  }

  private func register(
    _ seeds: [SeedObject], _ kind: String,
    _ take: (JSONObject) throws(AdmissionPolicyError) -> Void
  ) throws {
    for seed in seeds where seed.object["kind"]?.string == kind {
      do {
        try take(seed.object)
      } catch {
        throw RefusedObject(location: seed.location, message: "\(error)")
      }
    }
  }

  /// The objects in the order of their creation.
  var objects: [(key: ObjectKey, object: JSONObject)] {
    order.compactMap { key in stored[key].map { (key, $0) } }
  }

  private func isNamespaced(_ object: JSONObject, _ kinds: KindCatalogue) -> Bool {
    let kind = GroupKind(
      apiVersion: object["apiVersion"]?.string ?? "", kind: object["kind"]?.string ?? "")
    return kinds[kind]?.isNamespaced ?? resources.isNamespaced(kind)
  }

  private func create(
    _ object: JSONObject, at location: SourceLocation, _ server: APIServer, _ kinds: KindCatalogue
  ) throws {
    let (request, key) = creation(of: object, kinds)
    try accept(server.handle(request, reader: self), location)
    guard let status = object["status"] else { return }
    guard var current = stored[key], current["status"] != status else { return }
    current["status"] = status
    current.set(.string("seed"), at: "metadata", "resourceVersion")
    let update = server.handle(
      APIRequest(
        .update, apiVersion: request.apiVersion, kind: request.kind, namespace: key.namespace,
        name: key.name, subresource: "status", body: .object(current), fieldManager: "kubectl"),
      reader: self)
    try accept(update, location)
  }

  /// The request that creates an object, and the object's key.
  private func creation(of object: JSONObject, _ kinds: KindCatalogue) -> (APIRequest, ObjectKey) {
    let apiVersion = object["apiVersion"]?.string ?? ""
    let kind = object["kind"]?.string ?? ""
    let namespace =
      isNamespaced(object, kinds) ? object.at("metadata", "namespace")?.string ?? "default" : ""
    var body = object
    if !namespace.isEmpty { body.set(.string(namespace), at: "metadata", "namespace") }
    body = withOwnerUIDs(body, namespace)
    body.set(nil, at: "metadata", "resourceVersion")
    let request = APIRequest(
      .create, apiVersion: apiVersion, kind: kind, namespace: namespace, body: .object(body),
      fieldManager: "kubectl")
    let key = ObjectKey(
      GroupKind(apiVersion: apiVersion, kind: kind), namespace: namespace,
      name: body.at("metadata", "name")?.string ?? "")
    return (request, key)
  }

  private func accept(_ response: APIResponse, _ location: SourceLocation) throws {
    guard response.isSuccess else {
      throw RefusedObject(location: location, message: response.message ?? "")
    }
    for change in response.changes {
      if stored[change.key] == nil { order.append(change.key) }
      stored[change.key] = change.new
    }
  }

  private func withOwnerUIDs(_ object: JSONObject, _ namespace: String) -> JSONObject {
    guard let references = object.at("metadata", "ownerReferences")?.array else { return object }
    var result = object
    result.set(
      .array(
        references.map { reference in
          guard var entry = reference.object, (entry["uid"]?.string ?? "").isEmpty else {
            return reference
          }
          let kind = GroupKind(
            apiVersion: entry["apiVersion"]?.string ?? "", kind: entry["kind"]?.string ?? "")
          let name = entry["name"]?.string ?? ""
          let owner = [namespace, ""].map { ObjectKey(kind, namespace: $0, name: name) }
            .first { stored[$0] != nil }
          entry["uid"] = .string(owner.map { freshUID(for: $0) } ?? "uid-of-nobody")
          return .object(entry)
        }), at: "metadata", "ownerReferences")
    return result
  }

  // MARK: ObjectReader

  func object(_ key: ObjectKey) -> JSONObject? { stored[key] }

  func objects(of groupKind: GroupKind, namespace: String?, selection: ObjectSelection)
    -> [(key: ObjectKey, object: JSONObject)]
  {
    stored.filter { key, object in
      key.groupKind == groupKind && (namespace == nil || namespace == key.namespace)
        && selection.matches(object)
    }.sorted { $0.key < $1.key }.map { (key: $0.key, object: $0.value) }
  }

  func resourceVersion(of key: ObjectKey) -> String { "seed" }
  func isCurrent(_ resourceVersion: String, of key: ObjectKey) -> Bool { true }
  /// A stand-in, which may be the value of a label, as a Job's uid is.
  ///
  /// It mentions the object, so that exchanging two names exchanges their uids (`SymmetryDetection`);
  /// where it would be too long for a label it is a number, and those names keep their places.
  func freshUID(for key: ObjectKey) -> String {
    let kind = key.groupKind
    let text = "seed_\(kind.group)_\(kind.kind).\(key.namespace).\(key.name)"
    if text.utf8.count <= 63, !numbersUIDs { return text }
    let uid = uids[key] ?? "seed-uid-\(uids.count + 1)"
    uids[key] = uid
    return uid
  }
  func freshSuffix(for prefix: String, in groupKind: GroupKind, namespace: String) -> String {
    "seed\(order.count)"
  }
  var now: String { VirtualClock.instant }
}

/// A store as it was before one object was created.
private final class StoreBefore: ObjectReader {
  let store: SeedStore
  let key: ObjectKey

  init(_ store: SeedStore, creationOf key: ObjectKey) {
    self.store = store
    self.key = key
  }

  func object(_ key: ObjectKey) -> JSONObject? { key == self.key ? nil : store.object(key) }

  func objects(of groupKind: GroupKind, namespace: String?, selection: ObjectSelection)
    -> [(key: ObjectKey, object: JSONObject)]
  {
    store.objects(of: groupKind, namespace: namespace, selection: selection)
      .filter { $0.key != key }
  }

  func resourceVersion(of key: ObjectKey) -> String { store.resourceVersion(of: key) }
  func isCurrent(_ resourceVersion: String, of key: ObjectKey) -> Bool {
    store.isCurrent(resourceVersion, of: key)
  }
  func freshUID(for key: ObjectKey) -> String { store.freshUID(for: key) }
  func freshSuffix(for prefix: String, in groupKind: GroupKind, namespace: String) -> String {
    store.freshSuffix(for: prefix, in: groupKind, namespace: namespace)
  }
  var now: String { store.now }
}

extension ResourceRegistry {
  /// Whether objects of a kind live in namespaces; kinds that nobody defines do.
  package func isNamespaced(_ groupKind: GroupKind) -> Bool {
    resource(groupKind)?.isNamespaced ?? true
  }
}
