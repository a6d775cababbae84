@testable import POR

/// Scenarios in which a parent makes children with generated names.
enum FreshScenarios {
  /// What a world is made of.
  struct Shape {
    /// How many children there are in the end.
    var children = 3
    var interleaving = "calls"
    /// How many phases a child goes through by itself.
    var phases = 2
    /// A child's last step needs a lock that names its holder.
    var locks = false
    /// The parent notes the name of the first child of its list: an order that is seen.
    var namesFirst = false
    /// The parent notes how many children are done.
    var counts = true
    /// A done child makes an object that is named after it.
    var leavesNote = false
    /// The parent's cache lags.
    var lag = false
    /// A crash of the children's controller.
    var crashes = false
    /// Whether a property may tell the order.
    var asksForFirst = false

    init() {}

    /// A random one.
    init(seed: UInt64) {
      var random = SplitMix64(seed: seed ^ 0xF4E5)
      func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
      children = chance(60) ? 2 : 3
      interleaving = chance(50) ? "calls" : "reconcile"
      phases = chance(50) ? 1 : 2
      locks = chance(30)
      namesFirst = chance(20)
      counts = chance(60)
      leavesNote = chance(30)
      lag = chance(20)
      crashes = chance(20)
      asksForFirst = chance(30)
    }
  }

  static func text(_ shape: Shape) -> String {
    let api = "apiVersion: fresh.kverify.dev/v1"
    let kinds = ["Parent", "Child", "Note", "Lock"].map(definition).joined(separator: "\n")
    var parent: [String] = []
    if shape.counts {
      parent.append(
        """
          - id: count
            status: {done: "${size(owned('fresh.kverify.dev/v1', 'Child').filter(c, c.spec.phase == \(shape.phases)))}"}
        """)
    }
    if shape.namesFirst {
      parent.append(
        """
          - id: first
            when: size(owned('fresh.kverify.dev/v1', 'Child')) > 1
            status: {first: "${owned('fresh.kverify.dev/v1', 'Child')[0].metadata.name}"}
        """)
    }
    parent.append(
      """
        - id: make
          when: size(owned('fresh.kverify.dev/v1', 'Child')) < \(shape.children)
          create:
            \(api)
            kind: Child
            metadata: {generateName: child-, namespace: default}
            spec: {phase: 0}
      """)
    var child: [String] = []
    if shape.locks {
      child.append(
        """
          - id: lock
            when: object.spec.phase == \(shape.phases - 1) && list('fresh.kverify.dev/v1', 'Lock').exists(l, l.spec.holder == 'nobody')
            patch:
              target: {\(api), kind: Lock, name: lock}
              merge: {spec: {holder: "${object.metadata.name}"}}
        """)
    }
    child.append(
      """
        - id: advance
          when: object.spec.phase < \(shape.phases)
          patch: {target: object, merge: {spec: {phase: "${object.spec.phase + 1}"}}}
      """)
    if shape.leavesNote {
      child.append(
        """
          - id: note
            when: object.spec.phase == \(shape.phases) && children.note == null
            create:
              \(api)
              kind: Note
              metadata: {name: "note-${object.metadata.name}", namespace: default}
              spec: {about: "${object.metadata.name}"}
        """)
    }
    let faults = [
      shape.crashes ? "crash: {controllers: [children], times: 1}" : nil,
      shape.lag ? "staleReads: {controllers: [parents], lag: 1}" : nil,
    ].compactMap(\.self).joined(separator: ", ")
    let first =
      shape.asksForFirst
      ? "- {name: first, always: \"size(kids) == 0 || kids[0].spec.phase >= kids[size(kids) - 1].spec.phase\"}"
      : ""
    return """
      apiVersion: kverify.dev/v1alpha1
      kind: Scenario
      metadata: {name: fresh}
      spec:
        interleaving: \(shape.interleaving)
        objects:
      \(kinds)
        - {\(api), kind: Parent, metadata: {name: boss}, spec: {}}
        - {\(api), kind: Lock, metadata: {name: lock}, spec: {holder: nobody}}
        controllers:
        - {name: parents}
        - {name: children}
        names:
          boss: {\(api), kind: Parent, name: boss}
          kids: {\(api), kind: Child, list: true}
        faults: {\(faults)}
        properties:
        - {name: settles, converges: true}
        - {name: one-end, confluent: {}}
        - {name: all, eventually: "size(kids) == \(shape.children) && kids.all(k, k.spec.phase == \(shape.phases))"}
        - {name: few, always: "size(kids) <= \(shape.children)"}
        - {name: ahead, sometimes: "kids.exists(k, k.spec.phase == \(shape.phases)) && kids.exists(k, k.spec.phase == 0)"}
        \(first)
      ---
      apiVersion: kverify.dev/v1alpha1
      kind: Controller
      metadata: {name: parents}
      spec:
        for: {\(api), kind: Parent}
        owns: [{\(api), kind: Child}]
        steps:
      \(indented(parent))
      ---
      apiVersion: kverify.dev/v1alpha1
      kind: Controller
      metadata: {name: children}
      spec:
        for: {\(api), kind: Child}
        steps:
      \(indented(child))
      """
  }

  private static func indented(_ steps: [String]) -> String {
    steps.flatMap { step in
      let lines = step.split(separator: "\n", omittingEmptySubsequences: false)
      let margin = lines.first.map { $0.prefix { $0 == " " }.count } ?? 0
      return lines.map { "  " + $0.dropFirst(margin) }
    }.joined(separator: "\n")
  }

  private static func definition(_ kind: String) -> String {
    let small = kind.lowercased()
    return """
        - apiVersion: apiextensions.k8s.io/v1
          kind: CustomResourceDefinition
          metadata: {name: \(small)s.fresh.kverify.dev}
          spec:
            group: fresh.kverify.dev
            scope: Namespaced
            names: {kind: \(kind), listKind: \(kind)List, plural: \(small)s, singular: \(small)}
            versions:
            - name: v1
              served: true
              storage: true
              subresources: {status: {}}
              schema:
                openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
      """
  }
}
