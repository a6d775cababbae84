internal import CEL

/// Reads the fields of one mapping by its table, and finds what is wrong with them.
///
/// Everything that is read returns nil where the field is absent or wrong; in the latter case a
/// finding was added. Reading goes on, so that one run finds all mistakes.
struct FieldReader {
  let node: YAMLNode
  let table: FieldTable
  let source: SourceFile
  let findings: Findings
  private let members: [YAMLMember]

  /// Checks a mapping against its table; nil where the node is no mapping.
  init?(_ node: YAMLNode, _ table: FieldTable, source: SourceFile, findings: Findings) {
    guard let members = node.mapping else {
      findings.add(
        .wrongType, at: node.location, length: node.length,
        "expected a mapping, and this is \(node.kindName)",
        advice: "write its fields: \(table.fieldNames.prefix(6).joined(separator: ", "))")
      return nil
    }
    self.node = node
    self.table = table
    self.source = source
    self.findings = findings
    self.members = members
    var meant: Set<String> = []
    for member in members where !table.fieldNames.contains(member.key) {
      if let near = Suggestion.nearest(to: member.key, among: table.fieldNames) {
        meant.insert(near)
      }
      findings.add(
        .unknownField, at: member.keyLocation, length: member.keyLength,
        "unknown field \"\(member.key)\"",
        advice: Suggestion.advice(for: member.key, among: table.fieldNames, what: "fields"))
    }
    for field in table.fields
    where field.isRequired && self[field.name] == nil && !meant.contains(field.name) {
      findings.add(
        .missingField, at: node.location, "the field \"\(field.name)\" is missing",
        advice: "add it: \(field.summary)")
    }
    if meant.isDisjoint(with: table.exactlyOne) { checkExactlyOne() }
  }

  /// Reads the mapping in a field by another table.
  func reader(_ name: String, _ table: FieldTable) -> FieldReader? {
    self[name].flatMap { FieldReader($0, table, source: source, findings: findings) }
  }

  /// Reads another node of the same file.
  func reader(of node: YAMLNode, _ table: FieldTable) -> FieldReader? {
    FieldReader(node, table, source: source, findings: findings)
  }

  /// The value of a field; nil where it is absent or null.
  subscript(name: String) -> YAMLNode? {
    guard let value = members.first(where: { $0.key == name })?.value else { return nil }
    if case .null = value.content { return nil }
    return value
  }

  /// Where a field's key stands; the mapping's start where it is absent.
  func keyLocation(_ name: String) -> SourceLocation {
    members.first { $0.key == name }?.keyLocation ?? node.location
  }

  /// Of the fields of which one must be there, the one that is.
  var claim: String? { table.exactlyOne.first { self[$0] != nil } }

  private func checkExactlyOne() {
    guard !table.exactlyOne.isEmpty else { return }
    let present = members.filter { table.exactlyOne.contains($0.key) }
    let list = table.exactlyOne.joined(separator: ", ")
    if present.isEmpty {
      findings.add(
        .exactlyOneOf, at: node.location, "one of these fields is needed: \(list)",
        advice: "add one of them")
    } else if present.count > 1 {
      findings.add(
        .exactlyOneOf, at: present[1].keyLocation, length: present[1].keyLength,
        "\"\(present[0].key)\" and \"\(present[1].key)\" cannot stand together",
        advice: "make two entries of it")
    }
  }

  /// Adds a finding about a node's type.
  func wrongType(_ node: YAMLNode, expected: String, advice: String? = nil) {
    if case .bool = node.content, YAMLScalar.isSurprisingBoolean(node.text) {
      findings.add(
        .booleanTrap, at: node.location, length: node.length,
        "an unquoted \(node.text) is a Boolean in YAML 1.1, and \(expected) is expected",
        advice: "quote it: \"\(node.text)\"")
      return
    }
    findings.add(
      .wrongType, at: node.location, length: node.length,
      "expected \(expected), and this is \(node.kindName)",
      advice: advice ?? "write \(expected)")
  }

  /// The text of a string field.
  func text(_ name: String) -> String? { self[name].flatMap { text(of: $0) } }

  /// The text of a string node.
  func text(of node: YAMLNode) -> String? {
    if let text = node.string { return text }
    wrongType(node, expected: "a string", advice: "quote it: \"\(node.text)\"")
    return nil
  }

  /// The name of a Kubernetes object or of a thing of ours.
  func objectName(_ name: String) -> String? {
    guard let node = self[name], let text = text(of: node) else { return nil }
    let allowed = text.utf8.allSatisfy {
      ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D || $0 == 0x2E
    }
    let ends: [UInt8?] = [text.utf8.first, text.utf8.last]
    guard allowed, !text.isEmpty, text.utf8.count <= 253, !ends.contains(0x2D), !ends.contains(0x2E)
    else {
      findings.add(
        .badName, at: node.location, length: node.length,
        "\"\(text)\" is no name: lower-case letters, digits, - and . are allowed",
        advice: "use a name such as my-name")
      return nil
    }
    return text
  }

