import CEL

/// How words of documents are replaced: whole words of texts, names within CEL.
struct Rewriting {
  /// Words of texts: a whole text, a whole CEL string, or a part between hyphens.
  var words: [String: String] = [:]
  /// As `words`, but never a part between hyphens.
  var wholeWords: [String: String] = [:]
  /// Variables of expressions: the names of `spec.names`.
  var variables: [String: String] = [:]

  /// What no rewriting may touch.
  private static let fixedKeys: Set<String> = ["apiVersion", "kind"]

  /// A document with the words of all its texts replaced, and of its keys, which may be labels.
  func texts(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(replaced(text))
    case .array(let items): .array(items.map(texts))
    case .object(let object): .object(members(object))
    case .null, .bool, .int, .double, .symbolic: value
    }
  }

  /// An object with the words of all its texts and keys replaced.
  func members(_ object: JSONObject) -> JSONObject {
    JSONObject(
      object.entries.map { entry in
        Self.fixedKeys.contains(entry.key)
          ? (entry.key, entry.value) : (replaced(entry.key), texts(entry.value))
      })
  }

  /// A template: words are replaced, and variables within `${…}`.
  func template(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(template(text))
    case .array(let items): .array(items.map(template))
    case .object(let object):
      .object(
        JSONObject(
          object.entries.map { entry in
            Self.fixedKeys.contains(entry.key)
              ? (entry.key, entry.value) : (replaced(entry.key), template(entry.value))
          }))
    case .null, .bool, .int, .double, .symbolic: value
    }
  }

  private func template(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "${"),
      let end = rest[start.upperBound...].firstIndex(of: "}")
    {
      result += replaced(String(rest[..<start.lowerBound]))
      result += "${" + expression(String(rest[start.upperBound..<end])) + "}"
      rest = rest[rest.index(after: end)...]
    }
    return result + replaced(String(rest))
  }

  /// An expression: words of its strings are replaced, and its variables.
  func expression(_ source: String) -> String {
    var result = ""
    var rest = source[...]
    var previous: [String] = []
    while let first = rest.first {
      var token = String(first)
      if first == "'" || first == "\"" {
        let body = rest.dropFirst().prefix { $0 != first }
        token = "\(first)\(replaced(String(body)))\(first)"
        rest = rest.dropFirst(body.count + 2)
      } else if first.isLetter || first == "_" {
        let word = String(rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
        rest = rest.dropFirst(word.count)
        let isMember = previous.last == "." && previous.dropLast().last != "old"
        token = isMember ? word : variables[word] ?? word
        if !isMember && word == "old" { token = word }
      } else {
        rest = rest.dropFirst()
      }
      result += token
      if token != " " { previous.append(token) }
    }
    return result
  }

  private func replaced(_ text: String) -> String {
    if let whole = wholeWords[text] ?? words[text] { return whole }
    if text.contains("'") {
      // CEL within a text: its strings are texts of their own.
      return text.split(separator: "'", omittingEmptySubsequences: false).enumerated()
        .map { $0.offset % 2 == 1 ? replaced(String($0.element)) : String($0.element) }
        .joined(separator: "'")
    }
    guard text.contains("-") else { return text }
    return text.split(separator: "-", omittingEmptySubsequences: false)
      .map { words[String($0)] ?? String($0) }.joined(separator: "-")
  }
}
