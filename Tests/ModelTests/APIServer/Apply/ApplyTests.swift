import CEL
import Testing

@testable import Model

/// Facts of the conformance recordings' area `ssa`.
@Suite struct ApplyTests {
  private func failure(_ body: () throws -> Void) -> ApplyError? {
    #expect(throws: ApplyError.self) { try body() }
  }

  private func deployment(_ containers: JSONValue, replicas: JSONValue? = nil) -> JSONValue {
    var spec: JSONObject = [
      "selector": ["matchLabels": ["app": "web"]],
      "template": ["metadata": ["labels": ["app": "web"]], "spec": ["containers": containers]],
    ]
    spec["replicas"] = replicas
    return ["spec": .object(spec)]
  }

  private let template =
    ".spec.selector .spec.template.metadata.labels.app"
  private func container(_ name: String, _ fields: String...) -> String {
    let path = ".spec.template.spec.containers[name=\"\(name)\"]"
    return ([path] + fields.map { "\(path).\($0)" }).joined(separator: " ")
  }

  @Test func createByApply() throws {
    var map = try OwnedObject("ConfigMap")
    try map.apply("m1", ["metadata": ["labels": ["l": "1"]], "data": ["x": "1"]])
    #expect(
      map.object?.at("metadata", "managedFields") == [
        [
          "manager": "m1", "operation": "Apply", "apiVersion": "v1", "time": "2026-01-01T00:00:01Z",
          "fieldsType": "FieldsV1",
          "fieldsV1": ["f:data": ["f:x": [:]], "f:metadata": ["f:labels": ["f:l": [:]]]],
        ]
      ])
  }

  @Test func reapplyChangesNothing() throws {
    var map = try OwnedObject("ConfigMap")
    let first = try map.apply("m1", ["data": ["x": "1"]])
    #expect(try map.apply("m1", ["data": ["x": "1"]]) == first)
  }

  @Test func sharedValueGoesWithItsLastOwner() throws {
    var map = try OwnedObject("ConfigMap")
    try map.apply("m1", ["data": ["x": "1"]])
    try map.apply("m2", ["data": ["x": "1"]])
    #expect(map.owners == ["m1 Apply: .data.x", "m2 Apply: .data.x"])
    try map.apply("m1", ["data": [:]])
    #expect(map.owners == ["m2 Apply: .data.x"])
    #expect(map.content == ["data": ["x": "1"]])
    try map.apply("m2", ["data": [:]])
    #expect(map.owners.isEmpty)
    #expect(map.content == [:])
    #expect(map.object?.at("metadata", "managedFields") == nil)
  }

  @Test func emptyMapIsOwnedSince121() throws {
    var map = try OwnedObject("ConfigMap", version: .standard)
    try map.apply("m1", ["data": [:]])
    #expect(map.owners == ["m1 Apply: .data"])
  }

  @Test func conflictAndForce() throws {
    var map = try OwnedObject("ConfigMap")
    try map.apply("m1", ["data": ["x": "1"]])
    let error = failure { try map.apply("m2", ["data": ["x": "2"]]) }
    #expect(error?.code == 409)
    #expect(error?.message == "Apply failed with 1 conflict: conflict with \"m1\": .data.x")
    #expect(error?.causes.first?["field"] == ".data.x")
    try map.apply("m2", ["data": ["x": "2"]], force: true)
    #expect(map.owners == ["m2 Apply: .data.x"])
    #expect(map.content == ["data": ["x": "2"]])
    #expect(
      failure { try map.apply("m1", ["data": ["x": "1"]]) }?.message
        == "Apply failed with 1 conflict: conflict with \"m2\": .data.x")
  }

  @Test func droppedFieldIsRemoved() throws {
    var map = try OwnedObject("ConfigMap")
    try map.apply("m1", ["data": ["x": "1", "y": "2"]])
    try map.apply("m1", ["data": ["x": "1"]])
    #expect(map.content == ["data": ["x": "1"]])
    #expect(map.owners == ["m1 Apply: .data.x"])
  }

  @Test func updateTakesOwnership() throws {
    var map = try OwnedObject("ConfigMap")
    try map.apply("m1", ["data": ["x": "1"]])
    map.patch("ed", ["data": ["x": "9"]])
    #expect(map.owners == ["ed Update: .data.x"])
    let error = failure { try map.apply("m1", ["data": ["x": "1"]]) }
    #expect(
      error?.message == "Apply failed with 1 conflict: conflict with \"ed\" using v1: .data.x")
    try map.apply("m1", ["data": ["x": "1"]], force: true)
    #expect(map.owners == ["m1 Apply: .data.x"])
  }

  @Test func fieldDeletedByAnotherIsRestoredWithoutConflict() throws {
    var map = try OwnedObject("ConfigMap")
    try map.apply("m1", ["data": ["x": "1", "y": "1"]])
    map.patch("ed", ["data": ["x": .null]])
    #expect(map.owners == ["m1 Apply: .data.y"])
    try map.apply("m1", ["data": ["x": "1", "y": "1"]])
    #expect(map.content == ["data": ["x": "1", "y": "1"]])
    #expect(map.owners == ["m1 Apply: .data.x .data.y"])
  }

  @Test func conflictsAreListedByManager() throws {
    var map = try OwnedObject("ConfigMap")
    let labels: JSONValue = ["labels": ["l": "1"]]
    try map.apply("m1", ["metadata": labels, "data": ["x": "1", "y": "1"]])
    let error = failure {
      try map.apply("m2", ["metadata": ["labels": ["l": "2"]], "data": ["x": "2", "y": "2"]])
    }
    #expect(
      error?.message
        == "Apply failed with 3 conflicts: conflicts with \"m1\":\n- .data.x\n- .data.y\n"
        + "- .metadata.labels.l")
    var other = try OwnedObject("ConfigMap")
    try other.apply("m1", ["data": ["x": "1"]])
    try other.apply("m2", ["data": ["x": "1"]])
    #expect(
      failure { try other.apply("m3", ["data": ["x": "3"]]) }?.message
        == "Apply failed with 2 conflicts: conflicts with \"m1\":\n- .data.x\n"
        + "conflicts with \"m2\":\n- .data.x")
  }

  @Test func badRequests() throws {
    let fields = FieldManager(
      schema: try OwnedObject("ConfigMap").schema, form: .typed, apiVersion: "v1",
      version: .recorded)
    func message(_ object: JSONObject) -> String? {
      failure {
        _ = try fields.apply(live: nil, applied: object, manager: "m", force: false, now: "")
      }?.message
    }
    #expect(
      message(["data": ["x": "1"]])
        == "Incorrect version specified in apply patch. Specified patch version: , expected: v1")
    #expect(
      message(["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["managedFields": [[:]]]])
        == "metadata.managedFields must be nil")
    #expect(
      message(["apiVersion": "v1", "kind": "ConfigMap", "bogus": 1])
        == "failed to create typed patch object: .bogus: field not declared in schema")
  }

  @Test func containersByKey() throws {
    var object = try OwnedObject("Deployment", "apps/v1")
    try object.apply("m1", deployment([["name": "c", "image": "i:1"]]))
    try object.apply("m2", deployment([["name": "side", "image": "s:1"]]))
    #expect(
      object.owners == [
        "m1 Apply: \(template) \(container("c", "image", "name"))",
        "m2 Apply: \(template) \(container("side", "image", "name"))",
      ])
    try object.apply("m1", deployment([["name": "c", "image": "i:2"]]))
    #expect(
      object.content
        == deployment([["name": "c", "image": "i:2"], ["name": "side", "image": "s:1"]]))
  }

  @Test func containerAndReplicasNoLongerApplied() throws {
    var object = try OwnedObject("Deployment", "apps/v1")
    try object.apply(
      "m1", deployment([["name": "c", "image": "i"], ["name": "d", "image": "j"]], replicas: 1))
    try object.apply("m1", deployment([["name": "c", "image": "i"]]))
    #expect(object.content == deployment([["name": "c", "image": "i"]]))
    #expect(object.owners == ["m1 Apply: \(template) \(container("c", "image", "name"))"])
  }

  @Test func givenUpReplicasStayWithTheirOtherOwner() throws {
    var object = try OwnedObject("Deployment", "apps/v1")
    let containers: JSONValue = [["name": "c", "image": "i:1"]]
    try object.apply("m1", deployment(containers, replicas: 3))
    object.patch("hpa", ["spec": ["replicas": 5]])
    let given = try object.apply("m1", deployment(containers))
    #expect(object.content == deployment(containers, replicas: 5))
    #expect(object.owners.first == "hpa Update: .spec.replicas")
    #expect(try object.apply("m1", deployment(containers)) == given)
    #expect(
      failure { try object.apply("m1", deployment(containers, replicas: 3)) }?.message
        == "Apply failed with 1 conflict: conflict with \"hpa\" using apps/v1: .spec.replicas")
  }

  @Test func environmentByNameAndAtomicArguments() throws {
    var object = try OwnedObject("Deployment", "apps/v1")
    try object.apply(
      "m1",
      deployment([
        ["name": "c", "image": "i:1", "args": ["x", "y"], "env": [["name": "A", "value": "1"]]]
      ]))
    try object.apply(
      "m2",
      [
        "spec": [
          "template": [
            "spec": ["containers": [["name": "c", "env": [["name": "B", "value": "2"]]]]]
          ]
        ]
      ])
    let merged = object.content.at("spec", "template", "spec", "containers")?.array?.first
    #expect(merged?["env"] == [["name": "A", "value": "1"], ["name": "B", "value": "2"]])
    let error = failure {
      try object.apply(
        "m2", ["spec": ["template": ["spec": ["containers": [["name": "c", "args": ["z"]]]]]]])
    }
    #expect(
      error?.message == "Apply failed with 1 conflict: conflict with \"m1\": "
        + ".spec.template.spec.containers[name=\"c\"].args")
  }

  @Test func invalidListsAreUnclassifiedErrors() throws {
    var object = try OwnedObject("Deployment", "apps/v1")
    let twice = failure { try object.apply("m1", deployment([["name": "c"], ["name": "c"]])) }
    #expect(twice?.code == 500)
    #expect(
      twice?.message == "failed to create typed patch object: "
        + ".spec.template.spec.containers: duplicate entries for key [name=\"c\"]")
    var service = try OwnedObject("Service")
    #expect(
      failure { try service.apply("m1", ["spec": ["ports": [["port": 80]]]]) }?.message
        == "failed to create typed patch object: .spec.ports: element 0: associative list with "
        + "keys has an element that omits key field \"protocol\" (and doesn't have default value)")
    var newer = try OwnedObject("Service", version: .standard)
    try newer.apply("m1", ["spec": ["ports": [["port": 80]]]])
    #expect(
      newer.owners == [
        "m1 Apply: .spec.ports[port=80,protocol=\"TCP\"] "
          + ".spec.ports[port=80,protocol=\"TCP\"].port"
      ])
  }

  @Test func finalizersAreASetAndOwnersGoByUid() throws {
    var map = try OwnedObject("ConfigMap")
    try map.apply("m1", ["metadata": ["finalizers": ["x.io/a"]]])
    try map.apply("m2", ["metadata": ["finalizers": ["x.io/b"]]])
    #expect(map.object?.at("metadata", "finalizers") == ["x.io/a", "x.io/b"])
    #expect(map.owners.first == "m1 Apply: .metadata.finalizers[=\"x.io/a\"]")
    try map.apply("m1", [:])
    #expect(map.object?.at("metadata", "finalizers") == ["x.io/b"])
    try map.apply("m2", [:])
    #expect(map.object?.at("metadata", "finalizers") == nil)
    let owner: JSONValue = ["apiVersion": "v1", "kind": "ConfigMap", "name": "o", "uid": "u1"]
    try map.apply("m1", ["metadata": ["ownerReferences": [owner]]])
    let path = ".metadata.ownerReferences[uid=\"u1\"]"
    #expect(
      map.owners == ["m1 Apply: \(path) \(path).apiVersion \(path).kind \(path).name \(path).uid"])
    try map.apply("m1", [:])
    #expect(map.object?.at("metadata", "ownerReferences") == nil)
    #expect(map.owners.isEmpty)
  }

  @Test func nullInAMapOfStringsIsTheEmptyString() throws {
    var map = try OwnedObject("ConfigMap")
    try map.apply("m1", ["data": ["x": .null]])
    #expect(map.content == ["data": ["x": ""]])
    #expect(map.owners == ["m1 Apply: .data.x"])
  }

  @Test func oneEmptyEntryClearsTheOwners() throws {
    var map = try OwnedObject("ConfigMap")
    try map.apply("m1", ["data": ["x": "1"]])
    map.patch("ed", ["metadata": ["managedFields": [[:]]]])
    #expect(map.object?.at("metadata", "managedFields") == nil)
    #expect(map.content == ["data": ["x": "1"]])
    map.patch("ed", ["data": ["y": "1"]])
    #expect(map.owners.isEmpty)
    try map.apply("m1", ["data": ["x": "1"]])
    #expect(
      map.owners == [
        "before-first-apply Update: .data .data.x .data.y", "m1 Apply: .data.x",
      ])
  }
}
