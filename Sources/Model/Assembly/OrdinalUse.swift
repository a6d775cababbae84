import CEL

/// Whether a scenario does with an ordinal what its rank cannot answer (SEMANTICS.md, "Ordinals").
///
/// Ordinals may be compared with each other and copied to `observedGeneration`. Arithmetic, a comparison
/// with a literal, or a copy to another field tells one number from another: ranking is then off.
enum OrdinalUse {
  private static let words = ["generation", "observedGeneration", "/revision", ".revision"]

  /// Whether every use of an ordinal is one that its rank answers.
  static func isByRankOnly(_ scenario: Scenario) -> Bool {
    for controller in scenario.controllers {
      switch controller.source {
      // A process may compute with whatever it reads.
      case .process: return false
      // A hook is asked with other numbers too, unless it may depend on them.
      case .metacontroller(let controller): if controller.seesGenerations { return false }
      case .builtin, .declarative: break
      }
    }
    var expressions = scenario.assume + scenario.variables.map(\.expression)
    for property in scenario.properties {
      expressions += [property.when].compactMap(\.self)
      switch property.claim {
      case .always(let test), .never(let test), .sometimes(let test), .eventually(let test),
        .settled(let test):
        expressions.append(test)
      case .leadsTo(let from, let to): expressions += [from, to]
      case .converges, .confluent, .eventRule: break
      }
    }
    for case .declarative(let controller) in scenario.controllers.map(\.source) {
      expressions += [controller.requeue].compactMap(\.self) + controller.watches.map(\.map)
      for step in controller.steps {
        expressions += [step.when, step.requeue].compactMap(\.self) + step.readyWhen
        expressions += step.forEach.map(\.expression)
        if !copiesByRank(step.templates) { return false }
      }
    }
    for event in scenario.events {
      expressions += [event.when].compactMap(\.self)
      if !copiesByRank(event.templates) { return false }
    }
    return expressions.allSatisfy { comparesByRank($0.source) }
  }

  private static func mentionsOrdinal(_ source: String) -> Bool {
    words.contains { source.contains($0) }
  }

  /// Neither arithmetic nor a number beside an ordinal, `orValue(0)` excepted: there is no rank 0.
  private static func comparesByRank(_ source: String) -> Bool {
    guard mentionsOrdinal(source) else { return true }
    let rest = source.replacing("orValue(0)", with: "").replacing("/v1", with: "")
      .replacing("/revision", with: "")
    return !rest.contains { "+-*/%0123456789".contains($0) }
  }

  private static func copiesByRank(_ templates: [Template]) -> Bool {
    templates.allSatisfy { copiesByRank($0.root, key: "") }
  }

  private static func copiesByRank(_ node: Template.Node, key: String) -> Bool {
    switch node {
    case .literal: true
    case .expression(let expression):
      !mentionsOrdinal(expression.source)
        || key == "observedGeneration" && comparesByRank(expression.source)
    case .interpolated(let parts):
      parts.allSatisfy { part in
        if case .expression(let expression) = part {
          !mentionsOrdinal(expression.source)
        } else {
          true
        }
      }
    case .array(let items): items.allSatisfy { copiesByRank($0, key: key) }
    case .object(let members): members.allSatisfy { copiesByRank($0.value, key: $0.key) }
    }
  }
}

extension ControllerStep {
  /// The templates of a step.
  fileprivate var templates: [Template] {
    switch action {
    case .apply(let body), .create(let body), .update(let body), .status(let body): [body]
    case .patch(let target, let merge): target.templates + [merge]
    case .delete(let target): target.templates
    }
  }
}

extension StepTarget {
  fileprivate var templates: [Template] {
    if case .reference(let template) = self { [template] } else { [] }
  }
}

extension EventDeclaration {
  /// The templates of an event.
  fileprivate var templates: [Template] {
    switch action {
    case .create(let body), .apply(let body), .update(let body), .patch(_, let body): [body]
    case .delete, .evict, .scale: []
    }
  }
}
