/// A place in a source file: lines and columns count from 1, columns in characters.
package struct SourceLocation: Hashable, Comparable, Sendable, CustomStringConvertible {
  package var file: String
  package var line: Int
  package var column: Int

  /// Makes a location.
  package init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  package static func < (left: SourceLocation, right: SourceLocation) -> Bool {
    (left.file, left.line, left.column) < (right.file, right.line, right.column)
  }

  /// `scenario.yaml:12:5`.
  package var description: String { "\(file):\(line):\(column)" }
}

/// One finding about what the user wrote: what is wrong, where, why, and what to do next.
package struct Diagnostic: Error, Hashable, Sendable {
  /// How grave it is: an error stops, a warning does not.
  package enum Severity: String, Hashable, Sendable { case error, warning }

  /// The stable code, `KV0101`; `kverify explain code KV0101` tells more.
  package var code: String
  package var severity: Severity
  package var location: SourceLocation
  /// How many characters the caret underlines.
  package var length: Int
  /// The cause, in one line.
  package var message: String
  /// The next thing to do.
  package var advice: String

  /// Makes a finding.
  package init(
    _ code: String, _ severity: Severity = .error, at location: SourceLocation, length: Int = 1,
    _ message: String, advice: String
  ) {
    self.code = code
    self.severity = severity
    self.location = location
    self.length = length
    self.message = message
    self.advice = advice
  }
}
