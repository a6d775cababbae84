import CEL
import Testing
import Transitions

@testable import Model

/// What single steps read and write, and where two of them meet.
@Suite struct FootprintTests {
  private static let objects: [String: JSONObject] = ["a": [:], "b": [:]]

  /// Two controllers, each with a request of its own at the start.
  private func pair(
    objects: [String: JSONObject] = [:], interleaving: Scenario.Interleaving = .calls,
    watches: [WatchRule] = [],
    _ a: @escaping @Sendable (any ReconcileOracle) throws -> Void,
    _ b: @escaping @Sendable (any ReconcileOracle) throws -> Void,
    change: (inout WorldDefinition) -> Void = { _ in }
  ) -> ScriptedWorld {
    ScriptedWorld(
      Self.objects.merging(objects) { $1 },
      [
        Scripted("one", for: "a") { _, oracle in
          try a(oracle)
          return .done
        },
        Scripted("two", for: "b", watches: watches) { _, oracle in
          try b(oracle)
          return .done
        },
      ], interleaving: interleaving, change: change)
  }

  @Test func independentControllersDoNotConflict() throws {
    for interleaving in [Scenario.Interleaving.calls, .reconcile] {
      let world = pair(
        interleaving: interleaving,
        { try $0.patch("a", ["data": ["x": "1"]]) }, { try $0.patch("b", ["data": ["x": "1"]]) })
      #expect(try world.meeting("reconcile one a", "reconcile two b") == nil)
    }
  }

  @Test func aGetOfNothingIsARead() throws {
    let world = pair({ _ = try $0.read("x") }, { try $0.create("x") })
    #expect(try world.meeting("reconcile one a", "reconcile two b") == "ConfigMap default/x")
  }

  /// A creation that is refused changes nothing, and is a read of what is there already.
  @Test func aCreationThatIsRefusedReads() throws {
    let world = pair(
      objects: ["x": [:]], { try $0.create("x") }, { try $0.patch("x", ["data": ["k": "v"]]) })
    #expect(try world.meeting("reconcile one a", "reconcile two b") == "ConfigMap default/x")
    let others = pair(objects: ["x": [:]], { try $0.create("x") }, { try $0.create("x") })
    #expect(try others.meeting("reconcile one a", "reconcile two b") == nil)
  }

  /// A write that changes nothing is a read only.
  @Test func writesThatChangeNothingCommute() throws {
    let labels: JSONObject = ["app": "web"]
    let world = pair(
      objects: ["x": labels], { try $0.patch("x", ["metadata": ["labels": ["app": "web"]]]) },
      { try $0.patch("x", ["metadata": ["labels": ["app": "web"]]]) })
    #expect(try world.meeting("reconcile one a", "reconcile two b") == nil)
  }

  /// The read was a step before; the version check of the write is a read of this step.
  @Test func aConditionalWriteReadsTheObject() throws {
    var world = pair(
      objects: ["x": [:]],
      { oracle in
        guard var object = try oracle.read("x") else { return }
        try oracle.create("made")
        object["data"] = ["k": "one"]
        var request = APIRequest(
          .update, apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "x")
        request.body = .object(object)
        _ = try oracle.send(request)
      }, { try $0.patch("x", ["data": ["k": "two"]]) })
    #expect(try world.meeting("reconcile one a", "reconcile two b") == "ConfigMap default/x")
    try world.take("reconcile one a")
    #expect(try world.meeting("reconcile one a", "reconcile two b") == "ConfigMap default/x")
  }

