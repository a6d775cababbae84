/// Reads fields of kinds: `Kind[/name]:path`.
struct IgnoredPathDecoder {
  let findings: Findings
  let kinds: KindCatalogue

  /// Reads `Kind[/name]:path`; dots part the path, `["…"]` holds a key with dots, `*` is any key.
  func path(_ text: String, at node: YAMLNode) -> IgnoredPath? {
    func bad(_ reason: String) -> IgnoredPath? {
      findings.add(
        .badValue, at: node.location, length: node.length, "\"\(text)\" \(reason)",
        advice: "write Kind:path or Kind/name:path, such as Secret:data.password")
      return nil
    }
    guard let colon = text.firstIndex(of: ":") else { return bad("has no path") }
    let subject = text[..<colon].split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(subject.count), !subject.contains("") else {
      return bad("names no kind")
    }
    let kind = String(subject[0])
    guard kinds.entries.contains(where: { $0.groupKind.kind == kind }) else {
      let known = kinds.entries.map(\.groupKind.kind)
      findings.add(
        .undefinedKind, at: node.location, length: node.length, "nobody defines the kind \(kind)",
        advice: Suggestion.nearest(to: kind, among: known).map { "did you mean \"\($0)\"?" }
          ?? "write the kind as in its manifests")
      return nil
    }
    guard let path = IgnoredFields.parse(text[text.index(after: colon)...]), !path.isEmpty else {
      return bad("has no path after the colon")
    }
    return IgnoredPath(
      kind: kind, name: subject.count == 2 ? String(subject[1]) : nil, path: path,
      location: node.location)
  }

  /// The same without a name and without `*`: a field of all objects of a kind.
  func unread(_ text: String, at node: YAMLNode) -> IgnoredPath? {
    guard let path = path(text, at: node) else { return nil }
    if path.name == nil, !path.path.contains("*") { return path }
    findings.add(
      .badValue, at: node.location, length: node.length,
      "\"\(text)\" is no field of all objects of a kind",
      advice: "write Kind:path, such as Deployment:status")
    return nil
  }
}

/// Paths of fields as text: `metadata.annotations["a.b/c"].d`.
enum IgnoredFields {
  /// The keys of a path; nil where it is none.
  static func parse(_ text: Substring) -> [String]? {
    var keys: [String] = []
    var rest = text
    while !rest.isEmpty {
      if rest.hasPrefix("[") {
        guard let end = rest.firstIndex(of: "]") else { return nil }
        let inside = rest[rest.index(after: rest.startIndex)..<end]
        keys.append(inside.trimmingQuotes)
        rest = rest[rest.index(after: end)...]
      } else {
        let key = rest.prefix { $0 != "." && $0 != "[" }
        guard !key.isEmpty else { return nil }
        keys.append(String(key))
        rest = rest.dropFirst(key.count)
      }
      if rest.hasPrefix(".") {
        rest = rest.dropFirst()
        if rest.isEmpty { return nil }
      }
    }
    return keys
  }
}

extension Substring {
  /// The text without one pair of quotes around it.
  fileprivate var trimmingQuotes: String {
    for quote in ["\"", "'"] where count >= 2 && hasPrefix(quote) && hasSuffix(quote) {
      return String(dropFirst().dropLast())
    }
    return String(self)
  }
}
