import CEL
import Testing

@testable import Model

@Suite struct StrategicMergePatchTests {
  private func patched(
    _ patch: JSONValue, _ object: JSONObject, _ kind: String = "Deployment", group: String = "apps"
  ) throws -> JSONValue {
    let schema = try #require(
      BuiltinSchemas.recorded[GroupKind(group: group, kind: kind)])
    return .object(try StrategicMergePatch.apply(patch, to: object, schema: schema))
  }

  private func deployment(_ containers: JSONValue) -> JSONObject {
    ["spec": ["replicas": 2, "template": ["spec": ["containers": containers]]]]
  }

  private func change(_ containers: JSONValue) -> JSONValue {
    ["spec": ["template": ["spec": ["containers": containers]]]]
  }

  private let two: JSONValue = [
    [
      "name": "c", "image": "i:1", "args": ["x", "y"],
      "env": [["name": "A", "value": "1"], ["name": "B", "value": "2"]],
    ], ["name": "d", "image": "j:1"],
  ]

  @Test func containersMergeByName() throws {
    let result = try patched(
      change([
        ["name": "d", "image": "j:2"],
        ["name": "c", "args": ["z"], "env": [["name": "B", "value": "3"]]],
      ]),
      deployment(two))
    let expected: JSONValue = [
      ["name": "d", "image": "j:2"],
      [
        "name": "c", "image": "i:1", "args": ["z"],
        "env": [["name": "A", "value": "1"], ["name": "B", "value": "3"]],
      ],
    ]
    #expect(result == .object(deployment(expected)))
  }

  @Test func oneKnownItemKeepsItsPlace() throws {
    let result = try patched(change([["name": "d", "image": "j:2"]]), deployment(two))
    #expect(
      result.at("spec", "template", "spec", "containers")?.array?.map { $0["name"] } == ["c", "d"])
  }

  @Test func newItemsGoInFront() throws {
    let result = try patched(change([["name": "e", "image": "k:1"]]), deployment(two))
    #expect(
      result.at("spec", "template", "spec", "containers")?.array?.map { $0["name"] }
        == ["e", "c", "d"])
  }

  @Test func deleteAndReplaceDirectives() throws {
    let deleted = try patched(change([["name": "c", "$patch": "delete"]]), deployment(two))
    #expect(deleted == .object(deployment([["name": "d", "image": "j:1"]])))
    let replaced = try patched(
      change([["$patch": "replace"], ["name": "z", "image": "z:1"]]), deployment(two))
    #expect(replaced == .object(deployment([["name": "z", "image": "z:1"]])))
    let map = try patched(
      ["data": ["$patch": "replace", "z": "3"]], ["data": ["x": "1", "y": "2"]], "ConfigMap",
      group: "")
    #expect(map == ["data": ["z": "3"]])
  }

  @Test func setElementOrderOrdersTheList() throws {
    let result = try patched(
      [
        "spec": [
          "template": [
            "spec": [
              "containers": [["name": "c", "image": "i:9"]],
              "$setElementOrder/containers": [["name": "d"], ["name": "c"]],
            ]
          ]
        ]
      ], deployment(two))
    let containers = result.at("spec", "template", "spec", "containers")?.array
    #expect(containers?.map { $0["name"] } == ["d", "c"])
    #expect(containers?.last?["image"] == "i:9")
    #expect(containers?.last?["args"] == ["x", "y"])
  }

  @Test func retainKeysDropsTheOthers() throws {
    let result = try patched(
      ["spec": ["strategy": ["$retainKeys": ["type"], "type": "Recreate"]]],
      ["spec": ["strategy": ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 1]]]])
    #expect(result == ["spec": ["strategy": ["type": "Recreate"]]])
    let error = #expect(throws: PatchError.self) {
      try patched(
        ["spec": ["strategy": ["$retainKeys": ["x"], "type": "Recreate"]]],
        ["spec": ["strategy": [:]]])
    }
    #expect(error?.code == 400)
  }

  @Test func primitiveListsMergeAndDelete() throws {
    let object: JSONObject = ["metadata": ["finalizers": ["x.io/a", "x.io/b"]]]
    let deleted = try patched(
      ["metadata": ["$deleteFromPrimitiveList/finalizers": ["x.io/a"]]], object)
    #expect(deleted == ["metadata": ["finalizers": ["x.io/b"]]])
    let added = try patched(["metadata": ["finalizers": ["x.io/c"]]], object)
    #expect(added == ["metadata": ["finalizers": ["x.io/c", "x.io/a", "x.io/b"]]])
  }

  @Test func missingMergeKeyIsAnUnclassifiedError() throws {
    let error = #expect(throws: PatchError.self) {
      try patched(change([["image": "j:2"]]), deployment(two))
    }
    #expect(
      error == .unclassified("map: map[image:j:2] does not contain declared merge key: name"))
    #expect(error?.code == 500)
  }

  @Test func atomicListsAndReplacedMapsAreReplaced() throws {
    let tolerations = try patched(
      ["spec": ["tolerations": [["key": "b"]]]], ["spec": ["tolerations": [["key": "a"]]]], "Pod",
      group: "")
    #expect(tolerations == ["spec": ["tolerations": [["key": "b"]]]])
    let selector = try patched(
      ["spec": ["selector": ["matchLabels": ["b": "1"]]]],
      ["spec": ["selector": ["matchLabels": ["a": "1"]]]], "PodDisruptionBudget", group: "policy")
    #expect(selector == ["spec": ["selector": ["matchLabels": ["b": "1"]]]])
    let merged = try patched(
      ["spec": ["selector": ["matchLabels": ["b": "1"]]]],
      ["spec": ["selector": ["matchLabels": ["a": "1"]]]])
    #expect(merged == ["spec": ["selector": ["matchLabels": ["a": "1", "b": "1"]]]])
  }

  @Test func conditionsMergeByTypeAndNullsRemove() throws {
    let result = try patched(
      [
        "status": [
          "conditions": [["type": "Ready", "status": "True", "reason": .null]], "phase": .null,
        ]
      ],
      [
        "status": [
          "conditions": [["type": "Ready", "status": "False", "reason": "x"]], "phase": "P",
        ]
      ],
      "Pod", group: "")
    #expect(result == ["status": ["conditions": [["type": "Ready", "status": "True"]]]])
  }

  @Test func directivesInNewContentAreDropped() throws {
    let result = try patched(
      change([["name": "c", "env": [["$patch": "replace"], ["name": "A"]]]]),
      ["spec": ["template": ["spec": [:]]]])
    #expect(result == change([["name": "c", "env": [["name": "A"]]]]))
  }
}
