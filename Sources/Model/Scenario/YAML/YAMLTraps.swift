internal import Yams

/// Turns what the YAML library complains of into a finding that names the likely cause.
///
/// Expressions stand in YAML values, and YAML has its own idea of `!`, `: `, `{` and words such as
/// `on`: each of these traps has a code of its own (SCENARIO.md, rule 7).
enum YAMLTraps {
  /// The finding for a key that is there twice.
  static func duplicateKey(
    _ key: String, at location: SourceLocation, first: SourceLocation
  ) -> Diagnostic {
    Diagnostic(
      .duplicateKey, at: location, length: max(1, key.unicodeScalars.count),
      "the key \"\(key)\" is here for the second time; the first is in line \(first.line)",
      advice: "remove one of the two")
  }

  /// The finding for a tag that is none of YAML's own.
  static func tag(_ tag: String, text: String, at location: SourceLocation) -> Diagnostic {
    let shown = text.isEmpty ? tag : "\(tag) \(text)"
    return Diagnostic(
      .tagTrap, at: location, length: max(1, tag.unicodeScalars.count),
      "an unquoted \"\(tag)\" is a YAML tag, not an expression",
      advice: "quote it: \"\(shown.replacing("\"", with: "\\\""))\"")
  }

  /// The finding for an error of the library.
  static func diagnostic(for error: YamlError, in file: SourceFile) -> Diagnostic {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      return syntax(problem, context: context, at: mark, in: file)
    case .duplicatedKeysInMapping(let duplicates, let context):
      return duplicate(duplicates.first ?? "", first: context.mark, in: file)
    case .reader(let problem, _, _, _):
      let offset = file.bytes.firstIndex { $0 < 0x20 && ![0x09, 0x0A, 0x0D].contains($0) }
      let place = file.location(ofByte: offset ?? file.bytes.count)
      return Diagnostic(
        .yamlSyntax, at: place, problem, advice: "remove the control character there")
    default:
      let start = SourceLocation(file: file.path, line: 1, column: 1)
      return Diagnostic(.yamlSyntax, at: start, "the text is not valid YAML", advice: "")
    }
  }

  private static func syntax(
    _ problem: String, context: YamlError.Context?, at mark: Mark, in file: SourceFile
  ) -> Diagnostic {
    let end = SourceLocation(
      file: file.path, line: min(max(mark.line, 1), file.lineCount), column: max(mark.column, 1))
    if problem.contains("max") && problem.contains("level") || problem.contains("nest") {
      return Diagnostic(
        .nestedTooDeeply, at: end, "nested deeper than 128 levels", advice: "flatten the document")
    }
    // The library stops at or after the culprit: look at its line, then at the context's.
    for line in [mark.line, context?.mark.line ?? mark.line, mark.line - 1] {
      if let trap = trap(inLine: line, problem: problem, of: file) { return trap }
    }
    let what = context.map { "\(problem) \($0.text)" } ?? problem
    return Diagnostic(
      .yamlSyntax, at: end, what, advice: "check the indentation and the quotes here and just above"
    )
  }

  /// The trap that a line of a broken document shows, judged by its unquoted value.
  private static func trap(inLine number: Int, problem: String, of file: SourceFile) -> Diagnostic?
  {
    guard number >= 1, number <= file.lineCount else { return nil }
    let line = Array(file.line(number).unicodeScalars)
    guard let start = valueStart(in: line) else { return nil }
    let value = String(String.UnicodeScalarView(line[start...]))
    let place = SourceLocation(file: file.path, line: number, column: start + 1)
    if value.hasPrefix("!") {
      return Diagnostic(
        .tagTrap, at: place, "an unquoted ! begins a YAML tag, not a negation",
        advice: "quote the whole value: \"\(value.replacing("\"", with: "\\\""))\"")
    }
    if problem.contains("mapping values"), let colon = find(": ", in: line, from: start) {
      let isConditional = find(" ? ", in: line, from: start) != nil
      return Diagnostic(
        .colonTrap,
        at: SourceLocation(file: file.path, line: number, column: colon + 1),
        isConditional
          ? "the \": \" of a conditional ends an unquoted value"
          : "a \": \" inside an unquoted value makes it a mapping",
        advice: "quote the whole value, or write it after >- on a line of its own")
    }
    if let dollar = find("${", in: line, from: 0),
      line.prefix(dollar).contains(where: { "{[".unicodeScalars.contains($0) })
    {
      return Diagnostic(
        .braceTrap, at: SourceLocation(file: file.path, line: number, column: dollar + 1),
        length: 2,
        "inside { } or [ ] an unquoted ${…} ends at its brace",
        advice: "quote it: \"${…}\"")
    }
    if endsBeforeItsLine(line[start...]) {
      return Diagnostic(
        .braceTrap, at: place, "an unquoted \(value.prefix(1)) begins a YAML collection",
        advice: "quote the whole value if it is an expression")
    }
    return nil
  }

  /// Whether a value starts as a collection that is closed before the line ends.
  private static func endsBeforeItsLine(_ value: ArraySlice<Unicode.Scalar>) -> Bool {
    guard value.first == "{" || value.first == "[" else { return false }
    var depth = 0
    for index in value.indices {
      switch value[index] {
      case "{", "[": depth += 1
      case "}", "]": depth -= 1
      default: break
      }
      if depth == 0 {
        let rest = value[(index + 1)...].drop { $0 == " " }
        return !rest.isEmpty && rest.first != "#" && rest.first != ","
      }
    }
    return false
  }

  /// The index of the value after the line's first `key: ` or `- `.
  private static func valueStart(in line: [Unicode.Scalar]) -> Int? {
    guard let colon = find(": ", in: line, from: 0) else { return nil }
    var index = colon + 2
    while index < line.count, line[index] == " " { index += 1 }
    return index < line.count ? index : nil
  }

  private static func find(_ word: String, in line: [Unicode.Scalar], from start: Int) -> Int? {
    let pattern = Array(word.unicodeScalars)
    guard line.count >= pattern.count, start <= line.count - pattern.count else { return nil }
    return (start...(line.count - pattern.count)).first { index in
      line[index..<(index + pattern.count)].elementsEqual(pattern)
    }
  }

  /// The library tells only the first of two equal keys; in a block mapping the second has its column.
  private static func duplicate(_ key: String, first mark: Mark, in file: SourceFile) -> Diagnostic
  {
    let first = SourceLocation(
      file: file.path, line: max(mark.line, 1), column: max(mark.column, 1))
    for number in stride(from: first.line + 1, through: file.lineCount, by: 1) {
      let line = Array(file.line(number).unicodeScalars)
      let index = first.column - 1
      guard line.count > index else { continue }
      let rest = String(String.UnicodeScalarView(line[index...]))
      if rest.hasPrefix("\(key):") || rest.hasPrefix("\"\(key)\":") || rest.hasPrefix("'\(key)':") {
        let place = SourceLocation(file: file.path, line: number, column: first.column)
        return duplicateKey(key, at: place, first: first)
      }
    }
    return Diagnostic(
      .duplicateKey, at: first, length: max(1, key.unicodeScalars.count),
      "the key \"\(key)\" is twice in one mapping", advice: "remove one of the two")
  }
}
