import POR
import Testing

@testable import Model

/// Controllers whose caches hold some namespaces only (`namespaces:`).
@Suite struct NamespaceTests {
  private static let cells = """
    - apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: cells.test.kverify.dev}
      spec:
        group: test.kverify.dev
        scope: Namespaced
        names: {kind: Cell, listKind: CellList, plural: cells, singular: cell}
        versions:
        - name: v1
          served: true
          storage: true
          schema:
            openAPIV3Schema:
              type: object
              properties:
                spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
    - {apiVersion: test.kverify.dev/v1, kind: Cell, metadata: {name: x, namespace: a}, spec: {value: 0}}
    - {apiVersion: test.kverify.dev/v1, kind: Cell, metadata: {name: x, namespace: b}, spec: {value: 0}}
    - {apiVersion: test.kverify.dev/v1, kind: Cell, metadata: {name: z, namespace: b}, spec: {value: 0}}
    """

  private static func scenario(
    namespaces: String, value: String, faults: String = "", events: String = "[]",
    properties: String
  ) -> String {
    """
    apiVersion: kverify.dev/v1alpha1
    kind: Scenario
    metadata: {name: namespaces}
    spec:
      objects:
    \(cells.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
      controllers:
      - {name: writer, namespaces: \(namespaces)}
      names:
        a: {apiVersion: test.kverify.dev/v1, kind: Cell, name: x, namespace: a}
        b: {apiVersion: test.kverify.dev/v1, kind: Cell, name: x, namespace: b}
      events: \(events)
      faults: {\(faults)}
      properties:
    \(properties)
    ---
    apiVersion: kverify.dev/v1alpha1
    kind: Controller
    metadata: {name: writer}
    spec:
      for: {apiVersion: test.kverify.dev/v1, kind: Cell}
      steps:
      - id: write
        patch: {target: object, merge: {spec: {value: "${\(value)}"}}}
    """
  }

  private func verdicts(_ text: String) throws -> (verdicts: [String: String], states: Int) {
    let world = World(try WorldExploration.definition(text: text))
    let (composition, result, finding) = try WorldExploration.explore(world, audit: 1)
    #expect(finding == nil)
    return (WorldExploration.verdicts(composition, result), result.states)
  }

  @Test func `only what lies in them is reconciled, and lists go over them`() throws {
    let all = "size(list('test.kverify.dev/v1', 'Cell', '', {}))"
    let properties = """
        - {name: a, settled: a.spec.value == 1 && b.spec.value == 0}
        - {name: b, settled: a.spec.value == 0 && b.spec.value == 2}
        - {name: both, settled: a.spec.value == 3 && b.spec.value == 3}
      """
    for (namespaces, expected) in [("[a]", "a"), ("[b]", "b"), ("[b, a]", "both")] {
      let text = Self.scenario(namespaces: namespaces, value: all, properties: properties)
      let verdicts = try verdicts(text).verdicts
      for name in ["a", "b", "both"] {
        #expect((verdicts[name] == "holds") == (name == expected), "\(namespaces): \(name)")
      }
    }
  }

  /// controller-runtime: "unable to get: %v because of unknown namespace for the cache".
  @Test func `a read elsewhere is an error`() throws {
    let text = Self.scenario(
      namespaces: "[a]", value: "size(list('test.kverify.dev/v1', 'Cell', 'b', {}))",
      properties: "    - {name: settles, converges: true}")
    #expect(try verdicts(text).verdicts["settles"] == "stuck")
  }

  /// Neither an event elsewhere nor a crash makes it look there.
  @Test func `changes elsewhere reach neither its queue nor its lagging cache`() throws {
    let events = "[{name: edit, patch: {target: b, merge: {spec: {value: 7}}}}]"
    for faults in [
      "", "staleReads: {controllers: [writer], lag: 1}", "crash: {controllers: [writer], times: 1}",
    ] {
      func states(_ events: String) throws -> Int {
        let text = Self.scenario(
          namespaces: "[a]", value: "1", faults: faults, events: events,
          properties: "    - {name: untouched, always: b.spec.value != 1}")
        let (verdicts, states) = try verdicts(text)
        #expect(verdicts["untouched"] == "holds")
        return states
      }
      // The event happens, is skipped, or neither yet; nothing else tells the states apart.
      #expect(try states(events) == 3 * states("[]"), "\(faults)")
    }
  }
}
