/// The fields of one kind of mapping: the decoder's and the JSON Schema's one source.
package struct FieldTable: Sendable {
  /// One field.
  package struct Field: Sendable {
    package let name: String
    package let type: FieldType
    package let isRequired: Bool
    /// What it means, in one line.
    package let summary: String
  }

  /// The name of the definition in the JSON Schema.
  package let name: String
  package let summary: String
  package let fields: [Field]
  /// Of these fields exactly one must be there; empty for no such rule.
  package let exactlyOne: [String]

  /// Makes a table.
  package init(
    _ name: String, _ summary: String, exactlyOne: [String] = [], _ fields: [Field]
  ) {
    self.name = name
    self.summary = summary
    self.fields = fields
    self.exactlyOne = exactlyOne
  }

  /// The names of the fields.
  package var fieldNames: [String] { fields.map(\.name) }
}

/// What a field holds.
package indirect enum FieldType: Sendable {
  case text
  /// A name as Kubernetes has them: lower case, digits, `-` and `.`.
  case objectName
  /// A name that CEL can read.
  case identifier
  case boolean
  case integer(ClosedRange<Int>)
  case expression
  case duration
  case choice([String])
  case table(@Sendable () -> FieldTable)
  case list(FieldType)
  /// Any keys, values of one type.
  case map(FieldType)
  /// A Kubernetes object, or a part of one, with `${…}`.
  case template
  case anything
  case either([FieldType])
}

extension FieldTable.Field {
  /// A field that may be left out.
  static func optional(
    _ name: String, _ type: FieldType, _ summary: String
  ) -> FieldTable.Field {
    FieldTable.Field(name: name, type: type, isRequired: false, summary: summary)
  }

  /// A field that must be there.
  static func required(
    _ name: String, _ type: FieldType, _ summary: String
  ) -> FieldTable.Field {
    FieldTable.Field(name: name, type: type, isRequired: true, summary: summary)
  }
}
