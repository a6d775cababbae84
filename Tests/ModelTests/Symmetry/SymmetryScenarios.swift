/// Scenarios with copies of one thing, and variants that tell the copies apart.
enum SymmetryScenarios {
  /// k tasks that each take a lock when it is free and give it back: the lock names its holder.
  static func lock(_ k: Int, interleaving: String = "reconcile") -> String {
    scenario(
      objects: [cell("lock", "{holder: none}")] + (1...k).map { task("t\($0)") },
      steps: """
        - id: take
          when: "list('families.kverify.dev/v1', 'Cell').exists(c, c.spec.holder == 'none')"
          patch:
            target: {apiVersion: families.kverify.dev/v1, kind: Cell, name: lock}
            merge: {spec: {holder: "${object.metadata.name}"}}
          requeueAfter: 5s
        - id: release
          when: "list('families.kverify.dev/v1', 'Cell').exists(c, c.spec.holder == object.metadata.name)"
          patch:
            target: {apiVersion: families.kverify.dev/v1, kind: Cell, name: lock}
            merge: {spec: {holder: none}}
        """,
      properties: [
        "- {name: held, sometimes: \"cells.exists(c, c.spec.holder != 'none')\"}",
        "- {name: free, always: \"cells.all(c, c.spec.holder == 'none')\"}",
        "- {name: mine, always: \"cells.all(c, c.spec.holder != 't1')\"}",
      ], interleaving: interleaving)
  }

  /// k tasks and one shared cell; `third` is added to the metadata of the third task.
  static func tasks(
    _ k: Int, steps: String = count, third: String = "", properties: [String] = [],
    interleaving: String = "reconcile"
  ) -> String {
    scenario(
      objects: [cell("shared", "{value: 0}")]
        + (1...k).map { task("t\($0)", more: $0 == 3 ? third : "") },
      steps: steps, properties: properties, interleaving: interleaving)
  }

  /// A step that adds one to the shared cell.
  static let count = """
    - id: count
      patch:
        target: {apiVersion: families.kverify.dev/v1, kind: Cell, name: shared}
        merge: {spec: {value: "${list('families.kverify.dev/v1', 'Cell')[0].spec.value + 1}"}}
    """

  private static func task(_ name: String, more: String = "") -> String {
    "- {apiVersion: families.kverify.dev/v1, kind: Task, metadata: {name: \(name)\(more)}}"
  }

  private static func cell(_ name: String, _ spec: String) -> String {
    "- {apiVersion: families.kverify.dev/v1, kind: Cell, metadata: {name: \(name)}, spec: \(spec)}"
  }

  private static func definition(_ kind: String) -> String {
    let small = kind.lowercased()
    return """
      - apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: \(small)s.families.kverify.dev}
        spec:
          group: families.kverify.dev
          scope: Namespaced
          names: {kind: \(kind), listKind: \(kind)List, plural: \(small)s, singular: \(small)}
          versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
      """
  }

  /// A scenario whose only controller reconciles tasks.
  static func scenario(
    objects: [String], steps: String, properties: [String] = [],
    interleaving: String = "reconcile"
  ) -> String {
    """
    apiVersion: kverify.dev/v1alpha1
    kind: Scenario
    metadata: {name: copies}
    spec:
      interleaving: \(interleaving)
      objects:
    \(indented([definition("Task"), definition("Cell")] + objects, by: 2))
      controllers: [{name: worker}]
      names:
        cells: {apiVersion: families.kverify.dev/v1, kind: Cell, list: true}
        tasks: {apiVersion: families.kverify.dev/v1, kind: Task, list: true}
        first: {apiVersion: families.kverify.dev/v1, kind: Task, name: t1}
      properties:
      - {name: settles, converges: true}
    \(indented(properties, by: 2))
    ---
    apiVersion: kverify.dev/v1alpha1
    kind: Controller
    metadata: {name: worker}
    spec:
      for: {apiVersion: families.kverify.dev/v1, kind: Task}
      watches: [{apiVersion: families.kverify.dev/v1, kind: Cell, map: "\(map)"}]
      steps:
    \(indented([steps], by: 2))

    """
  }

  /// Every task is woken by a change of the lock, nobody by one of another cell.
  private static let map =
    "object.metadata.name == 'lock' ? list('families.kverify.dev/v1', 'Task').map(t, {'name': t.metadata.name}) : []"

  private static func indented(_ texts: [String], by count: Int) -> String {
    texts.flatMap { $0.split(separator: "\n") }
      .map { String(repeating: " ", count: count) + $0 }.joined(separator: "\n")
  }
}
