import CEL
import Foundation
import Testing

@testable import Model

/// One plain run of every example on the API server in process: requests in their order, no faults.
///
/// It finds what the API server refuses in an example, long before a search does; a search is what
/// tells the examples' verdicts.
@Suite struct ExampleRunTests {
  /// The scenarios whose controllers fight in every run.
  static let fights: Set<String> = [
    "hpa-gitops-fight", "hpa-gitops-fight-any-load", "status-writers",
    "two-certificates-one-secret", "owner-lost",
  ]

  /// Those whose objects hold symbols have no objects before values are chosen.
  static let symbolic = [
    "examples/two-autoscalers/", "examples/drain-against-budget/",
    "examples/rolling-update-keeps-available/", "examples/policy-with-a-hole/",
    "examples/policy-with-a-hole-fixed/", "examples/tenants-collide/",
    "examples/tenants-collide-fixed/", "examples/deployment-keeps-available/",
  ]

  static let examples = ExampleLoadTests.modelled.filter { path in
    !path.hasPrefix("Tests/Families") && !symbolic.contains { path.hasPrefix($0) }
  }

  @Test(arguments: examples)
  func runs(_ path: String) throws {
    let loader = ScenarioLoader(provider: FolderSources(root: ExampleLoadTests.root))
    let scenario = try #require(loader.load([path]).scenarios.first)
    let cluster = TestCluster()
    try seed(scenario, cluster)
    cluster.start(try controllers(scenario))
    let settles = cluster.settle(limit: 300)
    #expect(settles == !Self.fights.contains(scenario.name), "\(cluster.log.suffix(8))")
    #expect(cluster.failures == [])
    guard settles else { return }
    for event in scenario.events {
      try fire(event, scenario, cluster)
      #expect(cluster.settle(limit: 300), "\(event.name): \(cluster.log.suffix(8))")
      #expect(cluster.failures == [], "\(event.name)")
    }
  }

  private func seed(_ scenario: Scenario, _ cluster: TestCluster) throws {
    let definitions = scenario.objects.filter { $0.kind == "CustomResourceDefinition" }
    let others = scenario.objects.filter { $0.kind != "CustomResourceDefinition" }
    for object in definitions + others {
      var body = try #require(object.literal)
      let isNamespaced =
        scenario.kinds[GroupKind(apiVersion: object.apiVersion, kind: object.kind)]?.isNamespaced
        ?? true
      let namespace = isNamespaced ? (body.namespace.isEmpty ? "default" : body.namespace) : ""
      if isNamespaced {
        body.set(.string(namespace), at: "metadata", "namespace")
        ensure(namespace, cluster)
      }
      let answer = cluster.send(
        APIRequest(
          .create, apiVersion: object.apiVersion, kind: object.kind, namespace: namespace,
          body: .object(body), fieldManager: "kubectl"))
      #expect(answer.isSuccess, "\(answer.body.text)")
    }
    for namespace in scenario.names.compactMap(\.key?.namespace) where !namespace.isEmpty {
      ensure(namespace, cluster)
    }
  }

  private func ensure(_ namespace: String, _ cluster: TestCluster) {
    cluster.send(
      APIRequest(
        .create, apiVersion: "v1", kind: "Namespace",
        body: [
          "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(namespace)],
        ]))
  }

  private func controllers(_ scenario: Scenario) throws -> [any Reconciler] {
    let symbols = scenario.symbols.reduce(into: [String: Value]()) { values, symbol in
      values[symbol.name] = Value(symbol.someValue)
    }
    let inputs = ControllerInputs(symbols: symbols, variables: scenario.variables)
    let kinds = scenario.kinds
    return try scenario.controllers.map { declaration in
      switch declaration.source {
      case .declarative(let controller):
        return DeclarativeReconciler(controller, kinds: kinds, inputs: inputs)
      case .builtin(let name, let with):
        var options = BuiltinOptions(isNamespaced: { kinds[$0]?.isNamespaced ?? true })
        for option in with {
          options.values[option.name] = { _, oracle in
            try option.expression.program.evaluate(
              LiveNames(names: scenario.names, inputs: inputs, oracle: oracle)
            ).json()
          }
        }
        return try BuiltinControllers.make(name, with: options, kinds: composed(scenario))
      case .process, .metacontroller: throw ReconcileError("no process runs here")
      }
    }
  }

  /// The kinds of the objects and of what the controllers make.
  private func composed(_ scenario: Scenario) -> [GroupKind] {
    var kinds = Set(scenario.objects.map { GroupKind(apiVersion: $0.apiVersion, kind: $0.kind) })
    kinds.formUnion(scenario.names.map(\.groupKind))
    for declaration in scenario.controllers {
      if case .builtin(let name, _) = declaration.source {
        kinds.formUnion(BuiltinControllers.documentation(name)?.creates ?? [])
      }
    }
    return kinds.sorted()
  }

  private func fire(
    _ event: EventDeclaration, _ scenario: Scenario, _ cluster: TestCluster
  ) throws {
    let request: APIRequest
    switch event.action {
    case .patch(let target, let merge):
      request = APIRequest(
        .patch(.merge), apiVersion: target.apiVersion, kind: target.kind,
        namespace: target.key.namespace, name: target.key.name, body: merge.literal)
    case .delete(let target, _):
      request = APIRequest(
        .delete, apiVersion: target.apiVersion, kind: target.kind,
        namespace: target.key.namespace, name: target.key.name)
    case .create(let template):
      let body = try #require(template.literal)
      request = APIRequest(
        .create, apiVersion: body["apiVersion"]?.string ?? "", kind: body["kind"]?.string ?? "",
        namespace: "default", body: body)
    default: return
    }
    let answer = cluster.send(request)
    #expect(answer.isSuccess || event.name == "shrink", "\(event.name): \(answer.body.text)")
  }
}

/// The names of a scenario as an oracle's cache has them.
private struct LiveNames: Activation {
  let names: [NameBinding]
  let inputs: ControllerInputs
  let oracle: any ReconcileOracle

  func value(of name: String) throws -> Value? {
    guard let binding = names.first(where: { $0.name == name }), let key = binding.key else {
      return inputs.value(of: name)
    }
    let object = try oracle.get(
      binding.apiVersion, binding.kind, namespace: key.namespace, name: key.name)
    return object.map { .map(MapValue($0)) } ?? .null
  }
}
