/// What `kverify explain builtin NAME` tells about a built-in controller, and what the schema and
/// the validation of a scenario know of it.
package struct BuiltinDocumentation: Hashable, Sendable {
  /// The type of a `with` value: what its CEL expression must give.
  package enum ValueType: String, Hashable, Sendable {
    case int, bool, string, quantity
    /// Not CEL but the word `counted`.
    case counted
  }

  /// A key of `with`.
  package struct Key: Hashable, Sendable {
    package let name: String
    package let type: ValueType
    package let summary: String

    init(_ name: String, _ type: ValueType, _ summary: String) {
      self.name = name
      self.type = type
      self.summary = summary
    }
  }

  package let name: String
  package let summary: String
  /// The upstream files it follows, below the root of kubernetes/kubernetes.
  package let upstream: [String]
  package let keys: [Key]
  /// The kinds of objects it creates.
  package let creates: [GroupKind]
  package let modelled: [String]
  package let leftOut: [String]

  /// The text that `explain` prints.
  package var text: String {
    var lines = ["builtin: \(name)", "", summary, "", "Follows (kubernetes/kubernetes):"]
    lines += upstream.map { "  \($0)" }
    lines += ["", "with:"]
    lines += keys.isEmpty ? ["  (no keys)"] : []
    lines += keys.map { "  \($0.name) (\($0.type.rawValue)): \($0.summary)" }
    lines += ["", "Modelled:"] + modelled.map { "  - \($0)" }
    lines += ["", "Left out:"] + leftOut.map { "  - \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }
}
