package import CEL

/// Values as Go's `%v` prints them, for messages that upstream makes so (src/fmt/print.go of Go).
package enum GoFormat {
  /// A value's text: `map[image:j:2 name:c]`, `[a b]`, `<nil>`.
  package static func text(_ value: JSONValue) -> String {
    switch value {
    case .null: "<nil>"
    case .string(let text): text
    case .array(let items): "[" + items.map { text($0) }.joined(separator: " ") + "]"
    case .object(let object):
      "map[" + object.entries.map { "\($0.key):\(text($0.value))" }.joined(separator: " ") + "]"
    default: value.text
    }
  }

  /// A string as `%q` prints it.
  package static func quoted(_ text: String) -> String { JSONValue.string(text).text }
}
