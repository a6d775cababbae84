import CEL
import Testing
import Transitions

@testable import Model

/// A controller whose program is a closure.
struct Scripted: Reconciler {
  let name: String
  var watches: [WatchRule]
  var sharesMemory = false
  var runsElsewhere = false
  let program: @Sendable (ReconcileRequest, any ReconcileOracle) throws -> ReconcileResult

  var fieldManager: String { name }

  /// A controller of ConfigMaps with a name.
  init(
    _ name: String, for object: String, watches: [WatchRule] = [],
    _ program: @escaping @Sendable (ReconcileRequest, any ReconcileOracle) throws -> ReconcileResult
  ) {
    self.name = name
    self.watches =
      [
        WatchRule(ScriptedWorld.configMap, .object) { before, after in
          (after ?? before)?.at("metadata", "name")?.string == object
        }
      ] + watches
    self.program = program
  }

  func reconcile(_ request: ReconcileRequest, oracle: any ReconcileOracle) throws
    -> ReconcileResult
  { try program(request, oracle) }
}

/// A small world of ConfigMaps and scripted controllers, and the steps of one of its states.
struct ScriptedWorld {
  static let configMap = GroupKind(group: "", kind: "ConfigMap")
  static let secret = GroupKind(group: "", kind: "Secret")

  let composition: Composition
  var state: [UInt32]

  /// A world with these ConfigMaps, by name with their labels.
  init(
    _ objects: [String: JSONObject] = [:], _ controllers: [Scripted],
    interleaving: Scenario.Interleaving = .calls, time: Scenario.TimeMode = .fair,
    change: (inout WorldDefinition) -> Void = { _ in }
  ) {
    var stored = [
      Self.object("Namespace", namespace: "", "default", [:])
    ]
    stored += objects.sorted { $0.key < $1.key }.map {
      Self.object("ConfigMap", namespace: "default", $0.key, $0.value)
    }
    var definition = WorldDefinition(
      objects: stored, participants: controllers.map { Participant($0) },
      resources: ResourceRegistry.builtIn(.standard), kubernetesVersion: .standard)
    definition.interleaving = interleaving
    definition.time = time
    change(&definition)
    let world = World(definition)
    composition = Composition(world, component: Partition.merge(Partition.finest(world)))
    state = composition.initialState
  }

  private static func object(
    _ kind: String, namespace: String, _ name: String, _ labels: JSONObject
  ) -> (key: ObjectKey, object: JSONObject) {
    var metadata: JSONObject = [
      "name": .string(name), "uid": .string("u-\(kind)-\(name)"), "labels": .object(labels),
    ]
    if !namespace.isEmpty { metadata["namespace"] = .string(namespace) }
    return (
      ObjectKey(GroupKind(group: "", kind: kind), namespace: namespace, name: name),
      ["apiVersion": "v1", "kind": .string(kind), "metadata": .object(metadata)]
    )
  }

  /// The enabled steps by their names.
  func steps() throws -> [String: CommutationOracle.Step] {
    let oracle = try CommutationOracle(composition, seed: 0)
    var steps: [String: CommutationOracle.Step] = [:]
    for step in try oracle.successors(of: state) {
      steps[composition.describe(action: step.successor.action)] = step
    }
    return steps
  }

  /// Takes an enabled step.
  mutating func take(_ name: String) throws {
    let steps = try steps()
    state = try #require(steps[name], "\(steps.keys.sorted())").target
  }

  /// What two enabled steps meet in; nil where they do not conflict.
  func meeting(_ left: String, _ right: String) throws -> String? {
    let steps = try steps()
    let table = try #require(composition.footprints)
    let one = try #require(steps[left], "\(steps.keys.sorted())").successor.footprint
    let other = try #require(steps[right], "\(steps.keys.sorted())").successor.footprint
    let meeting = table.meeting(one, other)
    #expect((meeting != nil) == table.conflict(one, other))
    return meeting.map { composition.describe($0) }
  }
}

extension ReconcileOracle {
  /// Creates a ConfigMap.
  func create(_ name: String, labels: JSONObject = [:], generated: Bool = false) throws {
    var metadata: JSONObject = ["labels": .object(labels)]
    metadata[generated ? "generateName" : "name"] = .string(name)
    var request = APIRequest(.create, apiVersion: "v1", kind: "ConfigMap", namespace: "default")
    request.body = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": .object(metadata)]
    _ = try send(request)
  }

  /// Merges something into a ConfigMap.
  func patch(_ name: String, _ body: JSONValue) throws {
    var request = APIRequest(
      .patch(.merge), apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: name)
    request.body = body
    _ = try send(request)
  }

  /// Reads a ConfigMap.
  func read(_ name: String) throws -> JSONObject? {
    try get("v1", "ConfigMap", namespace: "default", name: name)
  }
}
