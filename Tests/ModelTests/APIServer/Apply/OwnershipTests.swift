import CEL
import Testing

@testable import Model

@Suite struct OwnershipTests {
  private let widget = """
    {"type": "object", "properties": {
      "spec": {"type": "object", "properties": {
        "size": {"type": "integer"}, "free": {"type": "object",
          "x-kubernetes-preserve-unknown-fields": true},
        "tags": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
        "plain": {"type": "array", "items": {"type": "string"}},
        "items": {"type": "array", "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["key"], "items": {"type": "object",
          "properties": {"key": {"type": "string"}, "val": {"type": "string"}}}},
        "m": {"type": "object", "additionalProperties": {"type": "string"}},
        "ref": {"type": "object", "x-kubernetes-map-type": "atomic",
          "properties": {"name": {"type": "string"}}}}},
      "status": {"type": "object", "properties": {"phase": {"type": "string"}}}}}
    """

  @Test func createByUpdateOwnsWhatItWrote() throws {
    var object = try OwnedObject("Deployment", "apps/v1")
    object.patch(
      "golden",
      [
        "spec": [
          "replicas": 1, "selector": ["matchLabels": ["app": "web"]],
          "strategy": ["rollingUpdate": ["maxSurge": "25%"]],
          "template": [
            "metadata": ["labels": ["app": "web"]],
            "spec": ["containers": [["name": "c", "image": "i"]]],
          ],
        ]
      ])
    #expect(
      object.object?.at("metadata", "managedFields")?.array?.first?["fieldsV1"] == [
        "f:spec": [
          "f:replicas": [:], "f:selector": [:],
          "f:strategy": ["f:rollingUpdate": [".": [:], "f:maxSurge": [:]]],
          "f:template": [
            "f:metadata": ["f:labels": [".": [:], "f:app": [:]]],
            "f:spec": [
              "f:containers": [
                #"k:{"name":"c"}"#: [".": [:], "f:image": [:], "f:name": [:], "f:resources": [:]]
              ]
            ],
          ],
        ]
      ])
  }

  @Test func statusWritersAreApartSince122() throws {
    for (version, owner) in [
      (KubernetesVersion.recorded, "ctl Update: .status.replicas"),
      (.standard, "ctl Update/status: .status.replicas"),
    ] {
      var object = try OwnedObject("Deployment", "apps/v1", version: version)
      object.hasStatus = true
      try object.apply("m1", ["spec": ["replicas": 3]])
      object.patch("ctl", ["status": ["replicas": 3]], at: "status")
      #expect(object.owners == [owner, "m1 Apply: .spec.replicas"])
    }
  }

  @Test func mainEndpointOwnsNoStatusSince121() throws {
    var old = try OwnedObject("Deployment", "apps/v1")
    var new = try OwnedObject("Deployment", "apps/v1", version: .standard)
    new.hasStatus = true
    for _ in 0..<2 {
      old.patch("ed", ["spec": ["replicas": 2], "status": ["replicas": 9]])
      new.patch("ed", ["spec": ["replicas": 2], "status": ["replicas": 9]])
    }
    #expect(old.owners == ["ed Update: .spec.replicas .status.replicas"])
    #expect(new.owners == ["ed Update: .spec.replicas"])
  }

  @Test func scaleMovesTheOwnerSince122() throws {
    var old = try OwnedObject("Deployment", "apps/v1")
    var new = try OwnedObject("Deployment", "apps/v1", version: .standard)
    try old.apply("m1", ["spec": ["replicas": 3]])
    try new.apply("m1", ["spec": ["replicas": 3]])
    old.patch("scaler", ["spec": ["replicas": 5]], at: "scale")
    new.patch("scaler", ["spec": ["replicas": 5]], at: "scale")
    #expect(new.owners == ["scaler Update/scale: .spec.replicas"])
    try old.apply("m1", ["spec": ["replicas": 3]])
    #expect(old.content == ["spec": ["replicas": 3]])
    #expect(throws: ApplyError.self) { try new.apply("m1", ["spec": ["replicas": 3]]) }
  }

  @Test func customResourceTypes() throws {
    var object = try OwnedObject(custom: widget)
    try object.apply(
      "m1",
      [
        "spec": [
          "size": 1, "free": ["a": ["b": 1], "l": [1]], "tags": ["x"], "plain": ["p"],
          "items": [["key": "k", "val": "v"]], "m": ["e": "f"], "ref": ["name": "n"],
        ]
      ])
    #expect(
      object.owners == [
        "m1 Apply: .spec.plain .spec.ref .spec.size .spec.free.a .spec.free.l .spec.free.a.b "
          + ".spec.items[key=\"k\"] .spec.items[key=\"k\"].key .spec.items[key=\"k\"].val "
          + ".spec.m.e .spec.tags[=\"x\"]"
      ])
    try object.apply("m2", ["spec": ["tags": ["y"], "items": [["key": "j"]]]])
    #expect(object.content.at("spec", "tags") == ["x", "y"])
    #expect(object.content.at("spec", "items") == [["key": "k", "val": "v"], ["key": "j"]])
    let error = #expect(throws: ApplyError.self) {
      try object.apply("m2", ["spec": ["bogus": 1, "size": "x"]])
    }
    #expect(
      error?.message == "failed to create typed patch object: errors:\n"
        + "  .spec.bogus: field not declared in schema\n"
        + "  .spec.size: expected numeric (int or float), got \"x\"")
  }

  @Test func withoutSchemaMapsAreGranularAndListsAtomic() throws {
    var object = OwnedObject.deduced()
    try object.apply("m1", ["spec": ["l": [["name": "a"]], "o": ["p": 1]]])
    #expect(object.owners == ["m1 Apply: .spec .spec.l .spec.o .spec.o.p"])
    try object.apply("m1", ["spec": ["l": [["name": "b"]]]])
    #expect(object.content == ["spec": ["l": [["name": "b"]]]])
    #expect(object.owners == ["m1 Apply: .spec .spec.l"])
  }

  @Test func appliedOrderWinsSince124() throws {
    let first: JSONValue = ["spec": ["items": [["key": "a"], ["key": "b"], ["key": "c"]]]]
    let second: JSONValue = ["spec": ["items": [["key": "d"], ["key": "c"], ["key": "a"]]]]
    func order(_ version: KubernetesVersion) throws -> [JSONValue?]? {
      var object = try OwnedObject(custom: widget, version: version)
      try object.apply("m1", first)
      try object.apply("m2", second)
      return object.content.at("spec", "items")?.array?.map { $0["key"] }
    }
    #expect(try order(.recorded) == ["a", "b", "c", "d"])
    #expect(try order(.standard) == ["b", "d", "c", "a"])
  }

  /// structured-merge-diff#253: live items of one name stay until an apply names them.
  @Test func duplicatesInTheLiveList() throws {
    var object = try OwnedObject("Deployment", "apps/v1", version: .standard)
    func containers(_ environment: JSONValue) -> JSONValue {
      ["spec": ["template": ["spec": ["containers": [["name": "c", "env": environment]]]]]]
    }
    let twice: JSONValue = [["name": "A", "value": "1"], ["name": "A", "value": "2"]]
    object.patch("ed", containers(twice))
    let path = ".spec.template.spec.containers[name=\"c\"]"
    #expect(object.owners[0].contains("\(path).env[name=\"A\"]"))
    #expect(!object.owners[0].contains("\(path).env[name=\"A\"].value"))
    try object.apply("m1", containers([["name": "B", "value": "3"]]))
    #expect(
      object.content
        == containers([
          ["name": "A", "value": "1"], ["name": "A", "value": "2"], ["name": "B", "value": "3"],
        ]))
    let error = #expect(throws: ApplyError.self) {
      try object.apply("m1", containers([["name": "A", "value": "4"]]))
    }
    #expect(error?.message.hasSuffix("\(path).env[name=\"A\"]") == true)
    try object.apply("m1", containers([["name": "A", "value": "4"]]), force: true)
    #expect(object.content == containers([["name": "A", "value": "4"]]))
  }

  @Test func elevenUpdatersBecomeTen() throws {
    var map = try OwnedObject("ConfigMap")
    for index in 0..<12 { map.patch("u\(index)", ["data": ["k\(index)": "1"]]) }
    #expect(map.owners.count == 10)
    #expect(map.owners.first == "ancient-changes Update: .data .data.k0 .data.k1 .data.k2")
  }

  @Test func encodedOwnersDecodeToThemselves() throws {
    let text = """
      [{"manager": "m", "operation": "Update", "apiVersion": "v1", "time": "t",
        "fieldsType": "FieldsV1", "fieldsV1": {"f:a": {".": {}, "f:b": {}, "i:3": {}},
        "f:l": {"k:{\\"p\\":80,\\"q\\":\\"TCP\\"}": {".": {}, "f:p": {}}, "v:\\"x\\"": {}}},
        "subresource": "status"}]
      """
    let value = try JSONValue(parsing: text)
    #expect(ManagedFields(decoding: value)?.encoded == value)
    #expect(ManagedFields(decoding: [["operation": "Steal"]]) == nil)
    let bad: JSONValue = [["operation": "Apply", "fieldsV1": ["x:y": [:]]]]
    #expect(ManagedFields(decoding: bad) == nil)
  }

  @Test func writesThatChangeNothingKeepTheTimes() throws {
    var map = try OwnedObject("ConfigMap")
    map.patch("ed", ["data": ["x": "1"]])
    let before = map.object
    map.patch("ed", ["data": ["x": "1"]])
    #expect(map.object == before)
  }

  /// Random configurations of a few managers: laws that hold after every step.
  @Test func lawsOfRandomApplies() throws {
    let seed: UInt64 = 20_261_123
    print("lawsOfRandomApplies: seed \(seed)")
    var random = SeededRandom(seed: seed)
    for round in 0..<300 {
      var object = try OwnedObject(
        custom: widget, version: round.isMultiple(of: 2) ? .recorded : .standard)
      for _ in 0..<6 {
        let manager = ["m1", "m2", "m3"].randomElement(using: &random) ?? ""
        let configuration = Self.configuration(&random)
        if Int.random(in: 0..<4, using: &random) == 0 {
          object.patch(manager, configuration)
          continue
        }
        let result: JSONObject
        do {
          result = try object.apply(manager, configuration)
        } catch {
          #expect(error.code == 409)
          result = try object.apply(manager, configuration, force: true)
        }
        // Applying again changes nothing, and never conflicts.
        #expect(try object.apply(manager, configuration) == result, "\(configuration)")
        // All that was applied is there.
        let live = TypedValue(object.content, object.schema)
        let merged = live.merged(with: TypedValue(configuration, object.schema), object.version)
        #expect(merged.value == live.value, "\(configuration)")
      }
    }
  }

  /// A configuration without empty maps and lists.
  ///
  /// An empty one is not stable in one step upstream either: where the last entry goes the map goes
  /// with it, and the next apply adds the empty map.
  private static func configuration(_ random: inout SeededRandom) -> JSONValue {
    func some<Item>(_ items: [Item], _ random: inout SeededRandom) -> [Item] {
      items.prefix(1) + items.dropFirst().filter { _ in Bool.random(using: &random) }
    }
    var spec = JSONObject()
    for key in some(
      ["size", "tags", "items", "m", "free", "plain"].shuffled(using: &random), &random)
    {
      let number = Int64.random(in: 0..<2, using: &random)
      switch key {
      case "size": spec[key] = .int(number)
      case "tags": spec[key] = .array(some(["x", "y", "z"].shuffled(using: &random), &random))
      case "items":
        spec[key] = .array(
          some(["a", "b", "c"].shuffled(using: &random), &random).map {
            ["key": $0, "val": .string("\(number)")]
          })
      case "m":
        spec[key] = .object(
          JSONObject(
            some(["e", "f"].shuffled(using: &random), &random).map { ($0, .string("\(number)")) }))
      case "free": spec[key] = ["p": .int(number), "q": ["r": 1]]
      default: spec[key] = .array([.string("\(number)")])
      }
    }
    return ["spec": .object(spec)]
  }
}
