import CEL

/// What a scenario tells of the order of fresh names.
///
/// Generated names of one creator differ in a number only, and numbers count up, so lists come in the
/// order of creation. Where nobody can tell that order, the names may be permuted in a state. Of
/// expressions their form tells (`NameAnalysis`), of built-in controllers their source: each of those in
/// `blindBuiltins` uses lists in ways that do not depend on their order, unless it later asks about a
/// single object of such a list, or chooses; whether it does is seen while it runs (`World.noteOrder`).
package struct FreshOrder: Sendable {
  /// By property: whether permuting fresh names leaves it as it is.
  package var respectedProperties: [Bool]
  /// The declarative controllers, by index, to whom the order of a list may matter.
  package var orderSensitiveControllers: Set<Int> = []
  /// The built-in controllers, by index.
  package var builtinControllers: Set<Int> = []
}

extension SymmetryDetection {
  /// The built-in controllers whose use of lists is known: sums, counts, filters, `contains`; a sync that
  /// acts on single objects of a list asks about them by name.
  private static let blindBuiltins: Set<String> = [
    "deployment", "garbagecollector", "horizontalpodautoscaler", "kubelet", "replicaset",
    "statefulset",
  ]

  /// Who may tell the order of fresh names; nil where there are none, or where nothing certain can be
  /// said.
  func freshOrder() -> FreshOrder? {
    guard hasPlainRules, makesFreshNames else { return nil }
    let use = ScenarioNameUse(scenario, names: [])
    let functions = (use.controllers + use.watches + [use.others]).flatMap(\.functions)
    guard use.failures.isEmpty, functions.isEmpty else { return nil }
    var order = FreshOrder(
      respectedProperties: use.properties.map {
        $0.failures.isEmpty && $0.functions.isEmpty && !$0.isOrderSensitive
      })
    for (index, controller) in scenario.controllers.enumerated() {
      switch controller.source {
      case .builtin(let name, _):
        guard Self.blindBuiltins.contains(name) else { return nil }
        order.builtinControllers.insert(index)
      case .process, .metacontroller: return nil
      case .declarative:
        if use.controllers[index].isOrderSensitive { order.orderSensitiveControllers.insert(index) }
      }
    }
    return order
  }

  /// Whether something makes names that no text gives.
  private var makesFreshNames: Bool {
    let declared =
      scenario.controllers.map { text.value($0) } + scenario.events.map { text.value($0) }
    return declared.contains { $0.text.contains("generateName") || $0.text.contains("fresh(") }
      || scenario.controllers.contains { controller in
        if case .builtin("replicaset", _) = controller.source { true } else { false }
      }
  }
}
