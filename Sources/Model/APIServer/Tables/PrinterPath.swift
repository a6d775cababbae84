internal import CEL

/// The simple JSON path of a printer column: `.spec.replicas`, `.status.conditions[0].type`,
/// `.status.conditions[?(@.type=="Ready")].status`, `.metadata.labels.a\.b`.
///
/// Follows staging/src/k8s.io/client-go/util/jsonpath/jsonpath.go as far as definitions commonly use it; what
/// else there is finds nothing.
struct PrinterPath {
  private enum Step {
    case key(String)
    case index(Int)
    case filter(path: [String], value: String)
    case never
  }

  private let steps: [Step]

  init(_ text: String) {
    var steps: [Step] = []
    var rest = text[...]
    while let first = rest.first {
      if first == "[" {
        guard let end = rest.firstIndex(of: "]") else {
          steps.append(.never)
          break
        }
        steps.append(Self.bracket(rest[rest.index(after: rest.startIndex)..<end]))
        rest = rest[rest.index(after: end)...]
      } else {
        if first == "." { rest.removeFirst() }
        let key = Self.key(&rest)
        if !key.isEmpty { steps.append(.key(key)) }
      }
    }
    self.steps = steps
  }

  private static func key(_ rest: inout Substring) -> String {
    var key = ""
    while let next = rest.first, next != ".", next != "[" {
      rest.removeFirst()
      guard next == "\\" else {
        key.append(next)
        continue
      }
      if let escaped = rest.popFirst() { key.append(escaped) }
    }
    return key
  }

  private static func bracket(_ text: Substring) -> Step {
    if let index = Int(text) { return .index(index) }
    let quotes: [Character] = ["'", "\""]
    if let quote = text.first, quotes.contains(quote), text.last == quote, text.count > 1 {
      return .key(String(text.dropFirst().dropLast()))
    }
    guard
      let match = text.wholeMatch(of: /\?\(\s*@\.([A-Za-z0-9_.\-]+)\s*==\s*["']([^"']*)["']\s*\)/)
    else { return .never }
    return .filter(
      path: match.1.split(separator: ".").map(String.init), value: String(match.2))
  }

  /// The first value at the path; nil where there is none.
  func value(in root: JSONValue) -> JSONValue? {
    var current = root
    for step in steps {
      let next: JSONValue? =
        switch step {
        case .key(let key): current[key]
        case .index(let index):
          current.array.flatMap { items in
            let place = index < 0 ? items.count + index : index
            return items.indices.contains(place) ? items[place] : nil
          }
        case .filter(let path, let value):
          current.array?.first { item in
            item.object?.value(at: path[...])?.string == value
          }
        case .never: nil
        }
      guard let next else { return nil }
      current = next
    }
    return current
  }
}
