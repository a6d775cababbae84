package import CEL

/// Compares an answer with a recorded one: a subset, with symbols.
///
/// The rules are those of Tests/Fixtures/apiserver/README.md.
package struct SubsetMatcher {
  /// The values of the symbols seen so far.
  package var symbols: [String: JSONValue] = [:]
  /// What `{ns}` stands for.
  package let namespace: String
  /// What was found to differ.
  package private(set) var differences: [String] = []

  /// Makes a matcher that knows no symbol yet.
  package init(namespace: String) { self.namespace = namespace }

  /// Forgets what differed; symbols stay.
  package mutating func forgetDifferences() { differences = [] }

  /// Notes a difference.
  package mutating func report(_ difference: String) { differences.append(difference) }

  private static let classes = ["rv", "uid", "listrv", "cont", "rand", "ip", "port", "time", "any"]

  /// The symbols in a text with their places, longest class first as in a regular expression's
  /// alternation.
  private static func symbols(in text: String) -> [(range: Range<String.Index>, kind: String)] {
    var found: [(Range<String.Index>, String)] = []
    var index = text.startIndex
    while let dollar = text[index...].firstIndex(of: "$") {
      let rest = text[text.index(after: dollar)...]
      guard let kind = classes.first(where: { rest.hasPrefix($0) }) else {
        index = text.index(after: dollar)
        continue
      }
      var end = text.index(dollar, offsetBy: kind.count + 1)
      while end < text.endIndex, text[end].isASCII, text[end].isNumber {
        end = text.index(after: end)
      }
      found.append((dollar..<end, kind))
      index = end
    }
    return found
  }

  /// The text with the namespace and all known symbols filled in.
  package func filled(_ text: String) -> String {
    let text = text.replacing("{ns}", with: namespace)
    var result = ""
    var index = text.startIndex
    for (range, _) in Self.symbols(in: text) {
      result += text[index..<range.lowerBound]
      let name = String(text[range])
      result += symbols[name].map { $0.string ?? $0.text } ?? name
      index = range.upperBound
    }
    return result + text[index...]
  }

  /// The value with the namespace and all known symbols filled in, in keys too.
  package func filled(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(filled(text))
    case .array(let items): .array(items.map { filled($0) })
    case .object(let object):
      .object(JSONObject(object.entries.map { (filled($0.key), filled($0.value)) }))
    default: value
    }
  }

  /// Compares a value with the subset that is expected of it.
  package mutating func match(_ expected: JSONValue, _ actual: JSONValue?, _ path: String) {
    switch expected {
    case .string(let text): matchText(text, actual, path)
    case .object(let object): matchObject(object, actual, path)
    case .array(let items): matchList(items, actual, path)
    default:
      if !Self.equal(expected, actual) { differ(path, expected, actual) }
    }
  }

  private static func equal(_ left: JSONValue, _ right: JSONValue?) -> Bool {
    switch (left, right) {
    case (.int(let integer), .double(let number)), (.double(let number), .int(let integer)):
      Double(integer) == number
    default: left == right
    }
  }

  private mutating func differ(_ path: String, _ expected: JSONValue, _ actual: JSONValue?) {
    report("\(path): expected \(expected.text), got \(actual?.text ?? "nothing")")
  }

  private mutating func matchText(_ text: String, _ actual: JSONValue?, _ path: String) {
    let found = Self.symbols(in: text)
    if found.count == 1, found[0].range == text.startIndex..<text.endIndex {
      let kind = found[0].kind
      let isNumbered = text.last?.isNumber ?? false
      if ["rv", "uid", "listrv", "cont", "ip", "port"].contains(kind), isNumbered {
        return bind(text, kind, actual, path)
      }
      if kind == "time" {
        guard let time = actual?.string, time.wholeMatch(of: Self.timestamp) != nil else {
          return differ(path, expected: text, actual)
        }
        return
      }
      if kind == "any" {
        if actual == nil || actual == .null { differ(path, expected: text, actual) }
        return
      }
    }
    if text.contains("$rand"), let actual = actual?.string {
      return matchRandom(text.replacing("{ns}", with: namespace), actual, path)
    }
    let wanted = JSONValue.string(filled(text))
    if wanted != actual { differ(path, wanted, actual) }
  }

  private static var timestamp: Regex<Substring> {
    /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?Z/
  }

  private mutating func differ(_ path: String, expected: String, _ actual: JSONValue?) {
    differ(path, .string(expected), actual)
  }

  private mutating func bind(
    _ symbol: String, _ kind: String, _ actual: JSONValue?, _ path: String
  ) {
    guard let actual, actual != .null, actual != "" else {
      return report("\(path): expected a value (\(symbol)), got nothing")
    }
    if let known = symbols[symbol] {
      if known != actual {
        report("\(path): expected \(symbol) = \(known.text) (unchanged), got \(actual.text)")
      }
      return
    }
    if kind == "rv" || kind == "uid",
      let other = symbols.filter({ $0.key.hasPrefix("$" + kind) && $0.value == actual }).keys.min()
    {
      report("\(path): expected a new value (\(symbol)), got the value of \(other)")
    }
    symbols[symbol] = actual
  }

  /// A text with generated characters in it: each symbol is five of them.
  private mutating func matchRandom(_ text: String, _ actual: String, _ path: String) {
    var rest = actual[...]
    var index = text.startIndex
    var bound: [(String, String)] = []
    func isGenerated(_ text: Substring) -> Bool {
      text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
    }
    for (range, kind) in Self.symbols(in: text) where kind == "rand" {
      let literal = text[index..<range.lowerBound]
      guard rest.hasPrefix(literal) else { return differ(path, expected: text, .string(actual)) }
      rest = rest.dropFirst(literal.count)
      let name = String(text[range])
      let part = rest.prefix(5)
      if let known = symbols[name]?.string {
        guard part == known else { return differ(path, expected: text, .string(actual)) }
      } else {
        guard part.count == 5, isGenerated(part) else {
          return differ(path, expected: text, .string(actual))
        }
        bound.append((name, String(part)))
      }
      rest = rest.dropFirst(5)
      index = range.upperBound
    }
    guard rest == text[index...] else { return differ(path, expected: text, .string(actual)) }
    for (name, value) in bound { symbols[name] = .string(value) }
  }

  private mutating func matchObject(_ expected: JSONObject, _ actual: JSONValue?, _ path: String) {
    guard let object = actual?.object else {
      return differ(path, .object(expected), actual)
    }
    for entry in expected.entries {
      let key = filled(entry.key)
      if let value = object[key] {
        match(entry.value, value, "\(path).\(key)")
      } else if !["", .null, [], [:]].contains(entry.value) {
        report("\(path).\(key): missing, expected \(entry.value.text)")
      }
    }
  }

  private mutating func matchList(_ expected: [JSONValue], _ actual: JSONValue?, _ path: String) {
    guard let items = actual?.array else {
      if actual ?? .null == .null, expected.isEmpty { return }
      return differ(path, .array(expected), actual)
    }
    guard items.count == expected.count else {
      return report(
        "\(path): expected \(expected.count) items, got \(items.count): "
          + JSONValue.array(items).text)
    }
    for (index, item) in expected.enumerated() { match(item, items[index], "\(path)[\(index)]") }
  }

  /// The paths that must be absent or empty.
  package mutating func checkAbsent(_ paths: [JSONValue], _ body: JSONValue, _ step: String) {
    for path in paths {
      let keys = (path.array ?? []).compactMap(\.string)
      guard let value = body.object?.value(at: keys[...]),
        ![.null, "", [], [:]].contains(value)
      else { continue }
      report("\(step).\(keys.joined(separator: ".")): must be absent, got \(value.text)")
    }
  }
}
