import CEL
import Model
import Testing

/// The steps of a declarative controller: what they send, in which order, and when they wait.
@Suite struct DeclarativeStepTests {
  static let database = """
    {"apiVersion": "example.com/v1", "kind": "Database",
     "metadata": {"name": "db", "namespace": "default"}, "spec": {"replicas": 2, "names": ["a", "b"]}}
    """

  /// The listing of SCENARIO.md.
  static let listing = """
    for: {apiVersion: example.com/v1, kind: Database}
    owns:
    - {apiVersion: v1, kind: Secret}
    - {apiVersion: apps/v1, kind: StatefulSet}
    steps:
    - id: secret
      when: children.secret == null
      create:
        apiVersion: v1
        kind: Secret
        metadata: {name: "${object.metadata.name}-auth", namespace: "${object.metadata.namespace}"}
        stringData: {password: "${fresh()}"}
    - id: workload
      apply:
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: "${object.metadata.name}"}
        spec: {replicas: "${object.spec.replicas}"}
      readyWhen: children.workload.?status.?readyReplicas.orValue(0) == object.spec.replicas
    - id: service
      apply: {apiVersion: v1, kind: Service, metadata: {name: db}}
    - id: report
      status: {phase: "${ready.workload ? 'Ready' : 'Pending'}"}
    """