  @Test func aListMeetsWhatItsSelectorMatches() throws {
    @Sendable func list(_ oracle: any ReconcileOracle) throws {
      _ = try oracle.list(
        ListQuery(
          apiVersion: "v1", kind: "ConfigMap", namespace: "default",
          selection: .selectors(label: "app=web", field: "")))
    }
    let matching = "the list of ConfigMaps in default with app=web"
    let made = pair(list, { try $0.create("x", labels: ["app": "web"]) })
    #expect(try made.meeting("reconcile one a", "reconcile two b") == matching)
    let other = pair(list, { try $0.create("x", labels: ["app": "db"]) })
    #expect(try other.meeting("reconcile one a", "reconcile two b") == nil)
    // Changed within the list, and moved out of it: the old version matches.
    for label in ["web", "db"] {
      let changed = pair(
        objects: ["x": ["app": "web"]], list,
        { try $0.patch("x", ["metadata": ["labels": ["app": .string(label), "n": "1"]]]) })
      #expect(try changed.meeting("reconcile one a", "reconcile two b") == matching)
    }
    let outside = pair(
      objects: ["x": ["app": "db"]], list,
      { try $0.patch("x", ["metadata": ["labels": ["n": "1"]]]) })
    #expect(try outside.meeting("reconcile one a", "reconcile two b") == nil)
  }

  /// What the map of a watch reads, the writer of the watched object reads.
  @Test func aMapReadsForTheWriter() throws {
    let map = WatchRule(
      ScriptedWorld.configMap,
      .map { object, reader in
        guard object.at("metadata", "name") == "x" else { return [] }
        let key = ObjectKey(ScriptedWorld.configMap, namespace: "default", name: "m")
        _ = reader.object(key)
        return []
      })
    let world = pair(
      objects: ["x": [:], "m": [:]], watches: [map], { try $0.patch("x", ["data": ["k": "v"]]) },
      { try $0.patch("m", ["data": ["k": "v"]]) })
    #expect(try world.meeting("reconcile one a", "reconcile two b") == "ConfigMap default/m")
  }

