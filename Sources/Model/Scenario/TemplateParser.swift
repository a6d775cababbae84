internal import CEL

/// Makes templates of YAML nodes.
struct TemplateParser {
  /// Whether `${…}` has a meaning in this document.
  enum Mode {
    case literal
    /// Expressions may use these names.
    case template(ExpressionScope)
  }

  let source: SourceFile
  let findings: Findings
  let mode: Mode

  /// The template of a node.
  func template(of node: YAMLNode) -> Template {
    Template(root: tree(of: node), location: node.location)
  }

  private func tree(of node: YAMLNode) -> Template.Node {
    switch node.content {
    case .sequence(let items):
      let trees = items.map(tree)
      let literals = trees.compactMap(\.literal)
      return literals.count == trees.count ? .literal(.array(literals)) : .array(trees)
    case .mapping(let members):
      for member in members where member.key != member.jsonKey { warn(member) }
      let trees = members.map { Template.Member(key: $0.jsonKey, value: tree(of: $0.value)) }
      return Template.Node(members: trees)
    case .string(let text):
      guard case .template(let scope) = mode else { return .literal(.string(text)) }
      return string(text, of: node, scope)
    case .bool where YAMLScalar.isSurprisingBoolean(node.text):
      findings.add(
        Diagnostic(
          DiagnosticCode.booleanTrap.rawValue, .warning, at: node.location, length: node.length,
          "an unquoted \(node.text) is a Boolean in YAML 1.1", advice: "quote it: \"\(node.text)\"")
      )
      return .literal(node.json)
    default: return .literal(node.json)
    }
  }

  private func warn(_ member: YAMLMember) {
    guard member.jsonKey == "true" || member.jsonKey == "false" else { return }
    findings.add(
      Diagnostic(
        DiagnosticCode.booleanTrap.rawValue, .warning, at: member.keyLocation,
        length: member.keyLength,
        "the unquoted key \(member.key) is a Boolean in YAML 1.1: Kubernetes reads \"\(member.jsonKey)\"",
        advice: "quote it: \"\(member.key)\""))
  }

  private func string(
    _ text: String, of node: YAMLNode, _ scope: ExpressionScope
  ) -> Template.Node {
    guard text.utf8.contains(UInt8(ascii: "$")) else { return .literal(.string(text)) }
    let bytes = Array(text.utf8)
    let pieces: [TemplateScanner.Piece]
    do {
      pieces = try TemplateScanner.scan(bytes)
    } catch {
      let place = positions(of: node, text: bytes[..<error.offset]).location(at: 0)
      findings.add(
        .expressionSyntax, at: place, length: 2, "a ${ inside an expression",
        advice: "for the literal text write ${\"${…}\"}")
      return .literal(.string(text))
    }
    let onlyNewlineFollows =
      pieces.count == 2 && pieces[1] == .text((bytes.count - 1)..<bytes.count)
      && bytes.last == UInt8(ascii: "\n") && (node.style == .literal || node.style == .folded)
    // An expression with mistakes, which are findings, stays text: no scenario comes of it.
    let parts = pieces.map { piece -> Template.Part in
      switch piece {
      case .text(let range): return .text(String(decoding: bytes[range], as: UTF8.self))
      case .expression(let range):
        let inside = String(decoding: bytes[range], as: UTF8.self)
        let compiled = scope.compile(
          inside, positions: positions(of: node, text: bytes[..<range.lowerBound]),
          expecting: pieces.count == 1 || onlyNewlineFollows ? .any : .string, findings: findings)
        return compiled.map(Template.Part.expression) ?? .text(inside)
      }
    }
    let expressions = parts.filter { if case .expression = $0 { true } else { false } }
    guard !expressions.isEmpty else { return .literal(.string(text)) }
    if parts.count == 1, case .expression(let expression) = parts[0] {
      return .expression(expression)
    }
    if onlyNewlineFollows, case .expression(let expression) = parts[0] {
      addFinalNewline(node, expression)
    }
    return .interpolated(parts)
  }

  /// A line break after the only expression: it makes a text of it, which is wrong for all but
  /// strings and doubtful for those.
  private func addFinalNewline(_ node: YAMLNode, _ expression: Expression) {
    let sign = node.style == .literal ? "|" : ">"
    let isText = ExpressionScope.Expected.string.accepts(expression.program.resultType)
    findings.add(
      Diagnostic(
        DiagnosticCode.finalNewline.rawValue, isText ? .warning : .error, at: node.location,
        "\(sign) keeps the final line break: this is text, not one ${…} alone",
        advice: "write \(sign)-, or put the expression on one line"))
  }

  /// The positions of what follows the text before it.
  private func positions(of node: YAMLNode, text: ArraySlice<UInt8>) -> ScalarPositions {
    ScalarPositions(of: node, in: source).dropFirst(text.count { $0 & 0xC0 != 0x80 })
  }
}

extension Template.Node {
  /// The value of a literal node.
  var literal: JSONValue? { if case .literal(let value) = self { value } else { nil } }

  /// The node of an object's members, literal where all are.
  init(members: [Template.Member]) {
    let literals = members.compactMap { member in
      member.value.literal.map { (member.key, $0) }
    }
    if literals.count == members.count {
      self = .literal(.object(JSONObject(literals)))
    } else {
      self = .object(members.sorted { $0.key < $1.key })
    }
  }

  /// The members of an object node, literal or not; nil for all else.
  var members: [Template.Member]? {
    switch self {
    case .object(let members): members
    case .literal(.object(let object)):
      object.entries.map { Template.Member(key: $0.key, value: .literal($0.value)) }
    default: nil
    }
  }

  /// The node with a value at a path of keys, where nothing is there yet.
  func filling(_ value: Template.Node, at path: ArraySlice<String>) -> Template.Node {
    guard let key = path.first else { return self }
    guard var members else { return self }
    if let index = members.firstIndex(where: { $0.key == key }) {
      guard path.count > 1 else { return self }
      let inner = members[index].value.filling(value, at: path.dropFirst())
      members[index] = Template.Member(key: key, value: inner)
    } else {
      let empty = Template.Node.literal(.object(JSONObject()))
      let inner = path.count > 1 ? empty.filling(value, at: path.dropFirst()) : value
      members.append(Template.Member(key: key, value: inner))
    }
    return Template.Node(members: members)
  }
}
