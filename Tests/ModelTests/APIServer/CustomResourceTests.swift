import CEL
import Testing

@testable import Model

/// CustomResourceDefinitions as Kubernetes 1.34 has them; the recordings cover 1.20.
@Suite struct CustomResourceTests {
  private static func definition(_ properties: JSONObject) -> JSONObject {
    [
      "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
      "metadata": ["name": "foos.example.com"],
      "spec": [
        "group": "example.com", "scope": "Namespaced",
        "names": ["kind": "Foo", "plural": "foos"],
        "versions": [
          [
            "name": "v1", "served": true, "storage": true,
            "schema": [
              "openAPIV3Schema": [
                "type": "object",
                "properties": ["spec": ["type": "object", "properties": .object(properties)]],
              ]
            ],
          ]
        ],
      ],
    ]
  }

  private func foo(_ spec: JSONObject, version: String? = nil) -> JSONValue {
    var object: JSONObject = [
      "apiVersion": "example.com/v1", "kind": "Foo", "metadata": ["name": "a"],
      "spec": .object(spec),
    ]
    object.resourceVersion = version
    return .object(object)
  }

  private func cluster(_ properties: JSONObject) throws -> ServerAndStore {
    var resources = ResourceRegistry.builtIn(.standard)
    try resources.register(definition: Self.definition(properties))
    return ServerAndStore(resources: resources)
  }

  private let path = "/apis/example.com/v1/namespaces/default/foos"

  @Test func rulesHoldOfEveryWrite() throws {
    let cluster = try cluster([
      "min": ["type": "integer"], "max": ["type": "integer", "default": 5],
    ])
    #expect(cluster.send("POST", path, foo(["min": 1])).code == 201)
    let ruled = try self.cluster([
      "range": [
        "type": "object",
        "properties": ["min": ["type": "integer"], "max": ["type": "integer", "default": 5]],
        "x-kubernetes-validations": [
          ["rule": "self.min <= self.max", "messageExpression": "'min ' + string(self.min)"]
        ],
      ]
    ])
    #expect(ruled.send("POST", path, foo(["range": ["min": 1]])).code == 201)
    let refused = ruled.send("POST", path, foo(["range": ["min": 9]]))
    #expect(refused.code == 422)
    #expect(refused.message?.contains("spec.range: Invalid value: \"object\": min 9") == true)
  }

  @Test func transitionRulesCompareWithTheOldObject() throws {
    let cluster = try cluster([
      "size": [
        "type": "integer",
        "x-kubernetes-validations": [["rule": "self >= oldSelf", "message": "only grows"]],
      ]
    ])
    #expect(cluster.send("POST", path, foo(["size": 3])).code == 201)
    let merge = "application/merge-patch+json"
    #expect(
      cluster.send("PATCH", path + "/a", ["spec": ["size": 4]], contentType: merge).code == 200)
    let refused = cluster.send("PATCH", path + "/a", ["spec": ["size": 2]], contentType: merge)
    #expect(refused.code == 422)
    #expect(refused.message?.contains("only grows") == true)
  }

  @Test func whatDidNotChangeIsNotHeldAgainstAnUpdate() throws {
    let cluster = try cluster(["size": ["type": "integer", "maximum": 5], "x": ["type": "string"]])
    // An object from before the schema was made stricter.
    let key = ObjectKey(
      GroupKind(group: "example.com", kind: "Foo"), namespace: "default", name: "a")
    var old = try #require(foo(["size": 9]).object)
    old.metadata["namespace"] = "default"
    cluster.store.put(key, old)
    let merge = "application/merge-patch+json"
    #expect(
      cluster.send("PATCH", path + "/a", ["spec": ["x": "y"]], contentType: merge).code == 200)
    #expect(
      cluster.send("PATCH", path + "/a", ["spec": ["size": 8]], contentType: merge).code == 422)
  }

  @Test(arguments: [
    "self.nothing == 1", "self.size ==", "self.size", "undeclared > 1",
  ])
  func definitionsWithWrongRulesAreRefused(rule: String) {
    let definition = Self.definition([
      "inner": [
        "type": "object", "properties": ["size": ["type": "integer"]],
        "x-kubernetes-validations": [["rule": .string(rule)]],
      ]
    ])
    let isWrongType = rule == "self.size"
    let cluster = ServerAndStore(resources: .builtIn(.standard))
    let answer = cluster.send(
      "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", .object(definition))
    // The type of a field of an object is known at run time only.
    #expect(answer.code == (isWrongType ? 201 : 422))
  }

  @Test func listItemsAreNamedByIndex() throws {
    let cluster = try cluster([
      "items": [
        "type": "array",
        "items": [
          "type": "object", "required": ["key"], "properties": ["key": ["type": "string"]],
        ],
      ]
    ])
    let refused = cluster.send("POST", path, foo(["items": [[:]]]))
    #expect(refused.message?.contains("spec.items[0].key: Required value") == true)
  }

  @Test func embeddedKeywordsAreEscaped() throws {
    let cluster = try cluster([
      "conf": [
        "type": "object",
        "properties": ["a-b": ["type": "number"], "namespace": ["type": "string"]],
        "x-kubernetes-validations": [
          ["rule": "self.a__dash__b > 0.5 && self.__namespace__ == 'n'"]
        ],
      ]
    ])
    #expect(
      cluster.send("POST", path, foo(["conf": ["a-b": 1, "namespace": "n"]])).code == 201)
    #expect(
      cluster.send("POST", path, foo(["conf": ["a-b": 0, "namespace": "n"]])).code == 422)
  }
}
