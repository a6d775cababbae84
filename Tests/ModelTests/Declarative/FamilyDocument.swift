/// Writes the scenario document of a family: two kinds, objects, controllers, events.
struct FamilyDocument {
  /// What a controller of a family reconciles.
  enum Reconciled: String { case tasks = "Task", cells = "Cell" }

  private let name: String
  private let k: Int
  private var objects: [String] = []
  private var controllers: [(name: String, document: String)] = []
  private var names: [String] = []
  private var events: [String] = []

  init(_ name: String, _ k: Int) {
    self.name = name
    self.k = k
  }

  /// Adds an object that a controller reconciles and nobody writes.
  mutating func task(_ name: String, role: String? = nil, number: Int? = nil) {
    let labels = role.map { ", labels: {role: \($0)}" } ?? ""
    let spec = number.map { ", spec: {number: \($0)}" } ?? ""
    objects.append(
      "- {apiVersion: families.kverify.dev/v1, kind: Task, metadata: {name: \(name)\(labels)}\(spec)}"
    )
  }

  /// Adds an object that holds a value.
  mutating func cell(
    _ name: String, value: Int, labels: [String: String] = [:], next: String? = nil
  ) {
    let text = labels.isEmpty ? "" : ", labels: \(flow(labels))"
    let next = next.map { ", next: \($0)" } ?? ""
    objects.append(
      """
      - {apiVersion: families.kverify.dev/v1, kind: Cell, metadata: {name: \(name)\(text)}, \
      spec: {value: \(value)\(next)}}
      """)
  }

  /// Adds a controller with its steps as YAML.
  mutating func controller(
    _ name: String, reconciles kind: Reconciled, labels: [String: String] = [:],
    watchesCells map: String? = nil, _ steps: String
  ) {
    let narrowing = labels.isEmpty ? "" : ", labels: \(flow(labels))"
    var document = """
      apiVersion: kverify.dev/v1alpha1
      kind: Controller
      metadata: {name: \(name)}
      spec:
        for: {apiVersion: families.kverify.dev/v1, kind: \(kind.rawValue)\(narrowing)}

      """
    if let map {
      document +=
        "  watches: [{apiVersion: families.kverify.dev/v1, kind: Cell, map: \"\(map)\"}]\n"
    }
    document += "  steps:\n" + indented(steps, by: 2)
    controllers.append((name, document))
  }

  /// Adds an optional user event that sets a cell to 1.
  mutating func event(_ name: String, sets cell: String) {
    names.append("\(cell): {apiVersion: families.kverify.dev/v1, kind: Cell, name: \(cell)}")
    events.append("- {name: \(name), patch: {target: \(cell), merge: {spec: {value: 1}}}}")
  }

  /// The family with its known answers.
  func scenario(states: Int, quiescent: Int, hasLivelock: Bool = false) -> FamilyScenario {
    FamilyScenario(
      name: name, k: k, states: states, quiescent: quiescent, hasLivelock: hasLivelock,
      text: text(states: states))
  }

  private func text(states: Int) -> String {
    var text = """
      # The family "\(name)" of POR.md, section 6, at k = \(k). Known answer: \(states) states.
      apiVersion: kverify.dev/v1alpha1
      kind: Scenario
      metadata: {name: \(name)-\(k)}
      spec:
        interleaving: reconcile
        objects:
      \(indented(definition("Cell"), by: 2))\(indented(definition("Task"), by: 2))
      """
    text += objects.map { indented($0, by: 2) }.joined()
    if !controllers.isEmpty {
      text += "  controllers:\n" + controllers.map { "  - name: \($0.name)\n" }.joined()
    }
    text += "  names:\n    cells: {apiVersion: families.kverify.dev/v1, kind: Cell, list: true}\n"
    text += names.map { indented($0, by: 4) }.joined()
    if !events.isEmpty { text += "  events:\n" + events.map { indented($0, by: 2) }.joined() }
    text += """
        properties:
        - {name: one-component, always: "cells.all(c, c.spec.value >= -1)"}
        - {name: settles, converges: true}

      """
    return text + controllers.map { "---\n" + $0.document }.joined()
  }

  private func definition(_ kind: String) -> String {
    """
    - apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: \(kind.lowercased())s.families.kverify.dev}
      spec:
        group: families.kverify.dev
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

  private func flow(_ labels: [String: String]) -> String {
    "{"
      + labels.sorted { $0.key < $1.key }.map { "\($0.key): \"\($0.value)\"" }
      .joined(separator: ", ") + "}"
  }

  private func indented(_ text: String, by count: Int) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "\n" : String(repeating: " ", count: count) + $0 + "\n" }.joined()
  }
}
