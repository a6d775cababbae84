/// The codes of all findings about what the user wrote; `DiagnosticCatalogue` explains each.
///
/// A code never changes its meaning. KV01: text and YAML; KV02: files; KV03: fields; KV04: names and
/// references; KV05: CEL; KV06: results.
package enum DiagnosticCode: String, CaseIterable, Hashable, Sendable {
  case invalidUTF8 = "KV0101"
  case yamlSyntax = "KV0102"
  case nestedTooDeeply = "KV0103"
  case aliasBomb = "KV0104"
  case duplicateKey = "KV0105"
  case tagTrap = "KV0106"
  case colonTrap = "KV0107"
  case braceTrap = "KV0108"
  case finalNewline = "KV0109"
  case booleanTrap = "KV0110"
  case fileTooLarge = "KV0111"
  case noDocument = "KV0112"
  case badKey = "KV0113"
  case notJSON = "KV0114"

  case noSuchFile = "KV0201"
  case unreadableFile = "KV0202"
  case patternMatchesNothing = "KV0203"
  case includeCycle = "KV0204"
  case unexpectedDocument = "KV0205"
  case noScenario = "KV0206"

  case unknownField = "KV0301"
  case wrongType = "KV0302"
  case missingField = "KV0303"
  case exactlyOneOf = "KV0304"
  case badValue = "KV0305"
  case duplicateName = "KV0306"
  case unknownDocumentKind = "KV0307"
  case badName = "KV0308"
  case fieldsDoNotCombine = "KV0309"
  case notSupportedYet = "KV0310"

  case duplicateObject = "KV0401"
  case undefinedKind = "KV0402"
  case versionNotServed = "KV0403"
  case unknownController = "KV0404"
  case unknownName = "KV0405"
  case unknownStep = "KV0406"
  case unknownBuiltin = "KV0407"
  case unknownOption = "KV0408"
  case wrongScope = "KV0409"
  case incompleteManifest = "KV0410"
  case unused = "KV0411"
  case refusedObject = "KV0412"

  case expressionSyntax = "KV0501"
  case undefinedIdentifier = "KV0502"
  case expressionType = "KV0503"
  case resultType = "KV0504"
  case unknownFunction = "KV0505"

  case badTrace = "KV0601"
  case vacuousProperty = "KV0602"
  case unsatisfiableAssumption = "KV0603"

  /// Whether the finding means that a file is missing (exit code 66) rather than wrong (65).
  package var isMissingFile: Bool {
    switch self {
    case .noSuchFile, .unreadableFile, .patternMatchesNothing, .noScenario: true
    default: false
    }
  }

  /// How grave findings of this code are.
  package var severity: Diagnostic.Severity {
    switch self {
    case .finalNewline, .unused, .vacuousProperty, .unsatisfiableAssumption: .warning
    default: .error
    }
  }
}

extension Diagnostic {
  /// Whether the finding means that a file is missing rather than wrong.
  package var isMissingFile: Bool { DiagnosticCode(rawValue: code)?.isMissingFile ?? false }

  /// Makes a finding of a catalogue code.
  package init(
    _ code: DiagnosticCode, at location: SourceLocation, length: Int = 1, _ message: String,
    advice: String
  ) {
    self.init(
      code.rawValue, code.severity, at: location, length: length, message, advice: advice)
  }
}