  @Test func listingRunsAsDescribed() throws {
    let harness = try DeclarativeHarness(Self.listing)
    try harness.store.put(Self.database)
    #expect(try harness.reconcile() == .done)
    #expect(
      harness.store.calls == [
        "get Database/db", "get Secret/db-auth", "create Secret/db-auth", "apply StatefulSet/db",
        "get StatefulSet/db", "update Database/db/status",
      ])
    let secret = try #require(harness.store["v1", "Secret", "db-auth"])
    #expect(secret.at("stringData", "password") == "fresh-1")
    #expect(
      secret.at("metadata", "ownerReferences") == [
        [
          "apiVersion": "example.com/v1", "kind": "Database", "name": "db", "uid": "uid-db",
          "controller": true, "blockOwnerDeletion": true,
        ]
      ])
    #expect(harness.store["apps/v1", "StatefulSet", "db"]?.at("spec", "replicas") == 2)
    #expect(harness.store["example.com/v1", "Database", "db"]?.at("status", "phase") == "Pending")
    let apply = try #require(harness.store.requests.first { $0.verb == .patch(.apply) })
    #expect(apply.force)
    #expect(apply.fieldManager == "database")
    #expect(apply.namespace == "default")
  }

  @Test func readyStepLetsTheLaterOnesGoOn() throws {
    let harness = try DeclarativeHarness(Self.listing)
    try harness.store.put(Self.database)
    try harness.store.put(
      """
      {"apiVersion": "apps/v1", "kind": "StatefulSet",
       "metadata": {"name": "db", "namespace": "default"}, "status": {"readyReplicas": 2}}
      """)
    _ = try harness.reconcile()
    #expect(harness.store.calls.contains("apply Service/db"))
    #expect(harness.store["example.com/v1", "Database", "db"]?.at("status", "phase") == "Ready")
    // The Service's kind is not under owns.
    #expect(harness.store["v1", "Service", "db"]?.at("metadata", "ownerReferences") == nil)
  }

  @Test func absentObjectIsNoWork() throws {
    let harness = try DeclarativeHarness(Self.listing)
    #expect(try harness.reconcile() == .done)
    #expect(harness.store.calls == ["get Database/db"])
  }

  @Test func pendingDataHoldsBackAllButStatus() throws {
    let harness = try DeclarativeHarness(
      """
      for: {apiVersion: example.com/v1, kind: Database}
      steps:
      - id: first
        apply: {apiVersion: v1, kind: ConfigMap, metadata: {name: first}, data: {a: "${object.status.a}"}}
      - id: second
        apply: {apiVersion: v1, kind: ConfigMap, metadata: {name: second}}
      - id: report
        status: {known: "${object.spec.replicas}", unknown: "${object.status.missing}"}
      requeueAfter: 30s
      """)
    try harness.store.put(Self.database)
    #expect(try harness.reconcile() == .requeueAfter(seconds: 30))
    #expect(harness.store.calls == ["get Database/db", "update Database/db/status"])
    #expect(
      harness.store["example.com/v1", "Database", "db"]?["status"] == ["known": 2])
  }

  @Test func otherEvaluationErrorsFailTheReconcile() throws {
    let harness = try DeclarativeHarness(
      """
      for: {apiVersion: example.com/v1, kind: Database}
      steps:
      - id: bad
        when: object.spec.replicas / 0 == 1
        delete: object
      """)
    try harness.store.put(Self.database)
    #expect(throws: ReconcileError.self) { try harness.reconcile() }
  }

  @Test func forEachIsACartesianProductRenderedFirst() throws {
    let harness = try DeclarativeHarness(
      """
      for: {apiVersion: example.com/v1, kind: Database}
      steps:
      - id: items
        forEach: [{x: object.spec.names}, {y: "[1, 2]"}]
        create:
          apiVersion: v1
          kind: ConfigMap
          metadata: {name: "${x}-${string(y)}"}
          data: {count: "${string(size(children.items))}"}
      """)
    try harness.store.put(Self.database)
    _ = try harness.reconcile()
    #expect(
      harness.store.requests.map { $0.body?.at("metadata", "name")?.string } == [
        "a-1", "a-2", "b-1", "b-2",
      ])
    #expect(harness.store["v1", "ConfigMap", "b-2"]?.at("data", "count") == "0")
    // The children are there now, and creating one again is an error.
    #expect(throws: ReconcileError("step items: create ConfigMap: AlreadyExists", code: 409)) {
      try harness.reconcile()
    }
  }

  @Test func deletionsFindNothingWithoutError() throws {
    let harness = try DeclarativeHarness(
      """
      for: {apiVersion: example.com/v1, kind: Database}
      steps:
      - id: other
        delete: {apiVersion: v1, kind: ConfigMap, name: "${object.metadata.name}-old"}
      - id: kept
        when: "false"
        create: {apiVersion: v1, kind: ConfigMap, metadata: {name: kept}}
      - id: child
        delete: children.kept
      """)
    try harness.store.put(Self.database)
    _ = try harness.reconcile()
    #expect(
      harness.store.calls == [
        "get Database/db", "delete ConfigMap/db-old", "delete ConfigMap/kept",
      ])
  }

  @Test func preconditionsAndVersionsComeFromTheCache() throws {
    let harness = try DeclarativeHarness(
      """
      for: {apiVersion: example.com/v1, kind: Database}
      steps:
      - id: unfinalize
        patch: {target: object, merge: {metadata: {finalizers: []}}}
        preconditions: true
      - id: replace
        update: {apiVersion: v1, kind: ConfigMap, metadata: {name: config}, data: {a: b}}
      - id: remove
        delete: {apiVersion: v1, kind: ConfigMap, name: config}
        preconditions: true
      """)
    try harness.store.put(Self.database)
    try harness.store.put(
      """
      {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "config", "namespace": "default"}}
      """)
    _ = try harness.reconcile()
    let bodies = harness.store.requests.map(\.body)
    #expect(bodies.count == 3)
    #expect(
      bodies[0]?["metadata"] == ["finalizers": [], "uid": "uid-db", "resourceVersion": "1"])
    #expect(bodies[1]?.at("metadata", "resourceVersion") == "2")
    #expect(bodies[2]?["preconditions"] == ["uid": "uid-config", "resourceVersion": "2"])
  }

  @Test func statusMergesAndConflicts() throws {
    let harness = try DeclarativeHarness(
      """
      for: {apiVersion: example.com/v1, kind: Database}
      steps:
      - id: touch
        patch: {target: object, merge: {metadata: {labels: {seen: "yes"}}}}
      - id: report
        status: {phase: Ready}
      requeue: "true"
      """)
    try harness.store.put(Self.database)
    // The patch supersedes what was read: the status is refused.
    #expect(throws: ReconcileError("step report: update Database: Conflict", code: 409)) {
      try harness.reconcile()
    }
    let merging = try DeclarativeHarness(
      """
      for: {apiVersion: example.com/v1, kind: Database}
      steps:
      - id: report
        status: {phase: Ready, nested: {b: 2}}
        requeueAfter: 1m
      requeue: object.spec.replicas == 2
      """)
    try merging.store.put(
      """
      {"apiVersion": "example.com/v1", "kind": "Database",
       "metadata": {"name": "db", "namespace": "default"}, "spec": {"replicas": 2},
       "status": {"phase": "Pending", "nested": {"a": 1}}}
      """)
    #expect(try merging.reconcile() == .requeue)
    #expect(
      merging.store["example.com/v1", "Database", "db"]?["status"]
        == ["phase": "Ready", "nested": ["a": 1, "b": 2]])
  }

  @Test func readsAreLazyAndKeptUntilTheNextWrite() throws {
    let harness = try DeclarativeHarness(
      """
      for: {apiVersion: example.com/v1, kind: Database}
      owns: [{apiVersion: v1, kind: Pod}]
      steps:
      - id: never
        when: object.spec.replicas == 3 && size(list('v1', 'Pod', 'default', {})) == 0
        delete: object
      - id: first
        when: size(owned('v1', 'Pod')) == 0 && size(owned('v1', 'Pod')) < 5
        create: {apiVersion: v1, kind: Pod, metadata: {generateName: db-}}
      - id: second
        when: >-
          size(owned('v1', 'Pod')) == 0 &&
          size(list('v1', 'Pod', 'default', {'b': '2', 'a': '1'})) == 0
        delete: {apiVersion: v1, kind: Pod, name: x}
      """)
    try harness.store.put(Self.database)
    _ = try harness.reconcile()
    #expect(
      harness.store.calls == [
        "get Database/db", "list Pod in default of uid-db", "create Pod/?",
        "list Pod in default of uid-db", "list Pod in default a=1,b=2", "delete Pod/x",
      ])
  }

  @Test func skippedStepHoldsBackWhileItsChildIsNotReady() throws {
    let spec = """
      for: {apiVersion: example.com/v1, kind: Database}
      steps:
      - id: job
        when: children.job == null
        create: {apiVersion: batch/v1, kind: Job, metadata: {name: init}}
        readyWhen: children.job.status.succeeded == 1
      - id: next
        apply: {apiVersion: v1, kind: ConfigMap, metadata: {name: next}}
      """
    let harness = try DeclarativeHarness(spec)
    try harness.store.put(Self.database)
    _ = try harness.reconcile()
    #expect(harness.store["v1", "ConfigMap", "next"] == nil)
    _ = try harness.reconcile()
    #expect(harness.store["v1", "ConfigMap", "next"] == nil)
    try harness.store.put(
      """
      {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "init", "namespace": "default"},
       "status": {"succeeded": 1}}
      """)
    _ = try harness.reconcile()
    #expect(harness.store["v1", "ConfigMap", "next"] != nil)
  }

  @Test func namesThatDependOnPendingDataAreAbsent() throws {
    let harness = try DeclarativeHarness(
      """
      for: {apiVersion: example.com/v1, kind: Database}
      steps:
      - id: late
        when: children.early != null
        create: {apiVersion: v1, kind: ConfigMap, metadata: {name: "${object.status.name}"}}
      - id: early
        when: children.late == null
        create: {apiVersion: v1, kind: ConfigMap, metadata: {name: early}}
      """)
    try harness.store.put(Self.database)
    _ = try harness.reconcile()
    #expect(
      harness.store.calls == [
        "get Database/db", "get ConfigMap/early", "create ConfigMap/early",
      ])
  }

  @Test func symbolsAndVariablesAreInScope() throws {
    let harness = try DeclarativeHarness(
      """
      for: {apiVersion: example.com/v1, kind: Database}
      steps:
      - id: report
        status: {load: "${load}", twice: "${variables.double}"}
      """, symbols: ["load": .int(7)])
    try harness.store.put(Self.database)
    _ = try harness.reconcile()
    #expect(
      harness.store["example.com/v1", "Database", "db"]?["status"] == ["load": 7, "twice": 14])
  }

  @Test func clusterScopedParentsOwnAcrossNamespaces() throws {
    let harness = try DeclarativeHarness(
      """
      for: {apiVersion: example.com/v1, kind: Tenant}
      owns: [{apiVersion: v1, kind: ConfigMap}, {apiVersion: v1, kind: Namespace}]
      steps:
      - id: space
        apply: {apiVersion: v1, kind: Namespace, metadata: {name: acme}}
      - id: config
        apply: {apiVersion: v1, kind: ConfigMap, metadata: {name: config, namespace: acme}}
      - id: alone
        own: false
        force: false
        apply: {apiVersion: v1, kind: ConfigMap, metadata: {name: alone}}
      """)
    try harness.store.put(
      """
      {"apiVersion": "example.com/v1", "kind": "Tenant", "metadata": {"name": "t"}}
      """)
    _ = try harness.reconcile("t", namespace: "")
    let bodies = harness.store.requests.compactMap(\.body)
    #expect(bodies[0].at("metadata", "ownerReferences")?.array?.count == 1)
    #expect(bodies[0].at("metadata", "namespace") == nil)
    #expect(bodies[1].at("metadata", "ownerReferences")?.array?.first?["uid"] == "uid-t")
    #expect(bodies[2].at("metadata", "ownerReferences") == nil)
    #expect(bodies[2].at("metadata", "namespace") == "default")
    #expect(harness.store.requests[2].force == false)
  }
}
