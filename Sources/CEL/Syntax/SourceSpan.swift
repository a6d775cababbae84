/// A range of the source text, in UTF-8 offsets.
package struct SourceSpan: Hashable, Sendable {
  /// The offset of the first byte.
  package let start: Int
  /// The offset after the last byte.
  package let end: Int

  package init(start: Int, end: Int) {
    self.start = start
    self.end = end
  }

  /// The least span that covers both.
  func union(_ other: SourceSpan) -> SourceSpan {
    SourceSpan(start: min(start, other.start), end: max(end, other.end))
  }
}

/// A place in a text as people count: lines and columns from 1, a column being a Unicode scalar.
package struct SourcePosition: Hashable, Sendable {
  package let line: Int
  package let column: Int
}

extension SourceSpan {
  /// Where the span starts in its source.
  package func location(in source: String) -> SourcePosition {
    var line = 1
    var column = 1
    var offset = 0
    for scalar in source.unicodeScalars {
      guard offset < start else { break }
      offset += UTF8.width(scalar)
      if scalar == "\n" {
        line += 1
        column = 1
      } else {
        column += 1
      }
    }
    return SourcePosition(line: line, column: column)
  }

  /// The text the span covers; empty where the span is not within the source.
  package func text(in source: String) -> String {
    let bytes = source.utf8
    guard start >= 0, start <= end, end <= bytes.count else { return "" }
    return String(Substring(bytes.dropFirst(start).prefix(end - start)))
  }
}
