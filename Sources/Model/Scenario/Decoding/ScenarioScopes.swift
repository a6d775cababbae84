internal import CEL

/// The names that the expressions of a scenario may use, place by place.
struct ScenarioScopes {
  /// Symbols only: `assume`.
  private(set) var symbols = ExpressionScope.empty
  /// Symbols, and variables that read no live object: templates of objects and of controllers.
  private(set) var statics = ExpressionScope.empty
  /// Symbols, live objects and variables: properties and guards.
  private(set) var live = ExpressionScope.empty
  private var staticVariables: Set<String> = []
  private var names: [NameBinding] = []

  /// The scopes of an empty scenario.
  init() {}

  /// The scopes with names and symbols, before any variable.
  ///
  /// - broken: names whose definition has a mistake, which is a finding already: they are known, so
  ///   that one mistake does not make many.
  init(names: [NameBinding], symbols: [SymbolDeclaration], broken: Set<String>) {
    self.names = names
    self.symbols = ExpressionScope.empty
      .adding(symbols.map { ($0.name, Self.type($0.type)) })
      .adding(broken.sorted().map { ($0, .dyn) })
    staticVariables = Set(symbols.map(\.name))
    statics = names.reduce(self.symbols) { scope, name in
      scope.explaining(
        name.name,
        "\(name.name) is a live object: a controller reads object, children, owned() and list()")
    }
    live = self.symbols.adding(names.map { ($0.name, Self.type($0)) })
  }

  /// Adds a variable; those after it may use it.
  mutating func add(variable name: String, _ expression: Expression) {
    let type = expression.program.resultType
    let full = "variables.\(name)"
    live = live.adding([(full, type)])
    if expression.program.references.allSatisfy({ staticVariables.contains($0.variable) }) {
      staticVariables.insert(full)
      statics = statics.adding([(full, type)])
    } else {
      statics = statics.explaining(full, "\(full) reads live objects, which templates cannot")
    }
  }

  /// Adds a variable whose expression has a mistake.
  mutating func addBroken(variable name: String) {
    let full = "variables.\(name)"
    live = live.adding([(full, .dyn)])
    statics = statics.adding([(full, .dyn)])
  }

  /// Live objects before and after a step.
  var step: ExpressionScope {
    live.adding(names.map { ("old.\($0.name)", Self.type($0)) })
  }

  /// What an event's templates read: live objects, and fresh values.
  var event: ExpressionScope { live.adding(functions: [ExpressionScope.fresh]) }

  /// What the options of built-in controllers read: live objects and the request.
  var with: ExpressionScope {
    live.adding([("request.name", .string), ("request.namespace", .string)])
  }

  private static func type(_ kind: SymbolDeclaration.Kind) -> CELType {
    switch kind {
    case .int: .int
    case .bool: .bool
    case .string: .string
    case .quantity: .dyn
    }
  }

  private static func type(_ name: NameBinding) -> CELType { name.isList ? .list(.dyn) : .dyn }
}
