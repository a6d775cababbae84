/// A scenario of k controllers, each of which writes an object of its own once and is not woken by it.
enum IndependentControllers {
  private static func definition(_ kind: String) -> String {
    """
      - apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: \(kind.lowercased())s.bench.kverify.dev}
        spec:
          group: bench.kverify.dev
          scope: Namespaced
          names: {kind: \(kind), listKind: \(kind)List, plural: \(kind.lowercased())s, singular: \(kind.lowercased())}
          versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec: {type: object, x-kubernetes-preserve-unknown-fields: true}

    """
  }

  /// The scenario's document and those of its controllers.
  static func scenario(_ count: Int) -> String {
    var text = """
      apiVersion: kverify.dev/v1alpha1
      kind: Scenario
      metadata: {name: independent}
      spec:
        interleaving: reconcile
        objects:

      """
    text += definition("Task") + definition("Cell")
    for number in 1...count {
      for kind in ["Task", "Cell"] {
        text +=
          "  - {apiVersion: bench.kverify.dev/v1, kind: \(kind), metadata: {name: n\(number)}, "
          + "spec: {value: 0}}\n"
      }
    }
    text += "  controllers:\n"
    for number in 1...count { text += "  - {name: c\(number)}\n" }
    text += "  properties:\n  - {name: settles, converges: true}\n"
    for number in 1...count {
      text += """
        ---
        apiVersion: kverify.dev/v1alpha1
        kind: Controller
        metadata: {name: c\(number)}
        spec:
          for: {apiVersion: bench.kverify.dev/v1, kind: Task, name: n\(number)}
          steps:
          - id: write
            patch:
              target: {apiVersion: bench.kverify.dev/v1, kind: Cell, name: n\(number)}
              merge: {spec: {value: 1}}

        """
    }
    return text
  }
}
