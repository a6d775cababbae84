import Foundation
import Testing

/// Every update strategy, around hooks in Python and in Node.
struct HookStrategyTests {
  /// What has to come of an edit of the parent, by strategy.
  private static let strategies: [(method: String, settled: String)] = [
    ("OnDelete", "left.data.value == '1' && right.data.value == '1'"),
    ("Recreate", "left.data.value == '2' && right.data.value == '2'"),
    ("InPlace", "left.data.value == '2' && right.data.value == '2'"),
    ("RollingRecreate", "left.data.value == '2' && right.data.value == '2'"),
    ("RollingInPlace", "left.data.value == '2' && right.data.value == '2'"),
  ]

  private static let python = #"""
    import json, os
    from http.server import BaseHTTPRequestHandler, HTTPServer
    class Hooks(BaseHTTPRequestHandler):
        def do_POST(self):
            parent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["parent"]
            children = [
                {"apiVersion": "v1", "kind": "ConfigMap",
                 "metadata": {"name": name, "labels": parent["spec"]["selector"]["matchLabels"]},
                 "data": {"value": parent["spec"]["value"]}}
                for name in ["right", "left"]]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"status": {}, "children": children}).encode())
        def log_message(self, *arguments): pass
    HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Hooks).serve_forever()
    """#

  private static let node = #"""
    const http = require('http')
    http.createServer((request, response) => {
      let body = ''
      request.on('data', part => { body += part })
      request.on('end', () => {
        const parent = JSON.parse(body).parent
        const children = ['right', 'left'].map(name => ({
          apiVersion: 'v1', kind: 'ConfigMap',
          metadata: {name, labels: parent.spec.selector.matchLabels},
          data: {value: parent.spec.value}}))
        response.setHeader('Content-Type', 'application/json')
        response.end(JSON.stringify({status: {}, children}))
      })
    }).listen(process.env.PORT, '127.0.0.1')
    """#

  private static func scenario(_ command: String, _ settled: String, _ more: String) -> String {
    """
    apiVersion: kverify.dev/v1alpha1
    kind: Scenario
    metadata: {name: strategy}
    spec:
      objects:
      - apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: pairs.example.com}
        spec:
          group: example.com
          names: {kind: Pair, listKind: PairList, plural: pairs, singular: pair}
          scope: Namespaced
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {status: {}}
            schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
      - apiVersion: example.com/v1
        kind: Pair
        metadata: {name: pair}
        spec:
          value: "1"
          selector: {matchLabels: {pair: pair}}
          template: {metadata: {labels: {pair: pair}}}
      controllers:
      - name: pairs
        metacontroller: {file: controller.yaml, command: [\(command)]\(more)}
      names:
        pair: {apiVersion: example.com/v1, kind: Pair, name: pair}
        left: {apiVersion: v1, kind: ConfigMap, name: left}
        right: {apiVersion: v1, kind: ConfigMap, name: right}
      events:
      - name: edit
        when: left != null && right != null
        patch: {target: pair, merge: {spec: {value: "2"}}}
      properties:
      - {name: settles, converges: true}
      - {name: ends, when: "pair.spec.value == '2'", settled: "\(settled)"}
      - {name: both-come-and-stay, eventually: "left != null && right != null"}
      - {name: right-moves-first, never: "left != null && right != null && left.data.value > right.data.value"}
    """
  }

  private static func controller(_ method: String) -> String {
    """
    apiVersion: metacontroller.k8s.io/v1alpha1
    kind: CompositeController
    metadata: {name: pairs}
    spec:
      parentResource: {apiVersion: example.com/v1, resource: pairs}
      childResources:
      - {apiVersion: v1, resource: configmaps, updateStrategy: {method: \(method)}}
      hooks:
        sync: {webhook: {url: "http://pairs/sync"}}
    """
  }

  private func verify(_ method: String, _ settled: String, isNode: Bool, _ more: String = "") throws
    -> CommandRunner.Result
  {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("kverify-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let command = isNode ? "node, hooks.js" : "python3, hooks.py"
    let files = [
      "scenario.yaml": Self.scenario(command, settled, more),
      "controller.yaml": Self.controller(method), "hooks.py": Self.python, "hooks.js": Self.node,
    ]
    for (name, text) in files {
      try text.write(
        to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }
    return try CommandRunner.run(
      ["verify", folder.path, "--results", folder.appendingPathComponent("results").path])
  }

  private static let languages =
    ProcessInfo.processInfo.environment["CI"] == "true"
      || FileManager.default.fileExists(atPath: "/usr/bin/node") ? [false, true] : [false]

  @Test(arguments: strategies, languages)
  func `each strategy does what it says`(
    strategy: (method: String, settled: String), isNode: Bool
  ) throws {
    let result = try verify(strategy.method, strategy.settled, isNode: isNode)
    for property in ["settles", "ends", "both-come-and-stay"] {
      #expect(
        result.output.contains(try Regex("holds +\(property) ")),
        "\(strategy.method) \(isNode): \(result.transcript)")
    }
    // Rolling updates go through the hook's list in its order; updates in place come in any.
    let verdict = strategy.method == "InPlace" ? "VIOLATED" : "holds"
    #expect(result.output.contains(try Regex("\(verdict) +right-moves-first ")), "\(result.output)")
  }

  @Test func `an order that is asked for is told in the verdict`() throws {
    let result = try verify("InPlace", "true", isNode: false, ", order: name")
    #expect(result.output.contains("covers: of pairs only the order of its children's names"))
  }
}
