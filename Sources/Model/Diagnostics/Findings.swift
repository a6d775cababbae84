/// Collects diagnostics while documents are read; reading goes on after an error.
package final class Findings {
  private var collected: Set<Diagnostic> = []
  private var ordered: [Diagnostic] = []

  /// Makes an empty collection.
  package init() {}

  /// Adds a finding; the same one twice is kept once.
  package func add(_ finding: Diagnostic) {
    if collected.insert(finding).inserted { ordered.append(finding) }
  }

  /// Adds a finding of a catalogue code.
  package func add(
    _ code: DiagnosticCode, at location: SourceLocation, length: Int = 1, _ message: String,
    advice: String
  ) {
    add(Diagnostic(code, at: location, length: length, message, advice: advice))
  }

  /// All findings by place, then code, then message.
  package var diagnostics: [Diagnostic] {
    ordered.sorted {
      ($0.location, $0.code, $0.message) < ($1.location, $1.code, $1.message)
    }
  }

  /// Whether some finding stops.
  package var hasErrors: Bool { ordered.contains { $0.severity == .error } }

  /// How many errors there are; a way to see whether a part added one.
  package var errorCount: Int { ordered.count { $0.severity == .error } }
}
