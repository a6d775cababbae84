/// The expressions of a scenario, wherever they stand.
extension Scenario {
  /// All expressions, in the order of the document's sections.
  package var expressions: [Expression] {
    var found = objects.flatMap { $0.template.expressions } + assume + variables.map(\.expression)
    for controller in controllers {
      switch controller.source {
      case .builtin(_, let options): found += options.map(\.expression)
      case .declarative(let controller): found += controller.expressions
      case .process, .metacontroller: break
      }
    }
    for event in events {
      found += [event.when].compactMap(\.self)
      switch event.action {
      case .create(let body), .apply(let body), .update(let body), .patch(_, let body):
        found += body.expressions
      case .scale(_, let replicas): found.append(replicas)
      case .delete, .evict: break
      }
    }
    for property in properties {
      found += [property.when].compactMap(\.self)
      switch property.claim {
      case .always(let test), .never(let test), .sometimes(let test), .eventually(let test),
        .settled(let test):
        found.append(test)
      case .leadsTo(let from, let to): found += [from, to]
      case .converges, .confluent, .eventRule: break
      }
    }
    return found
  }
}

extension DeclarativeController {
  /// The expressions of the steps, guards and maps.
  fileprivate var expressions: [Expression] {
    var found = [requeue].compactMap(\.self) + watches.map(\.map)
    for step in steps {
      found += step.forEach.map(\.expression) + [step.when, step.requeue].compactMap(\.self)
      found += step.readyWhen
      switch step.action {
      case .apply(let body), .create(let body), .update(let body), .status(let body):
        found += body.expressions
      case .patch(let target, let merge): found += target.expressions + merge.expressions
      case .delete(let target): found += target.expressions
      }
    }
    return found
  }
}

extension StepTarget {
  fileprivate var expressions: [Expression] {
    if case .reference(let template) = self { template.expressions } else { [] }
  }
}
