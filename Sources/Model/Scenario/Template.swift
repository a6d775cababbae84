package import CEL

/// A JSON value in which some strings hold `${…}` expressions (SCENARIO.md, rule 1).
///
/// The scanner follows kro's rules (`TemplateScanner`); a literal manifest is a template without
/// expressions, so that whoever evaluates needs no second path.
package struct Template: Hashable, Sendable {
  /// One part of a string that mixes text and expressions.
  package enum Part: Hashable, Sendable {
    case text(String)
    /// Must yield a string.
    case expression(Expression)
  }

  /// A member of a templated object; keys are plain text.
  package struct Member: Hashable, Sendable {
    package let key: String
    package let value: Node
  }

  /// A node of the tree; subtrees without expressions are one `literal`.
  package indirect enum Node: Hashable, Sendable {
    case literal(JSONValue)
    /// The whole field is one expression: the result replaces it with its type.
    case expression(Expression)
    case interpolated([Part])
    case array([Node])
    /// Sorted by key, as `JSONObject` is.
    case object([Member])
  }

  package let root: Node
  package let location: SourceLocation

  /// Makes a template of a tree.
  package init(root: Node, location: SourceLocation) {
    self.root = root
    self.location = location
  }

  /// Makes a template without expressions.
  package init(literal value: JSONValue, location: SourceLocation) {
    self.init(root: .literal(value), location: location)
  }

  /// The value where no expression occurs; nil otherwise.
  package var literal: JSONValue? {
    if case .literal(let value) = root { value } else { nil }
  }

  /// All expressions, in the order of the tree.
  package var expressions: [Expression] {
    var found: [Expression] = []
    root.collect(into: &found)
    return found
  }

  /// The node at a path of keys; nil where there is none.
  package func node(at path: String...) -> Node? {
    var node = root
    for key in path {
      guard let next = node.member(key) else { return nil }
      node = next
    }
    return node
  }
}

extension Template.Node {
  /// The member under a key of an object node, literal or not.
  package func member(_ key: String) -> Template.Node? {
    switch self {
    case .literal(let value): value[key].map(Template.Node.literal)
    case .object(let members): members.first { $0.key == key }?.value
    default: nil
    }
  }

  /// The text of a literal string.
  package var literalString: String? {
    if case .literal(.string(let text)) = self { text } else { nil }
  }

  fileprivate func collect(into found: inout [Expression]) {
    switch self {
    case .literal: break
    case .expression(let expression): found.append(expression)
    case .interpolated(let parts):
      for case .expression(let expression) in parts { found.append(expression) }
    case .array(let items): for item in items { item.collect(into: &found) }
    case .object(let members): for member in members { member.value.collect(into: &found) }
    }
  }
}
