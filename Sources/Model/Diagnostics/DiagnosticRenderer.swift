/// Writes findings for people: code, place, the source line with a caret, and what to do next.
package struct DiagnosticRenderer: Sendable {
  private let sources: SourceFiles
  private let style: Style

  /// Whether the text has terminal colours.
  package enum Style: Sendable { case plain, coloured }

  /// The findings that are shown; the first ones are the causes of the others.
  private static let limit = 100

  /// The columns that an excerpt of a long line shows.
  private static let window = 90

  /// Makes a renderer that finds the lines in these files.
  package init(sources: SourceFiles, style: Style = .plain) {
    self.sources = sources
    self.style = style
  }

  /// One finding, over several lines, each ended by a line break.
  package func render(_ diagnostic: Diagnostic) -> String {
    let label = "\(diagnostic.severity.rawValue)[\(diagnostic.code)]"
    let isError = diagnostic.severity == .error
    var text = bold("\(place(of: diagnostic.location)): ")
    text +=
      colour(label, isError ? "31;1" : "33;1") + bold(": " + visible(diagnostic.message)) + "\n"
    text += excerpt(of: diagnostic)
    if !diagnostic.advice.isEmpty {
      text += "  " + colour("= ", "36;1") + visible(diagnostic.advice) + "\n"
    }
    return text
  }

  /// All findings in their order and a closing line that counts them.
  package func render(_ diagnostics: [Diagnostic]) -> String {
    guard !diagnostics.isEmpty else { return "" }
    let errors = diagnostics.count { $0.severity == .error }
    let warnings = diagnostics.count - errors
    var counts: [String] = []
    if errors > 0 { counts.append(errors == 1 ? "1 error" : "\(errors) errors") }
    if warnings > 0 { counts.append(warnings == 1 ? "1 warning" : "\(warnings) warnings") }
    let code = diagnostics[0].code
    let shown = diagnostics.prefix(Self.limit)
    if shown.count < diagnostics.count {
      counts.append("only the first \(shown.count) are shown")
    }
    return shown.map(render).joined(separator: "\n")
      + "\n\(counts.joined(separator: ", ")); more: kverify explain code \(code)\n"
  }

  private func place(of location: SourceLocation) -> String {
    location.line > 0 ? location.description : location.file
  }

  private func excerpt(of diagnostic: Diagnostic) -> String {
    let location = diagnostic.location
    guard let file = sources[location.file], location.line >= 1, location.line <= file.lineCount
    else { return "" }
    let scalars = Array(file.line(location.line).unicodeScalars)
    let caret = min(max(location.column - 1, 0), scalars.count)
    var start = 0
    var end = scalars.count
    if scalars.count > Self.window {
      start = max(0, caret - Self.window / 2)
      end = min(scalars.count, start + Self.window)
    }
    let number = String(location.line)
    let gutter = String(repeating: " ", count: number.count)
    let lead = start > 0 ? "…" : ""
    let shown = lead + visible(scalars[start..<end]) + (end < scalars.count ? "…" : "")
    let indent = lead + scalars[start..<caret].map { _ in " " }.joined()
    let length = max(1, min(diagnostic.length, end - caret))
    let pointer =
      String(repeating: " ", count: indent.count) + String(repeating: "^", count: length)
    return "\(gutter) |\n\(number) | \(shown)\n\(gutter) | \(colour(pointer, "31;1"))\n"
  }

  /// Text without control characters: what a file holds must not reach the terminal raw.
  private func visible(_ text: String) -> String { visible(Array(text.unicodeScalars)[...]) }

  private func visible(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var shown = String.UnicodeScalarView()
    for scalar in scalars {
      switch scalar.properties.generalCategory {
      case .control: shown.append(scalar == "\t" ? " " : "\u{FFFD}")
      case .format, .lineSeparator, .paragraphSeparator, .surrogate: shown.append("\u{FFFD}")
      default: shown.append(scalar)
      }
    }
    return String(shown)
  }

  private func bold(_ text: String) -> String { colour(text, "1") }

  private func colour(_ text: String, _ code: String) -> String {
    style == .coloured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
