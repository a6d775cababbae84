package import CEL

/// An expression that does not compile, with what was found in it.
package struct ExpressionError: Error, Sendable {
  package let expression: Expression
  package let error: CompileError
}

/// A declarative controller whose expressions are compiled.
struct CompiledController: Sendable {
  /// One step.
  struct Step: Sendable {
    /// The API call with its templates.
    enum Action: Sendable {
      case apply(CompiledTemplate)
      case create(CompiledTemplate)
      case update(CompiledTemplate)
      case patch(Target, merge: CompiledTemplate)
      case delete(Target)
      case status(CompiledTemplate)
    }

    /// The object that a patch or a deletion acts on.
    enum Target: Sendable {
      case object
      case child(String)
      case reference(CompiledTemplate)
    }

    let declaration: ControllerStep
    let when: Program?
    let action: Action
    /// The iterators, the outermost first.
    let iterators: [(name: String, list: Program)]
    let readyWhen: [Program]
    let requeue: Program?

    var id: String { declaration.id }
    var isStatus: Bool { if case .status = action { true } else { false } }
    var isRepeated: Bool { !iterators.isEmpty }
  }

  let declaration: DeclarativeController
  let steps: [Step]
  let requeue: Program?
  /// The maps of the watched kinds, in the order of `declaration.watches`.
  let watchMaps: [Program]
  let kinds: KindCatalogue
  let inputs: ControllerInputs

  /// The step of an id.
  func step(_ id: String) -> Step? { steps.first { $0.id == id } }

  /// Compiles the expressions, each in the scope of its place; throws ``ExpressionError``.
  init(
    _ declaration: DeclarativeController, kinds: KindCatalogue, inputs: ControllerInputs,
    scope: ControllerScope
  ) throws {
    self.declaration = declaration
    self.kinds = kinds
    self.inputs = inputs
    steps = try declaration.steps.map { try Step($0, scope: scope) }
    requeue = try declaration.requeue.map { try scope.compile($0) }
    watchMaps = try declaration.watches.map { try scope.compileMap($0.map) }
  }
}

extension CompiledController.Step {
  fileprivate init(_ step: ControllerStep, scope: ControllerScope) throws {
    declaration = step
    when = try step.when.map { try scope.compile($0) }
    var names: [String] = []
    var lists: [(name: String, list: Program)] = []
    for iterator in step.forEach {
      // An iterator may use the ones before it.
      lists.append((iterator.name, try scope.compile(iterator.expression, iterators: names)))
      names.append(iterator.name)
    }
    iterators = lists
    let template = { (template: Template) in
      try CompiledTemplate(template) { try scope.compile($0, iterators: names) }
    }
    let target = { (target: StepTarget) -> Target in
      switch target {
      case .object: .object
      case .child(let id): .child(id)
      case .reference(let reference): .reference(try template(reference))
      }
    }
    action =
      switch step.action {
      case .apply(let body): .apply(try template(body))
      case .create(let body): .create(try template(body))
      case .update(let body): .update(try template(body))
      case .patch(let object, let merge): .patch(try target(object), merge: try template(merge))
      case .delete(let object): .delete(try target(object))
      case .status(let body): .status(try template(body))
      }
    readyWhen = try step.readyWhen.map { try scope.compile($0) }
    requeue = try step.requeue.map { try scope.compile($0) }
  }
}