  /// A reconcile clears its request; who wakes it sets the request.
  @Test func wakingARequestMeetsItsReconcile() throws {
    let world = pair({ _ = try $0.read("a") }, { try $0.patch("a", ["data": ["k": "v"]]) })
    let meeting = try world.meeting("reconcile one a", "reconcile two b")
    #expect(["ConfigMap default/a", "the queue of one default/a"].contains(meeting))
    let blind = pair({ _ in }, { try $0.patch("a", ["data": ["k": "v"]]) })
    #expect(
      try blind.meeting("reconcile one a", "reconcile two b") == "the queue of one default/a")
  }

  @Test func aCrashMeetsAllOfItsController() throws {
    let world = pair(
      { _ in }, { try $0.patch("a", ["data": ["k": "v"]]) },
      change: { definition in
        for index in definition.participants.indices {
          definition.participants[index].budgets = [.crash: 1]
        }
      })
    #expect(try world.meeting("crash one a after 0 writes", "reconcile one a") != nil)
    // It may queue, and drops, what the other one queues.
    #expect(try world.meeting("crash one a after 0 writes", "reconcile two b") != nil)
    #expect(try world.meeting("crash one a after 0 writes", "crash two b after 0 writes") == nil)
  }

  @Test func aDeliveryMeetsWhoAppends() throws {
    var world = pair(
      { try $0.patch("a", ["data": ["k": "v"]]) }, { try $0.patch("x", ["data": ["k": "v"]]) },
      change: { $0.participants[0].lag = 2 })
    try world.take("reconcile one a")
    #expect(try world.steps().keys.contains("deliver ConfigMap to one"))
    // There is no x: nothing is written.
    #expect(try world.meeting("deliver ConfigMap to one", "reconcile two b") == nil)
    var other = pair(
      objects: ["x": [:]], { try $0.patch("a", ["data": ["k": "v"]]) },
      { try $0.patch("x", ["data": ["k": "v"]]) }, change: { $0.participants[0].lag = 2 })
    try other.take("reconcile one a")
    #expect(
      try other.meeting("deliver ConfigMap to one", "reconcile two b")
        == "what the cache of one has not seen of ConfigMaps")
  }

  @Test func anEventMeetsItsSkip() throws {
    let world = pair(
      { _ = try $0.read("x") }, { _ in },
      change: { definition in
        definition.events = [
          WorldEvent(name: "edit") { _ in
            var request = APIRequest(
              .create, apiVersion: "v1", kind: "ConfigMap", namespace: "default")
            request.body = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "x"]]
            return request
          }
        ]
      })
    #expect(try world.meeting("event edit", "skip edit") == "the event edit")
    #expect(try world.meeting("event edit", "reconcile one a") == "ConfigMap default/x")
    #expect(try world.meeting("skip edit", "reconcile one a") == nil)
    let steps = try world.steps()
    #expect(steps["skip edit"]?.successor.flags == .givesUp)
    #expect(steps["event edit"]?.successor.flags.contains(.givesUp) == false)
  }

  @Test func timersWaitForIdleness() throws {
    var world = ScriptedWorld(
      Self.objects,
      [
        Scripted("one", for: "a") { _, _ in .requeue }, Scripted("two", for: "b") { _, _ in .done },
      ])
    let composition = world.composition
    let timer = try #require(composition.actionIDs[.timer(worker: 0)])
    let table = try #require(composition.footprints)
    func isWaiting(for step: String) throws -> Bool {
      let condition = world.state.withUnsafeBufferPointer {
        composition.enabling(of: composition.actionClass(of: timer), at: $0)
      }
      guard case .idle(let reads) = condition else { return false }
      let taken = try #require(try world.steps()[step]).successor.footprint
      return table.disturbs(taken, readsOf: reads)
    }
    #expect(try isWaiting(for: "reconcile one a"))
    #expect(try !isWaiting(for: "reconcile two b"))
    try world.take("reconcile one a")
    #expect(try isWaiting(for: "reconcile two b"))
    try world.take("reconcile two b")
    #expect(try world.steps()["timer one a"]?.successor.flags == [.fair, .waitsForIdle])
  }

  /// Names that mention a fresh value are one name, whatever its number.
  @Test func numbersOfFreshValuesAreErased() throws {
    let child = Scripted("child", for: "none") { _, _ in .done }
    let maker = Scripted("maker", for: "a") { _, oracle in
      try oracle.create("b-", generated: true)
      try oracle.create("b-", generated: true)
      return .done
    }
    var children = child
    children.watches = [
      WatchRule(ScriptedWorld.configMap, .object) { _, after in
        after?.at("metadata", "name")?.string?.hasPrefix("b-") ?? false
      }
    ]
    var world = ScriptedWorld(["a": [:]], [maker, children], interleaving: .reconcile)
    try world.take("reconcile maker a")
    let steps = try world.steps()
    #expect(steps.keys.sorted() == ["reconcile child b-~1", "reconcile child b-~2"])
    let classes = Set(steps.values.map { world.composition.actionClass(of: $0.successor.action) })
    #expect(classes.count == 1)
    let named = try #require(classes.first)
    #expect(world.composition.isCollective(actionClass: named))
    #expect(world.composition.describe(actionClass: named) == "reconcile child b-~*")
  }

  /// What real code names by different values of one run is told apart; what is made after a crash, too.
  @Test func valuesOfOneRunOfAProcessAreTold() throws {
    var maker = Scripted("maker", for: "a") { _, oracle in
      try oracle.create("b-" + oracle.freshValue())
      try oracle.create("b-" + oracle.freshValue())
      return .done
    }
    maker.runsElsewhere = true
    var children = Scripted("child", for: "none") { _, _ in .done }
    children.watches = [
      WatchRule(ScriptedWorld.configMap, .object) { _, after in
        after?.at("metadata", "name")?.string?.hasPrefix("b-") ?? false
      }
    ]
    var world = ScriptedWorld(["a": [:]], [maker, children], interleaving: .reconcile) {
      $0.participants[0].budgets[.crash] = 1
    }
    try world.take("crash maker a after 1 writes")
    try world.take("reconcile maker a")
    let steps = try world.steps().filter { $0.key.hasPrefix("reconcile child") }
    #expect(
      steps.keys.sorted() == [
        "reconcile child b-~1", "reconcile child b-~1'", "reconcile child b-~2'",
      ])
    let classes = Set(steps.values.map { world.composition.actionClass(of: $0.successor.action) })
    #expect(classes.count == 3)
    #expect(try world.meeting("reconcile child b-~1", "reconcile child b-~1'") == nil)
  }

  /// A property of a field is not concerned by other fields, a list not by those of its objects.
  @Test func propertiesReadFields() throws {
    let text = """
      apiVersion: kverify.dev/v1alpha1
      kind: Scenario
      metadata: {name: fields}
      spec:
        objects:
        - {apiVersion: v1, kind: ConfigMap, metadata: {name: x, labels: {app: web}}, data: {a: "1"}}
        controllers: [{name: other-field}, {name: field}, {name: gone}, {name: relabel}]
        names:
          x: {apiVersion: v1, kind: ConfigMap, name: x}
          webs: {apiVersion: v1, kind: ConfigMap, list: true, labels: {app: web}}
        properties:
        - {name: of-a-field, always: "x == null || x.data.a != '3'"}
        - {name: of-a-list, always: "webs.all(c, c.data.a != '3')"}
        - {name: of-a-count, always: "webs.filter(c, c.data.a != '3').size() < 3"}
        - {name: of-being, always: "x != null || true"}
      \(controller("other-field", "patch: {target: X, merge: {data: {b: '2'}}}"))
      \(controller("field", "patch: {target: X, merge: {data: {a: '2'}}}"))
      \(controller("gone", "delete: X"))
      \(controller("relabel", "patch: {target: X, merge: {metadata: {labels: {app: db}}}}"))
      """
    let world = World(try WorldExploration.definition(text: text))
    let composition = Composition(world, component: Partition.merge(Partition.finest(world)))
    let table = try #require(composition.footprints)
    let steps = try CommutationOracle(composition, seed: 0).successors(of: composition.initialState)
    var seen: [String: [Bool]] = [:]
    for step in steps {
      seen[composition.describe(action: step.successor.action)] = (0..<4).map { predicate in
        let reads = composition.initialState.withUnsafeBufferPointer {
          composition.reads(ofPredicate: predicate, at: $0)
        }
        return table.disturbs(step.successor.footprint, readsOf: reads)
      }
    }
    #expect(
      seen == [
        "reconcile other-field x": [false, false, false, false],
        "reconcile field x": [true, true, true, false],
        "reconcile gone x": [true, true, true, true],
        "reconcile relabel x": [false, true, true, false],
      ])
  }

  private func controller(_ name: String, _ step: String) -> String {
    let target = "{apiVersion: v1, kind: ConfigMap, name: x, namespace: default}"
    return """
      ---
      apiVersion: kverify.dev/v1alpha1
      kind: Controller
      metadata: {name: \(name)}
      spec:
        for: {apiVersion: v1, kind: ConfigMap, name: x}
        steps:
        - id: step
          \(step.replacing("X", with: target))
      """
  }

  /// A predicate reads what it reads, whatever its value.
  @Test func predicatesHaveReads() throws {
    let key = ObjectKey(ScriptedWorld.configMap, namespace: "default", name: "x")
    let world = pair(
      { try $0.create("x") }, { try $0.patch("b", ["data": ["k": "v"]]) },
      change: {
        $0.properties = [
          WorldProperty(name: "no-x", .always { reader in reader.object(key) == nil })
        ]
      })
    let table = try #require(world.composition.footprints)
    let reads = world.state.withUnsafeBufferPointer {
      world.composition.reads(ofPredicate: 0, at: $0)
    }
    let steps = try world.steps()
    let one = try #require(steps["reconcile one a"]).successor.footprint
    let two = try #require(steps["reconcile two b"]).successor.footprint
    #expect(table.disturbs(one, readsOf: reads))
    #expect(!table.disturbs(two, readsOf: reads))
  }
}