  /// A Boolean field.
  func boolean(_ name: String) -> Bool? {
    guard let node = self[name] else { return nil }
    if case .bool(let value) = node.content { return value }
    wrongType(node, expected: "true or false")
    return nil
  }

  /// An integer field within bounds.
  func integer(_ name: String, in range: ClosedRange<Int> = 0...1_000_000_000) -> Int? {
    guard let node = self[name] else { return nil }
    guard case .int(let value) = node.content else {
      wrongType(node, expected: "an integer")
      return nil
    }
    guard let number = Int(exactly: value), range.contains(number) else {
      findings.add(
        .badValue, at: node.location, length: node.length,
        "\(value) is out of range",
        advice: range.upperBound == .max
          ? "use at least \(range.lowerBound)"
          : "use \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return number
  }

  /// A field with one of several words.
  func choice<Value: RawRepresentable & CaseIterable>(_ name: String, _: Value.Type) -> Value?
  where Value.RawValue == String {
    guard let node = self[name], let text = text(of: node) else { return nil }
    if let value = Value(rawValue: text) { return value }
    let words = Value.allCases.map(\.rawValue)
    findings.add(
      .badValue, at: node.location, length: node.length, "\"\(text)\" is not allowed here",
      advice: Suggestion.advice(for: text, among: words, what: "values"))
    return nil
  }

  /// The items of a list field; empty where it is absent.
  func list(_ name: String) -> [YAMLNode] {
    guard let node = self[name] else { return [] }
    if let items = node.sequence { return items }
    wrongType(node, expected: "a list", advice: "write it as a list: - …")
    return []
  }

  /// The members of a mapping field with any keys; empty where it is absent.
  func map(_ name: String) -> [YAMLMember] {
    guard let node = self[name] else { return [] }
    if let members = node.mapping { return members }
    wrongType(node, expected: "a mapping")
    return []
  }

  /// The strings of a list field.
  func texts(_ name: String) -> [(text: String, node: YAMLNode)] {
    list(name).compactMap { node in text(of: node).map { ($0, node) } }
  }

  /// The labels of a mapping field, by key.
  func labels(_ name: String) -> [Label] {
    map(name).compactMap { member in
      text(of: member.value).map { Label(key: member.key, value: $0) }
    }.sorted { $0.key < $1.key }
  }

  /// The CEL text of a field.
  func expression(
    _ name: String, _ scope: ExpressionScope, _ expected: ExpressionScope.Expected
  ) -> Expression? {
    self[name].flatMap { expression(of: $0, scope, expected) }
  }

  /// The CEL text of a scalar: numbers and Booleans are expressions too.
  func expression(
    of node: YAMLNode, _ scope: ExpressionScope, _ expected: ExpressionScope.Expected
  ) -> Expression? {
    switch node.content {
    case .string(let text):
      let positions = ScalarPositions(of: node, in: source)
      if text.allSatisfy(\.isWhitespace) {
        findings.add(
          .expressionSyntax, at: node.location, "the expression is empty", advice: "write CEL")
        return nil
      }
      if text.hasPrefix("${") {
        findings.add(
          .expressionSyntax, at: positions.location(at: 0), length: 2,
          "this field holds bare CEL, without ${ }", advice: "leave ${ and } out")
        return nil
      }
      return scope.compile(text, positions: positions, expecting: expected, findings: findings)
    case .bool where YAMLScalar.isSurprisingBoolean(node.text):
      wrongType(node, expected: "an expression")
      return nil
    case .bool, .int, .double, .null:
      let text = if case .null = node.content { "null" } else { node.json.text }
      return scope.compile(
        text, positions: ScalarPositions(start: node.location), expecting: expected,
        findings: findings)
    case .mapping, .sequence:
      findings.add(
        .braceTrap, at: node.location,
        "expected a CEL expression, and this is \(node.kindName): an unquoted { or [ begins a YAML collection",
        advice: "quote the expression")
      return nil
    }
  }

  /// A duration such as `30s`, `5m` or `1h30m`, in whole seconds.
  func duration(_ name: String) -> RequeueAfter? {
    guard let node = self[name] else { return nil }
    guard let seconds = node.string.flatMap(Self.seconds) else {
      findings.add(
        .badValue, at: node.location, length: node.length,
        "\(node.string.map { "\"\($0)\"" } ?? node.kindName) is no duration",
        advice: "write a duration such as 30s, 5m or 1h")
      return nil
    }
    return RequeueAfter(seconds: seconds, location: node.location)
  }

  private static func seconds(_ text: String) -> Int? {
    let units: [(String, Double)] = [("ms", 0.001), ("h", 3600), ("m", 60), ("s", 1)]
    var rest = Substring(text)
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      guard let number = Double(digits), let unit = units.first(where: { rest.hasPrefix($0.0) })
      else { return nil }
      rest = rest.dropFirst(unit.0.count)
      total += number * unit.1
    }
    guard total > 0, total < 1e9 else { return nil }
    return max(1, Int(total.rounded(.up)))
  }
}
