/// The environments expressions are written for.
extension Environment {
  /// The Kubernetes API server's environment as of 1.34 (k8s.io/apiserver
  /// pkg/cel/environment/base.go), without variables.
  ///
  /// It has neither `cel.bind` nor base64; the elements of a literal have one type; literals of
  /// durations, timestamps and regular expressions are validated.
  package static let kubernetes: Environment = {
    var options = Options()
    options.comparesNumbersAcrossTypes = true
    options.requiresHomogeneousLiterals = true
    options.validatesLiterals = true
    return Environment(libraries: kubernetesLibraries, options: options)
  }()

  /// The environment of kro's ResourceGraphDefinitions (pkg/cel/environment.go), without variables.
  package static let kro = Environment(libraries: kroLibraries)

  /// The environment the cases of CEL's conformance suite are written for.
  package static let conformance: Environment = {
    var options = Options()
    options.comparesNumbersAcrossTypes = true
    options.allowsQuotedFields = true
    return Environment(libraries: conformanceLibraries, options: options)
  }()

  /// The libraries of ``kubernetes``.
  package static let kubernetesLibraries: [Library] = [
    .standardOfGo, .optionals, .twoVariableComprehensions, .strings(version: 2), .lists,
    .kubernetesLists, .sets, .regex, .quantity, .url, .network(.refused), .semver, .format,
  ]

  /// The libraries of ``kro``.
  package static let kroLibraries: [Library] =
    [
      .standardOfGo, .optionals, .optionalLists, .twoVariableComprehensions, .bindings, .strings(),
      .lists, .kubernetesLists, .encoders, .regex, .quantity, .url, .network(.refused),
      .semver,
    ] + Library.kro

  /// The libraries of ``conformance``.
  package static let conformanceLibraries: [Library] = [
    .standard, .optionals, .twoVariableComprehensions, .bindings, .strings(), .encoders,
    .network(.unmapped),
  ]
}
