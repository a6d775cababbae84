import CEL

@testable import Model

/// A server and its store, asked as over HTTP.
final class ServerAndStore {
  let store = LiveStore.forTests()
  let server: APIServer

  /// Makes a cluster with the namespaces of a new one.
  init(version: KubernetesVersion = .standard, resources: ResourceRegistry) {
    server = APIServer(kubernetesVersion: version, resources: resources)
    for name in ["default", "kube-system", "kube-public"] { makeNamespace(name) }
  }

  func makeNamespace(_ name: String) {
    _ = send(
      "POST", "/api/v1/namespaces",
      ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]])
  }

  @discardableResult
  func send(
    _ method: String, _ path: String, _ body: JSONValue? = nil,
    contentType: String = "application/json", query: [String: String] = [:]
  ) -> APIResponse {
    send(
      RawRequest(
        method: method, path: path, query: query, contentType: contentType, body: body,
        agent: "golden"))
  }

  func send(_ raw: RawRequest) -> APIResponse {
    do throws(APIError) {
      let request = try raw.request(server.resources(reader: store))
      return store.commit(server.handle(request, reader: store))
    } catch {
      return error.response
    }
  }
}
