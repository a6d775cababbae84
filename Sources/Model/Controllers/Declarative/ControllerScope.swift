package import CEL

/// What the expressions of a declarative controller may mention, and their compilation.
///
/// `children.<id>` and `ready.<id>` are variables with a dot in their names, one for each step, so that
/// evaluating one reads that child and no other.
package struct ControllerScope: Sendable {
  static let childPrefix = "children."
  static let readyPrefix = "ready."
  static let variablePrefix = "variables."
  static let listFunction = "list"
  static let ownedFunction = "owned"
  static let freshFunction = "fresh"

  private let steps: Environment
  private let maps: Environment

  /// The scope of a controller.
  package init(_ controller: DeclarativeController, inputs: ControllerInputs) {
    maps = Self.environment(inputs)
      .adding(variables: ["object": .dyn])
      .adding(functions: Self.lists)
    var variables: [String: CELType] = [:]
    for step in controller.steps {
      variables[Self.childPrefix + step.id] = step.forEach.isEmpty ? .dyn : .list(.dyn)
      variables[Self.readyPrefix + step.id] = .bool
    }
    steps = maps.adding(variables: variables).adding(functions: [
      HostFunction(name: Self.ownedFunction, parameters: [.string, .string], result: .list(.dyn)),
      HostFunction(name: Self.freshFunction, parameters: [], result: .string),
    ])
  }

  /// Compiles an expression of a step, or of the controller's `requeue`; `iterators` are the names that
  /// `forEach` binds around it.
  package func compile(_ expression: Expression, iterators: [String] = []) throws -> Program {
    let scope =
      iterators.isEmpty
      ? steps : steps.adding(variables: Dictionary(iterators.map { ($0, .dyn) }) { $1 })
    return try Self.compile(expression, in: scope)
  }

  /// Compiles the map of a watch: it sees the changed object and lists of the cache.
  package func compileMap(_ expression: Expression) throws -> Program {
    try Self.compile(expression, in: maps)
  }

  /// Compiles a variable over symbols and other variables.
  static func compile(_ expression: Expression, over inputs: ControllerInputs) throws -> Program {
    try compile(expression, in: environment(inputs))
  }

  private static func compile(_ expression: Expression, in environment: Environment) throws
    -> Program
  {
    do {
      return try environment.compile(expression.source)
    } catch {
      throw ExpressionError(expression: expression, error: error)
    }
  }

  private static func environment(_ inputs: ControllerInputs) -> Environment {
    var variables = inputs.symbols.mapValues(\.type)
    for (name, value) in inputs.variables { variables[variablePrefix + name] = value.type }
    return Environment.kubernetes.adding(variables: variables)
  }

  /// `list(apiVersion, kind[, namespace[, labels]])`.
  private static let lists = [
    [CELType.string, .string], [.string, .string, .string],
    [.string, .string, .string, .map(.string, .string)],
  ].map { HostFunction(name: listFunction, parameters: $0, result: .list(.dyn)) }
}
