import CEL
import ConformanceKit
import Testing

@testable import Bridge
@testable import Model

/// What ordinary clients ask beside objects: discovery, forms of answers, watches.
struct ClientTests {
  @Test func `discovery lists versions, groups, resources and subresources`() throws {
    let cluster = try ServedCluster()
    #expect(try cluster.call("GET", "/version").body["minor"] == "34")
    #expect(try cluster.call("GET", "/api").body["versions"] == ["v1"])
    let groups = try cluster.call("GET", "/apis").body["groups"]?.array ?? []
    let autoscaling = groups.first { $0["name"] == "autoscaling" }
    #expect(autoscaling?.at("preferredVersion", "version") == "v2")
    let apps = try cluster.call("GET", "/apis/apps/v1").body["resources"]?.array ?? []
    #expect(apps.contains { $0["name"] == "deployments/scale" && $0["kind"] == "Scale" })
    #expect(apps.contains { $0["name"] == "deployments" && $0["shortNames"] == ["deploy"] })
    #expect(try cluster.call("GET", "/apis/nothing").status == 404)
    #expect(try cluster.call("GET", "/apis/apps/v9").status == 404)
  }

  @Test func `who asks for aggregated discovery gets the plain one`() throws {
    let cluster = try ServedCluster()
    let accept =
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
    let answer = try cluster.call("GET", "/apis", accept: accept)
    #expect(answer.status == 200)
    #expect(answer.body["kind"] == "APIGroupList")
  }

  @Test func `a definition is in discovery and in OpenAPI at once, and goes again`() throws {
    let cluster = try ServedCluster()
    let definition = try JSONValue(
      parsing: """
        {"metadata": {"name": "things.example.com"}, "spec": {"group": "example.com",
         "scope": "Namespaced", "names": {"kind": "Thing", "plural": "things",
          "singular": "thing", "shortNames": ["th"], "categories": ["all"]},
         "versions": [{"name": "v1", "served": true, "storage": true,
          "additionalPrinterColumns": [
           {"name": "Size", "type": "integer", "jsonPath": ".spec.size"},
           {"name": "Ready", "type": "string",
            "jsonPath": ".status.conditions[?(@.type==\\"Ready\\")].status"}],
          "schema": {"openAPIV3Schema": {"type": "object", "properties": {
           "spec": {"type": "object", "properties": {"size": {"type": "integer"}}},
           "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}}}]}}
        """)
    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    #expect(try cluster.call("POST", definitions, definition).status == 201)
    let resource = try cluster.call("GET", "/apis/example.com/v1").body["resources"]?.array?.first
    #expect(resource?["categories"] == ["all"])
    #expect(resource?["shortNames"] == ["th"])
    let name = "io.k8s.api.example.com.v1.Thing"
    let two = try cluster.call("GET", "/openapi/v2").body
    #expect(two.at("definitions", name, "properties", "spec", "type") == "object")
    let three = try cluster.call("GET", "/openapi/v3/apis/example.com/v1").body
    #expect(three.at("components", "schemas", name, "properties", "status") != nil)
    try cluster.makeNamespace("default")
    let path = "/apis/example.com/v1/namespaces/default/things"
    let thing: JSONValue = [
      "apiVersion": "example.com/v1", "kind": "Thing", "metadata": ["name": "a"],
      "spec": ["size": 3],
      "status": ["conditions": [["type": "Ready", "status": "True"]]],
    ]
    #expect(try cluster.call("POST", path, thing).status == 201)
    let table = try cluster.call("GET", path, accept: Self.table).body
    #expect(table["rows"]?.array?.first?["cells"] == ["a", 3, "True"])
    #expect(try cluster.call("DELETE", definitions + "/things.example.com").status == 200)
    #expect(try cluster.call("GET", path).status == 404)
  }

  static let table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"

  @Test func `tables have the columns that kubectl prints`() throws {
    let cluster = try ServedCluster()
    try cluster.makeNamespace("default")
    _ = try cluster.makeConfigMap("a", ["x": "1", "y": "2"])
    let path = "/api/v1/namespaces/default/configmaps"
    let list = try cluster.call("GET", path, accept: Self.table).body
    #expect(list["kind"] == "Table")
    #expect(
      list["columnDefinitions"]?.array?.compactMap { $0["name"]?.string } == [
        "Name", "Data", "Age",
      ])
    let row = list["rows"]?.array?.first
    #expect(row?["cells"]?.array?.prefix(2) == ["a", 2])
    #expect(row?.at("object", "kind") == "PartialObjectMetadata")
    let whole = try cluster.call("GET", path + "/a?includeObject=Object", accept: Self.table).body
    #expect(whole["rows"]?.array?.first?.at("object", "data", "x") == "1")
    let metadata = try cluster.call(
      "GET", path, accept: "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
    ).body
    #expect(metadata["kind"] == "PartialObjectMetadataList")
    #expect(metadata["items"]?.array?.first?["data"] == nil)
    #expect(try cluster.call("GET", path + "/zz", accept: Self.table).body["kind"] == "Status")
  }

  @Test func `protocol buffers are refused so that clients say so`() throws {
    let cluster = try ServedCluster()
    let client = try cluster.client()
    let path = cluster.base + "/api/v1/namespaces"
    let type = "application/vnd.kubernetes.protobuf"
    let body: [UInt8] = [0x6B, 0x38, 0x73, 0x00, 1, 2, 3]
    #expect(
      try client.call("POST", path, headers: [("Content-Type", type)], body: body).status == 415)
    #expect(try client.call("GET", path, headers: [("Accept", type)]).status == 406)
    #expect(
      try client.call("GET", path, headers: [("Accept", type + ",application/json")]).status == 200)
  }

  @Test func `kubectl's OpenAPI document is a protocol buffer`() throws {
    let cluster = try ServedCluster()
    let accept = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
    let answer = try cluster.client().call(
      "GET", cluster.base + "/openapi/v2", headers: [("Accept", accept)])
    #expect(answer.status == 200)
    // Field 1 is the text 2.0.
    #expect(answer.body.prefix(5) == [0x0A, 3, 0x32, 0x2E, 0x30])
    #expect(answer.body.count > 10_000)
  }
}
