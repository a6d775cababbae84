/// Why a pattern is no regular expression: what is wrong, and the part of the pattern it is about.
///
/// The sentences are those of Go's regexp/syntax, which users of Kubernetes know.
package struct RegularExpressionError: Error, Hashable, Sendable {
  /// What can be wrong with a pattern.
  package enum Reason: String, Sendable {
    case invalidCharacterClass = "invalid character class"
    case invalidClassRange = "invalid character class range"
    case invalidEscape = "invalid escape sequence"
    case invalidNamedCapture = "invalid named capture"
    case invalidPerlOperator = "invalid or unsupported Perl syntax"
    case nestedRepetition = "invalid nested repetition operator"
    case invalidRepeatCount = "invalid repeat count"
    case missingBracket = "missing closing ]"
    case missingParenthesis = "missing closing )"
    case missingRepeatArgument = "missing argument to repetition operator"
    case trailingBackslash = "trailing backslash at end of expression"
    case unexpectedParenthesis = "unexpected )"
    case nestsTooDeeply = "expression nests too deeply"
    case tooLarge = "expression too large"
    /// Not one of Go's: a script that Go knows may be missing here.
    case unknownUnicodeClass = "unknown or unsupported Unicode class"
  }

  /// What is wrong.
  package let reason: Reason
  /// The part of the pattern.
  package let excerpt: String
}

extension RegularExpressionError: CustomStringConvertible {
  /// The sentence an evaluation error shows.
  package var description: String {
    "error parsing regexp: \(reason.rawValue): `\(excerpt)`"
  }
}
