package import CEL

/// A test on fields of an object: a conjunction of equalities and inequalities of paths.
///
/// Follows staging/src/k8s.io/apimachinery/pkg/fields/selector.go. Which paths a kind supports is
/// the registry's business; here a path is looked up as it is written.
package struct FieldSelector: Hashable, Sendable {
  /// One test of one field.
  package struct Term: Hashable, Sendable {
    package let path: String
    package let isEqual: Bool
    package let value: String

    /// Makes a term.
    package init(_ path: String, isEqual: Bool, _ value: String) {
      self.path = path
      self.isEqual = isEqual
      self.value = value
    }
  }

  /// All must hold.
  package let terms: [Term]

  /// Makes a selector; without terms it accepts everything.
  package init(_ terms: [Term] = []) { self.terms = terms }

  /// Reads the text of a `fieldSelector` parameter.
  ///
  /// Follows fields.parseSelector: terms are split at commas that no backslash escapes, each has
  /// `!=`, `==` or `=`; empty terms are skipped.
  package init(parsing text: String) throws(SelectorError) {
    var terms: [Term] = []
    for part in Self.split(text) where !part.isEmpty {
      let bytes = Array(part.utf8)
      var found: Term?
      var index = 0
      while index < bytes.count, found == nil {
        if bytes[index] == UInt8(ascii: "\\") {
          index += 2
          continue
        }
        for (sign, isEqual) in [("!=", false), ("==", true), ("=", true)]
        where found == nil && bytes[index...].starts(with: sign.utf8) {
          let path = String(decoding: bytes[..<index], as: UTF8.self)
          let value = String(decoding: bytes[(index + sign.utf8.count)...], as: UTF8.self)
          found = Term(path, isEqual: isEqual, try Self.unescape(value))
        }
        index += 1
      }
      guard let found else {
        throw SelectorError("invalid selector: '\(text)'; can't understand '\(part)'")
      }
      terms.append(found)
    }
    self.init(terms)
  }

  private static func split(_ text: String) -> [String] {
    var parts: [[UInt8]] = [[]]
    var isEscaped = false
    for byte in text.utf8 {
      if byte == UInt8(ascii: ","), !isEscaped {
        parts.append([])
      } else {
        parts[parts.count - 1].append(byte)
      }
      isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
    }
    return parts.map { String(decoding: $0, as: UTF8.self) }
  }

  private static func unescape(_ text: String) throws(SelectorError) -> String {
    var out: [UInt8] = []
    var isEscaped = false
    for byte in text.utf8 {
      if isEscaped {
        guard "\\,=".utf8.contains(byte) else {
          throw SelectorError("invalid field selector: invalid escape sequence in '\(text)'")
        }
        out.append(byte)
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "=") || byte == UInt8(ascii: ",") {
        throw SelectorError("invalid field selector: unescaped character in '\(text)'")
      } else {
        out.append(byte)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// Whether everything is accepted.
  package var isEmpty: Bool { terms.isEmpty }

  /// Whether an object's fields satisfy all terms; an absent field is the empty text.
  package func matches(_ object: JSONObject) -> Bool {
    terms.allSatisfy { term in
      (Self.value(of: term.path, in: object) == term.value) == term.isEqual
    }
  }

  static func value(of path: String, in object: JSONObject) -> String {
    let keys = path.split(separator: ".").map(String.init)
    switch object.value(at: keys[...])?.pinned {
    case .string(let text): return text
    case .int(let number): return String(number)
    case .bool(let flag): return flag ? "true" : "false"
    // Upstream renders the zero value of these Go fields (registry/*/strategy.go, SelectableFields).
    case .none where path == "spec.unschedulable" || path == "spec.hostNetwork": return "false"
    case .none where path == "status.replicas" || path == "status.successful": return "0"
    default: return ""
    }
  }
}
