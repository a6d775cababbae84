import CEL
import POR
import Testing

@testable import Model

/// Each projection has a mutant that leaves out too much; the audit catches every one, and finds
/// nothing without it.
@Suite struct ProjectionMutantTests {
  @Test(arguments: ProjectionMutant.allCases)
  func auditCatches(_ mutant: ProjectionMutant) throws {
    let plain = World(try Self.definition(for: mutant))
    let bySymmetry = [.symmetry, .freshOrder, .unseenOrder].contains(mutant)
    let clean = try WorldExploration.explore(plain, audit: 1, bySymmetry: bySymmetry)
    #expect(clean.composition.usesSymmetry == bySymmetry)
    #expect(clean.finding == nil)
    #expect(clean.result.states > 3)
    let world = World(try Self.definition(for: mutant))
    world.mutants = [mutant]
    let finding = try WorldExploration.explore(world, audit: 1, bySymmetry: bySymmetry).finding
    #expect(finding != nil, "the audit misses \(mutant)")
  }

  private static func definition(for mutant: ProjectionMutant) throws -> WorldDefinition {
    switch mutant {
    case .identity: return try WorldExploration.definition(text: deletion)
    case .ownership: return try WorldExploration.definition(text: applied)
    case .superseded: return try WorldExploration.definition(text: interrupted)
    case .ordinals: return try WorldExploration.definition(text: observed)
    case .symmetry: return try WorldExploration.definition(text: SymmetryScenarios.lock(3))
    case .freshOrder:
      return try WorldExploration.definition(text: FreshScenarios.text(FreshScenarios.Shape()))
    case .unseenOrder:
      var shape = FreshScenarios.Shape()
      shape.namesFirst = true
      // In mode `calls` a reconcile in flight would be found to ask something else.
      shape.interleaving = "reconcile"
      return try WorldExploration.definition(text: FreshScenarios.text(shape))
    case .freshNames: return try WorldExploration.definition(text: passwords)
    case .caches:
      return try WorldExploration.definition(path: "examples/stale-zookeeper/scenario.yaml")
    case .creationRank:
      var definition = try WorldExploration.definition(text: passwords)
      definition.participants.append(Participant(OldestFirst()))
      return definition
    }
  }

  /// A kind with a status of its own.
  private static let foo = """
      - apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: foos.example.com}
        spec:
          group: example.com
          scope: Namespaced
          names: {kind: Foo, listKind: FooList, plural: foos, singular: foo}
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {status: {}}
            schema:
              openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
    """

  private static func scenario(
    _ objects: String, events: String = "[]", controllers: String
  ) -> String {
    """
    apiVersion: kverify.dev/v1alpha1
    kind: Scenario
    metadata: {name: mutant}
    spec:
      objects:
    \(foo)
    \(objects)
      controllers:
      - name: one
      names:
        foo: {apiVersion: example.com/v1, kind: Foo, name: foo}
      events: \(events)
      properties:
      - {name: settles, converges: true}
    ---
    \(controllers)
    """
  }

  private static let one = "  - {apiVersion: example.com/v1, kind: Foo, metadata: {name: foo}}"

  private static func controller(_ steps: String) -> String {
    """
    apiVersion: kverify.dev/v1alpha1
    kind: Controller
    metadata: {name: one}
    spec:
      for: {apiVersion: example.com/v1, kind: Foo}
      steps:
    \(steps)
    """
  }

  private static let deletion = scenario(
    "  - {apiVersion: example.com/v1, kind: Foo, metadata: {name: foo, finalizers: [a/b]}}",
    events: "[{name: gone, delete: foo}]",
    controllers: controller(
      """
        - id: release
          when: has(object.metadata.deletionTimestamp)
          patch: {target: object, merge: {metadata: {finalizers: []}}}
      """))

  private static let applied = scenario(
    one, events: "[{name: drop, patch: {target: foo, merge: {metadata: {labels: {drop: x}}}}}]",
    controllers: controller(
      """
        - id: keep
          apply:
            apiVersion: example.com/v1
            kind: Foo
            metadata: {name: foo, namespace: default}
            data: "${has(object.metadata.labels) ? dyn({}) : dyn({'size': 1})}"
      """))

  private static let interrupted = scenario(
    one, events: "[{name: edit, patch: {target: foo, merge: {spec: {size: 2}}}}]",
    controllers: controller(
      """
        - id: note
          when: children.note == null
          create:
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: note, namespace: default}
        - id: report
          status: {seen: true}
      """))

  private static let observed = scenario(
    one, events: "[{name: edit, patch: {target: foo, merge: {spec: {size: 2}}}}]",
    controllers: controller(
      """
        - id: work
          when: object.metadata.generation != object.?status.?observedGeneration.orValue(0)
          create:
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: "work-${string(has(object.spec))}", namespace: default}
        - id: report
          status: {observedGeneration: "${object.metadata.generation}"}
      """))

  private static let passwords =
    scenario(
      one,
      controllers: controller(
        """
          - id: left
            when: children.left == null
            create:
              apiVersion: v1
              kind: ConfigMap
              metadata: {name: left, namespace: default}
              data: {value: "${fresh()}"}
          - id: right
            when: children.right == null
            create:
              apiVersion: v1
              kind: ConfigMap
              metadata: {name: right, namespace: default}
              data: {value: "${fresh()}"}
        """)
    ).replacing("- name: one\n", with: "- name: one\n  - name: two\n") + "\n---\n"
      + """
      apiVersion: kverify.dev/v1alpha1
      kind: Controller
      metadata: {name: two}
      spec:
        for: {apiVersion: v1, kind: ConfigMap, name: right}
        steps:
        - id: compare
          patch:
            target: {apiVersion: example.com/v1, kind: Foo, name: foo, namespace: default}
            merge: {spec: {same: "${list('v1', 'ConfigMap', 'default').all(c, c.data.value == object.data.value)}"}}
      """
}

/// Deletes the older of two ConfigMaps: a controller that sorts by creation.
private struct OldestFirst: Reconciler {
  let name = "oldest-first"
  let fieldManager = "oldest-first"
  private static let configMap = GroupKind(group: "", kind: "ConfigMap")

  var watches: [WatchRule] { [WatchRule(Self.configMap, .object)] }

  func reconcile(
    _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    let all = try oracle.list(
      ListQuery(apiVersion: "v1", kind: "ConfigMap", namespace: "default"))
    guard all.count == 2 else { return .done }
    let ranked = try all.map {
      (rank: try oracle.creationRank(of: $0), name: $0.at("metadata", "name")?.string ?? "")
    }
    guard let oldest = ranked.min(by: { $0.rank < $1.rank }) else { return .done }
    _ = try oracle.send(
      APIRequest(
        .delete, apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: oldest.name))
    return .done
  }
}
