internal import CEL

/// An API server with a store of its own, for clients that are no part of a verification.
///
/// What definitions and policies in the store add is known at once after the write that changes
/// them.
package final class LiveCluster {
  package let store: LiveStore
  /// With the definitions and the policies that are in the store now.
  package private(set) var server: APIServer
  /// What is served now.
  package private(set) var served: ServedKinds
  private let base: ResourceRegistry

  /// Makes a cluster without objects that serves the built-in kinds.
  package init(_ version: KubernetesVersion, store: LiveStore) {
    base = .builtIn(version)
    self.store = store
    server = APIServer(kubernetesVersion: version, resources: base)
    served = ServedKinds(version, base, definitions: [])
  }

  /// The version whose rules are followed.
  package var version: KubernetesVersion { server.version }

  /// Answers a request and writes what it changes.
  package func answer(_ raw: RawRequest) -> APIResponse {
    do throws(APIError) {
      return answer(try raw.request(server.resources))
    } catch {
      return error.response
    }
  }

  /// Answers a request and writes what it changes.
  package func answer(_ request: APIRequest) -> APIResponse {
    let response = server.handle(request, reader: store)
    let changed = response.changes.map(\.key.groupKind)
    guard changed.contains(where: { Self.configuring.contains($0) }) else {
      return store.commit(response)
    }
    if let refusal = refusal(of: response.changes) { return refusal }
    let committed = store.commit(response)
    configure()
    return committed
  }

  private static let definitions = GroupKind(
    group: "apiextensions.k8s.io", kind: "CustomResourceDefinition")
  private static let policies = GroupKind(
    group: "admissionregistration.k8s.io", kind: "ValidatingAdmissionPolicy")
  private static let bindings = GroupKind(
    group: "admissionregistration.k8s.io", kind: "ValidatingAdmissionPolicyBinding")
  private static let configuring = [definitions, policies, bindings]

  /// What is wrong with a policy that could not be enforced.
  private func refusal(of changes: [ObjectChange]) -> APIResponse? {
    for change in changes {
      guard let object = change.new else { continue }
      var trial = AdmissionPolicies()
      do throws(AdmissionPolicyError) {
        if change.key.groupKind == Self.policies { try trial.register(policy: object) }
        if change.key.groupKind == Self.bindings { try trial.register(binding: object) }
      } catch {
        return APIError.invalid(
          change.key.groupKind.group, change.key.groupKind.kind, change.key.name,
          [.invalid("spec", nil, error.description)]
        ).response
      }
    }
    return nil
  }

  /// Serves the kinds and policies as the store has them; each was valid when it was written.
  private func configure() {
    func all(_ kind: GroupKind) -> [JSONObject] {
      store.objects(of: kind, namespace: nil, selection: .all).map(\.object)
    }
    var resources = base
    let definitions = all(Self.definitions)
    for definition in definitions { try? resources.register(definition: definition) }
    for policy in all(Self.policies) { try? resources.policies.register(policy: policy) }
    for binding in all(Self.bindings) { try? resources.policies.register(binding: binding) }
    server = APIServer(kubernetesVersion: version, resources: resources)
    served = ServedKinds(version, resources, definitions: definitions)
  }
}

extension LiveCluster {
  /// Makes a cluster with the objects of a scenario's world, for one valuation of its symbols.
  ///
  /// The world's placeholders for uids and times become real ones, and the namespaces that every
  /// cluster has are there (pkg/controlplane/controller/systemnamespaces).
  ///
  /// - Throws: ``RefusedObject``.
  package convenience init(_ world: WorldDefinition, scenario: Scenario, store: LiveStore) throws {
    self.init(world.kubernetesVersion, store: store)
    for object in scenario.objects where object.kind == "CustomResourceDefinition" {
      guard let definition = object.literal else { continue }
      let response = answer(
        APIRequest(
          .create, apiVersion: object.apiVersion, kind: object.kind, body: .object(definition),
          fieldManager: "kubectl"))
      guard response.isSuccess else {
        throw RefusedObject(location: object.location, message: response.message ?? "")
      }
    }
    var uids: [String: String] = [:]
    for (key, object) in world.objects { uids[object.uid] = store.freshUID(for: key) }
    for (key, object) in world.objects {
      guard case .object(let live) = revived(.object(object), uids) else { continue }
      store.put(key, live)
    }
    for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
      // One that the scenario has already is refused.
      _ = answer(
        APIRequest(
          .create, apiVersion: "v1", kind: "Namespace",
          body: ["metadata": ["name": .string(name)]], fieldManager: "kube-apiserver"))
    }
    configure()
  }

  /// The value with real uids and the present time.
  private func revived(_ value: JSONValue, _ uids: [String: String]) -> JSONValue {
    switch value {
    case .string(VirtualClock.instant): .string(store.now)
    case .string(let text): .string(uids[text] ?? text)
    case .array(let items): .array(items.map { revived($0, uids) })
    case .object(let object):
      .object(JSONObject(object.entries.map { ($0.key, revived($0.value, uids)) }))
    default: value
    }
  }
}
