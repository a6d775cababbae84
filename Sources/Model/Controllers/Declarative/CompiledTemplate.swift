package import CEL

/// A template whose expressions are compiled: what events, steps and inline objects render.
package struct CompiledTemplate: Sendable {
  /// One part of a string that mixes text and expressions.
  enum Part: Sendable {
    case text(String)
    case program(Program)
  }

  /// A node of the tree, as in ``Template``.
  indirect enum Node: Sendable {
    case literal(JSONValue)
    case program(Program)
    case interpolated([Part])
    case array([Node])
    case object([(key: String, value: Node)])
  }

  let root: Node

  /// Compiles the expressions of a template, in the order of the tree.
  package init(_ template: Template, compile: (Expression) throws -> Program) rethrows {
    root = try Node(template.root, compile: compile)
  }

  init(root: Node) { self.root = root }

  /// The part under a path of keys; nil where there is none.
  func part(at path: String...) -> CompiledTemplate? {
    var node = root
    for key in path {
      guard let next = node.member(key) else { return nil }
      node = next
    }
    return CompiledTemplate(root: node)
  }

  /// The value, with every expression evaluated: whole or not at all, as in kro.
  ///
  /// Throws ``EvaluationError``, and whatever the activation throws.
  package func render(_ activation: any Activation) throws -> JSONValue {
    try root.render(activation)
  }

  /// The value without the members whose data is pending: kro's rule for status fields.
  ///
  /// An array resolves whole or is left out, since its items have places.
  package func renderWithoutPending(_ activation: any Activation) throws -> JSONObject {
    guard case .object(let object)? = try root.renderWithoutPending(activation) else {
      return JSONObject()
    }
    return object
  }
}

extension CompiledTemplate.Node {
  fileprivate init(_ node: Template.Node, compile: (Expression) throws -> Program) rethrows {
    switch node {
    case .literal(let value): self = .literal(value)
    case .expression(let expression): self = .program(try compile(expression))
    case .interpolated(let parts):
      self = .interpolated(
        try parts.map { part in
          switch part {
          case .text(let text): .text(text)
          case .expression(let expression): .program(try compile(expression))
          }
        })
    case .array(let items):
      self = .array(try items.map { try Self($0, compile: compile) })
    case .object(let members):
      self = .object(
        try members.map { (key: $0.key, value: try Self($0.value, compile: compile)) })
    }
  }

  fileprivate func member(_ key: String) -> Self? {
    switch self {
    case .literal(let value): value[key].map(Self.literal)
    case .object(let members): members.first { $0.key == key }?.value
    default: nil
    }
  }

  fileprivate func render(_ activation: any Activation) throws -> JSONValue {
    switch self {
    case .literal(let value): return value
    case .program(let program): return try program.evaluate(activation).json()
    case .interpolated(let parts):
      var text = ""
      for part in parts { text += try part.text(activation) }
      return .string(text)
    case .array(let items): return .array(try items.map { try $0.render(activation) })
    case .object(let members):
      return .object(JSONObject(try members.map { ($0.key, try $0.value.render(activation)) }))
    }
  }

  fileprivate func renderWithoutPending(_ activation: any Activation) throws -> JSONValue? {
    guard case .object(let members) = self else {
      do {
        return try render(activation)
      } catch let error as EvaluationError where error.isDataPending {
        return nil
      }
    }
    var object = JSONObject()
    for (key, value) in members { object[key] = try value.renderWithoutPending(activation) }
    return .object(object)
  }
}

extension CompiledTemplate.Part {
  /// The text of a part; an expression must yield a string, as kro's interpolation demands.
  fileprivate func text(_ activation: any Activation) throws -> String {
    switch self {
    case .text(let text): return text
    case .program(let program):
      let value = try program.evaluate(activation)
      guard case .string(let text) = value else {
        throw EvaluationError(
          .conversion,
          "'\(program.source)' inside a text yields \(value.type.runtimeName), not string: use string(…)"
        )
      }
      return text
    }
  }
}
