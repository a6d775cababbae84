package import CEL

/// A node of a YAML document, resolved as Kubernetes does and placed in its file.
package struct YAMLNode: Sendable {
  /// The value.
  package enum Content: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case sequence([YAMLNode])
    case mapping([YAMLMember])
  }

  /// How a scalar was written.
  package enum Style: Sendable {
    case plain, singleQuoted, doubleQuoted, literal, folded, collection
  }

  package let content: Content
  /// The text of a scalar before it was resolved; empty for collections.
  package let text: String
  package let style: Style
  package let location: SourceLocation

  /// The text of a string; nil for all else.
  package var string: String? { if case .string(let text) = content { text } else { nil } }

  /// The members of a mapping; nil for all else.
  package var mapping: [YAMLMember]? {
    if case .mapping(let members) = content { members } else { nil }
  }

  /// The items of a sequence; nil for all else.
  package var sequence: [YAMLNode]? {
    if case .sequence(let items) = content { items } else { nil }
  }

  /// The value under a key of a mapping.
  package subscript(key: String) -> YAMLNode? {
    mapping?.first { $0.key == key }?.value
  }

  /// How many characters a caret underlines: a plain scalar's length, 1 for all else.
  package var length: Int {
    switch style {
    case .plain: max(1, text.prefix { $0 != "\n" }.unicodeScalars.count)
    case .singleQuoted, .doubleQuoted: text.contains("\n") ? 1 : text.unicodeScalars.count + 2
    case .literal, .folded, .collection: 1
    }
  }

  /// What the node is, in words for people.
  package var kindName: String {
    switch content {
    case .null: "nothing"
    case .bool: "a Boolean"
    case .int: "an integer"
    case .double: "a number"
    case .string: "a string"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }

  /// The value without places, as sigs.k8s.io/yaml converts YAML to JSON.
  package var json: JSONValue {
    switch content {
    case .null: .null
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .double(let value): .double(value)
    case .string(let value): .string(value)
    case .sequence(let items): .array(items.map(\.json))
    case .mapping(let members):
      // Sorted first: JSONObject inserts, which costs least at the end.
      .object(
        JSONObject(
          members.sorted { $0.jsonKey < $1.jsonKey }.map { ($0.jsonKey, $0.value.json) }))
    }
  }
}

/// A key of a YAML mapping and its value.
package struct YAMLMember: Sendable {
  /// The key as it was written.
  package let key: String
  /// The key as Kubernetes reads it: an unquoted `on` is `true`.
  package let jsonKey: String
  package let keyLocation: SourceLocation
  package let value: YAMLNode

  /// How many characters the key has.
  package var keyLength: Int { max(1, key.unicodeScalars.count) }
}
