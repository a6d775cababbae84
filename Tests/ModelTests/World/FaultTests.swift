import CEL
import POR
import Testing

@testable import Model

/// Faults and budgets: what may go wrong goes wrong in some run, and not more often than it may.
@Suite struct FaultTests {
  private func verdicts(
    _ text: String
  ) throws -> (verdicts: [String: String], result: SearchResult) {
    let world = World(try WorldExploration.definition(text: text))
    let (composition, result, finding) = try WorldExploration.explore(world, audit: 1)
    #expect(finding == nil)
    return (WorldExploration.verdicts(composition, result), result)
  }

  private func scenario(_ faults: String, steps: String, properties: String) -> String {
    """
    apiVersion: kverify.dev/v1alpha1
    kind: Scenario
    metadata: {name: faults}
    spec:
      objects:
      - {apiVersion: v1, kind: ConfigMap, metadata: {name: go}, data: {size: small}}
      controllers:
      - name: one
      names:
        go: {apiVersion: v1, kind: ConfigMap, name: go}
        made: {apiVersion: v1, kind: ServiceAccount, name: made}
        all: {apiVersion: v1, kind: ServiceAccount, list: true}
      events:
      - {name: edit, patch: {target: go, merge: {data: {size: large}}}}
      faults: \(faults)
      properties:
      - {name: settles, converges: true}
    \(properties)
    ---
    apiVersion: kverify.dev/v1alpha1
    kind: Controller
    metadata: {name: one}
    spec:
      for: {apiVersion: v1, kind: ConfigMap, name: go}
      steps:
    \(steps)
    """
  }

  private static let create = """
      - id: make
        when: children.make == null
        create: {apiVersion: v1, kind: ServiceAccount, metadata: {name: made, namespace: default}}
    """

  /// A write whose answer is lost has happened: the retry finds the object.
  @Test func aLostResponseIsAWriteThatHappened() throws {
    let lost = try verdicts(
      scenario(
        "{lostResponse: {times: 1}}", steps: Self.create,
        properties: """
            - {name: no-error, never: {by: one, verb: error}}
            - {name: there, eventually: made != null}
            - {name: never-twice, always: all.size() <= 1}
          """))
    #expect(lost.verdicts["no-error"] == "stepRule")
    #expect(lost.verdicts["there"] == "holds")
    #expect(lost.verdicts["never-twice"] == "holds")
    #expect(lost.verdicts["settles"] == "holds")
    let none = try verdicts(
      scenario(
        "{}", steps: Self.create,
        properties: "  - {name: no-error, never: {by: one, verb: error}}"))
    #expect(none.verdicts["no-error"] == "holds")
    #expect(none.result.states < lost.result.states)
  }

  /// Only a write that names a resourceVersion can meet a conflict, and only once with one in the
  /// budget.
  @Test func aConflictHitsConditionalWritesOnly() throws {
    let update = """
        - id: label
          patch: {target: object, merge: {metadata: {labels: {seen: "yes"}}}}
          preconditions: true
      """
    let rule = "  - {name: no-conflict, never: {by: one, verb: conflict}}"
    let conditional = try verdicts(
      scenario("{conflict: {times: 1}}", steps: update, properties: rule))
    #expect(conditional.verdicts["no-conflict"] == "stepRule")
    #expect(conditional.verdicts["settles"] == "holds")
    let unconditional = try verdicts(
      scenario("{conflict: {times: 1}}", steps: Self.create, properties: rule))
    #expect(unconditional.verdicts["no-conflict"] == "holds")
  }

  /// With whole reconciles as steps a conflict hits the conditional write behind an unconditional one.
  @Test func aConflictFindsItsWriteInAWholeReconcile() throws {
    let steps = """
      \(Self.create)
        - id: label
          patch: {target: object, merge: {metadata: {labels: {seen: "yes"}}}}
          preconditions: true
      """
    let text = scenario(
      "{conflict: {times: 1}}", steps: steps,
      properties: "  - {name: no-conflict, never: {by: one, verb: conflict}}"
    ).replacing("spec:\n  objects:", with: "spec:\n  interleaving: reconcile\n  objects:")
    #expect(try verdicts(text).verdicts["no-conflict"] == "stepRule")
  }

  /// A Pod may fail as often as the kubelet lets it, and is then replaced.
  @Test func podsFailAsOftenAsTheyMay() throws {
    func failed(_ limit: Int) throws -> [String: String] {
      try verdicts(
        """
        apiVersion: kverify.dev/v1alpha1
        kind: Scenario
        metadata: {name: pods}
        spec:
          objects:
          - apiVersion: apps/v1
            kind: ReplicaSet
            metadata: {name: web}
            spec:
              replicas: 1
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: c, image: i}]}
          controllers:
          - builtin: replicaset
          - builtin: kubelet
            with: {fail: "\(limit)"}
          names:
            web: {apiVersion: apps/v1, kind: ReplicaSet, name: web}
            pods: {apiVersion: v1, kind: Pod, list: true}
          properties:
          - {name: settles, converges: true}
          - {name: ready, eventually: "web.?status.?readyReplicas.orValue(0) == 1"}
          - {name: may-fail, sometimes: "pods.exists(p, p.status.phase == 'Failed')"}
          - {name: may-fail-twice, sometimes: "pods.filter(p, p.status.phase == 'Failed').size() == 2"}
        """
      ).verdicts
    }
    let never = try failed(0)
    #expect(never["may-fail"] == "neverReached")
    let once = try failed(1)
    #expect(once["may-fail"] == "holds")
    #expect(once["may-fail-twice"] == "neverReached")
    #expect(once["ready"] == "holds")
    #expect(once["settles"] == "holds")
  }

  /// The garbage collector starts anew after a crash and still deletes what lost its owner.
  @Test func theGarbageCollectorSurvivesACrash() throws {
    let found = try verdicts(
      """
      apiVersion: kverify.dev/v1alpha1
      kind: Scenario
      metadata: {name: orphans}
      spec:
        objects:
        - {apiVersion: v1, kind: ConfigMap, metadata: {name: owner}}
        - apiVersion: v1
          kind: Secret
          metadata:
            name: child
            ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: owner}]
        controllers:
        - builtin: garbagecollector
        names:
          owner: {apiVersion: v1, kind: ConfigMap, name: owner}
          child: {apiVersion: v1, kind: Secret, name: child}
        events:
        - {name: delete-owner, delete: owner}
        faults:
          crash: {controllers: [garbagecollector], times: 1}
        properties:
        - {name: settles, converges: true}
        - {name: no-orphan, settled: "owner != null || child == null"}
        - {name: child-goes, sometimes: child == null}
        - {name: not-too-early, always: "owner == null || child != null"}
      """)
    #expect(
      found.verdicts == [
        "settles": "holds", "no-orphan": "holds", "child-goes": "holds", "not-too-early": "holds",
      ])
  }
}
