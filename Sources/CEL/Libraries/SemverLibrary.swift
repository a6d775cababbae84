extension SemanticVersion: OpaqueValue {
  static let celType = CELType.opaque("kubernetes.Semver", [])

  package var type: CELType { Self.celType }

  /// As upstream: versions that differ in their build only are equal.
  package func isEqual(to other: any OpaqueValue) -> Bool {
    (other as? SemanticVersion).map { compare($0) == 0 } ?? false
  }

  package var text: String { description }
}

extension Library {
  /// The semver library of the Kubernetes API server, version 1.
  ///
  /// Follows k8s.io/apiserver/pkg/cel/library/semverlib.go.
  package static let semver = Library(
    name: "kubernetes.semver",
    functions: [
      .global("semver", id: "string_to_semver", [.string], to: version) {
        arguments throws(EvaluationError) in
        .opaque(try parsed(arguments, SemanticVersion.init(_:)))
      },
      .global("semver", id: "string_bool_to_semver", [.string, .bool], to: version) {
        arguments throws(EvaluationError) in .opaque(try parsed(arguments, reader(arguments)))
      },
      .global("isSemver", id: "is_semver_string", [.string], to: .bool) {
        arguments throws(EvaluationError) in
        .bool(SemanticVersion(try arguments.string(0)) != nil)
      },
      .global("isSemver", id: "is_semver_string_bool", [.string, .bool], to: .bool) {
        arguments throws(EvaluationError) in
        .bool(reader(arguments)(try arguments.string(0)) != nil)
      },
      part("major") { $0.major }, part("minor") { $0.minor }, part("patch") { $0.patch },
      relation("isGreaterThan", "semver_is_greater_than", to: .bool) { .bool($0 > 0) },
      relation("isLessThan", "semver_is_less_than", to: .bool) { .bool($0 < 0) },
      relation("compareTo", "semver_compare_to", to: .int) { .int(Int64($0)) },
    ],
    types: ["kubernetes.Semver": SemanticVersion.celType])

  private static let version = SemanticVersion.celType

  private static func reader(_ arguments: [Value]) -> (String) -> SemanticVersion? {
    if case .bool(true) = arguments[1] {
      SemanticVersion.init(normalizing:)
    } else {
      SemanticVersion.init(_:)
    }
  }

  private static func parsed(
    _ arguments: [Value], _ read: (String) -> SemanticVersion?
  ) throws(EvaluationError) -> SemanticVersion {
    let text = try arguments.string(0)
    guard let version = read(text) else {
      throw EvaluationError(.conversion, "'\(text)' is not a semantic version")
    }
    return version
  }

  private static func part(
    _ name: String, _ number: @escaping @Sendable (SemanticVersion) -> UInt64
  ) -> Overload {
    .member(name, id: "semver_\(name)", on: version, to: .int) {
      arguments throws(EvaluationError) in
      // Go's conversion wraps around.
      .int(Int64(bitPattern: number(try arguments.opaque(0, as: SemanticVersion.self))))
    }
  }

  private static func relation(
    _ name: String, _ id: String, to result: CELType,
    _ answer: @escaping @Sendable (Int) -> Value
  ) -> Overload {
    .member(name, id: id, on: version, [version], to: result) {
      arguments throws(EvaluationError) in
      answer(
        try arguments.opaque(0, as: SemanticVersion.self)
          .compare(arguments.opaque(1, as: SemanticVersion.self)))
    }
  }
}
