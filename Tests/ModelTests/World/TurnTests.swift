import CEL
import POR
import Testing

@testable import Model

/// Controllers whose memory belongs to all their requests work on one at a time.
struct TurnTests {
  private static let ready = WatchRule(ScriptedWorld.configMap, .object) { before, after in
    ["a", "b"].contains((after ?? before)?.at("metadata", "name")?.string ?? "")
  }

  /// Writes how many reconciles there were before it into its object, and then remembers one more.
  private static func counter() -> Scripted {
    var counter = Scripted("counter", for: "a", watches: [ready]) { request, oracle in
      if try oracle.read(request.name)?.at("data", "number") != nil { return .done }
      let life = try oracle.recall("life")?["life"]?.int ?? 0
      try oracle.create("\(request.name)-is-seen")
      try oracle.patch(request.name, ["data": ["number": .string("\(life)")]])
      try oracle.remember("life", ["life": .int(life + 1)])
      return .done
    }
    counter.sharesMemory = true
    return counter
  }

  private static func numbers(_ view: any MappingReader) -> [String] {
    ["a", "b"].map { name in
      let key = ObjectKey(ScriptedWorld.configMap, namespace: "default", name: name)
      return view.object(key)?.at("data", "number")?.string ?? "-"
    }
  }

  @Test func `while one is in flight no other one begins`() throws {
    var world = ScriptedWorld(["a": [:], "b": [:]], [Self.counter()]) {
      $0.participants[0].budgets[.crash] = 1
    }
    #expect(try world.steps().keys.filter { $0.hasPrefix("reconcile") }.count == 2)
    #expect(
      try world.meeting("reconcile counter a", "reconcile counter b") != nil)
    try world.take("reconcile counter a")
    #expect(
      try world.steps().keys.sorted() == [
        "crash counter a after 0 writes", "crash counter a after 1 writes", "reconcile counter a",
      ])
    try world.take("reconcile counter a")
    #expect(try world.steps().keys.contains("reconcile counter b"))
    // A crash ends the turn too, and what was remembered is gone.
    try world.take("reconcile counter b")
    try world.take("crash counter b after 0 writes")
    try world.take("reconcile counter b")
    try world.take("reconcile counter b")
    let state = world.state
    let number = state.withUnsafeBufferPointer { words in
      let context = StepContext(world.composition, state: words, choices: [])
      return Self.numbers(StateView(context, .before))
    }
    #expect(number == ["0", "0"])
  }

  @Test(arguments: [Reduction.none, .auto])
  func `nobody forgets what another one remembers`(reduction: Reduction) throws {
    var definition = ScriptedWorld(["a": [:], "b": [:]], [Self.counter()]).composition.world
      .definition
    definition.properties = [
      WorldProperty(
        name: "both-counted", .settled { view in Set(Self.numbers(view)) == ["0", "1"] }),
      WorldProperty(name: "settles", .converges(allowErrors: false)),
    ]
    let world = World(definition)
    let composition = Composition(world, component: Partition.merge(Partition.finest(world)))
    var options = SearchOptions()
    options.reduction = reduction
    let result = try Search(options: options).run(composition)
    #expect(result.settled > 0)
    #expect(
      WorldExploration.verdicts(composition, result) == [
        "both-counted": "holds", "settles": "holds",
      ])
  }

  /// A resourceVersion that is remembered may or may not be current: nobody can tell.
  @Test func `a remembered resourceVersion is refused`() throws {
    var keeper = Scripted("keeper", for: "a") { request, oracle in
      let memory = try oracle.recall("life")
      let object = try oracle.read("a")
      let version = memory?["version"]?.string ?? object?.resourceVersion ?? ""
      var update = APIRequest(
        .update, apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "a")
      var body = object ?? [:]
      body.set(.string(version), at: "metadata", "resourceVersion")
      body["data"] = ["by": .string("\(memory?["life"]?.int ?? 0)")]
      update.body = .object(body)
      _ = try oracle.send(update)
      try oracle.remember("life", ["life": 1, "version": .string(version)])
      return .requeue
    }
    keeper.sharesMemory = true
    let world = ScriptedWorld(["a": [:]], [keeper])
    #expect(throws: RememberedVersion.self) { try Search().run(world.composition) }
  }
}
