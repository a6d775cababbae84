extension NamedFormat: OpaqueValue {
  static let celType = CELType.opaque("kubernetes.NamedFormat", [])

  var type: CELType { Self.celType }

  func isEqual(to other: any OpaqueValue) -> Bool { (other as? NamedFormat) == self }

  var text: String { rawValue }
}

extension Library {
  /// The format library of the Kubernetes API server: `format.dns1123Label().validate(text)`.
  ///
  /// Follows k8s.io/apiserver/pkg/cel/library/format.go.
  package static let format = Library(
    name: "kubernetes.format",
    functions: NamedFormat.allCases.map { format in
      let name = "format.\(format.rawValue)"
      return .global(name, id: name, [], to: NamedFormat.celType) { _ in .opaque(format) }
    } + [
      .global("format.named", id: "format-named", [.string], to: .optional(NamedFormat.celType)) {
        arguments throws(EvaluationError) in
        .optional(NamedFormat(rawValue: try arguments.string(0)).map { .opaque($0) })
      },
      .member(
        "validate", id: "format-validate", on: NamedFormat.celType, [.string],
        to: .optional(.list(.string))
      ) { arguments throws(EvaluationError) in
        let problems = try arguments.opaque(0, as: NamedFormat.self)
          .problems(arguments.string(1))
        return .optional(problems.isEmpty ? nil : .list(problems.map(Value.string)))
      },
    ])
}
