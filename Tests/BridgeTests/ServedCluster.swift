import CEL
import ConformanceKit
import Foundation

@testable import Bridge
@testable import Model

/// A live cluster served over HTTP, for one test.
final class ServedCluster {
  let server: HTTPServer
  let api: LiveAPI
  let url: String

  /// The path that all calls begin with.
  var base: String { "/" + (url.split(separator: "/").last.map(String.init) ?? "") }

  init(_ version: KubernetesVersion = .standard) throws {
    server = try HTTPServer()
    let store = LiveStore {
      ISO8601DateFormatter.string(
        from: Date(), timeZone: TimeZone(secondsFromGMT: 0) ?? .current,
        formatOptions: .withInternetDateTime)
    }
    api = LiveAPI(LiveCluster(version, store: store))
    url = server.serve(api)
  }

  deinit { server.shutDown() }

  func client() throws -> LoopbackClient { try LoopbackClient(port: server.port) }

  /// A call on a connection of its own.
  func call(
    _ method: String, _ path: String, _ body: JSONValue? = nil,
    type: String = "application/json", accept: String? = nil
  ) throws -> (status: Int, body: JSONValue) {
    let headers = [("Content-Type", type)] + (accept.map { [("Accept", $0)] } ?? [])
    let answer = try client().call(
      method, base + path, headers: headers, body: body.map { Array($0.text.utf8) } ?? [])
    return (answer.status, (try? JSONValue(parsing: answer.body)) ?? .string(answer.text))
  }

  func makeNamespace(_ name: String) throws {
    _ = try call("POST", "/api/v1/namespaces", ["metadata": ["name": .string(name)]])
  }

  func makeConfigMap(_ name: String, _ data: JSONValue = [:], labels: JSONValue = [:]) throws
    -> JSONValue
  {
    try call(
      "POST", "/api/v1/namespaces/default/configmaps",
      ["metadata": ["name": .string(name), "labels": labels], "data": data]
    ).body
  }
}
