/// Finds where the characters of a YAML scalar stand in the file.
///
/// A caret inside a folded or quoted expression must stand at its character, not at the scalar's
/// start. The value and the source are walked side by side: characters match one to one, except
/// escapes, and runs of white space match runs of white space with line breaks and indentation.
package struct ScalarPositions: Hashable, Sendable {
  /// From this offset of the value on, columns run in step with the value.
  private struct Segment: Hashable, Sendable {
    let offset: Int
    let line: Int
    let column: Int
  }

  private let file: String
  private let segments: [Segment]

  /// Places all offsets relative to one start; right for text on one line.
  package init(start: SourceLocation) {
    file = start.file
    segments = [Segment(offset: 0, line: start.line, column: start.column)]
  }

  private init(file: String, segments: [Segment]) {
    self.file = file
    self.segments = segments
  }

  /// The place of a character by its offset in Unicode scalars.
  package func location(at offset: Int) -> SourceLocation {
    let segment = segments.last { $0.offset <= offset } ?? segments[0]
    return SourceLocation(
      file: file, line: segment.line, column: max(1, segment.column + offset - segment.offset))
  }

  /// The positions of a part that starts at an offset.
  package func dropFirst(_ count: Int) -> ScalarPositions {
    let start = location(at: count)
    var rest = [Segment(offset: 0, line: start.line, column: start.column)]
    for segment in segments where segment.offset > count {
      rest.append(
        Segment(offset: segment.offset - count, line: segment.line, column: segment.column))
    }
    return ScalarPositions(file: file, segments: rest)
  }

  /// Walks a scalar of a file.
  package init(of node: YAMLNode, in source: SourceFile) {
    let offset = source.offset(line: node.location.line, column: node.location.column)
    var walker = Walker(bytes: source.bytes, index: offset, location: node.location)
    walker.enter(node.style)
    var segments: [Segment] = []
    var previousWasSpace = true
    for (offset, scalar) in node.text.unicodeScalars.enumerated() {
      let isSpace = scalar == " " || scalar == "\n" || scalar == "\t"
      defer { previousWasSpace = isSpace }
      if isSpace { continue }
      if previousWasSpace { walker.skipSpace() }
      let expected = segments.last
      if expected.map({
        $0.line != walker.line || $0.column + offset - $0.offset != walker.column
      }) ?? true {
        segments.append(Segment(offset: offset, line: walker.line, column: walker.column))
      }
      guard walker.take() else { break }
    }
    if segments.isEmpty {
      segments = [
        Segment(offset: 0, line: node.location.line, column: node.location.column)
      ]
    } else if segments[0].offset > 0 {
      let first = segments[0]
      segments.insert(
        Segment(offset: 0, line: first.line, column: max(1, first.column - first.offset)), at: 0)
    }
    self.init(file: node.location.file, segments: segments)
  }

  /// A place in the source that moves on by characters.
  private struct Walker {
    let bytes: [UInt8]
    var index: Int
    var line: Int
    var column: Int
    var style = YAMLNode.Style.plain

    init(bytes: [UInt8], index: Int, location: SourceLocation) {
      self.bytes = bytes
      self.index = index
      line = location.line
      column = location.column
    }

    var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// Skips anchors, tags, the quote, or the block header.
    mutating func enter(_ style: YAMLNode.Style) {
      self.style = style
      while let byte = current, byte == UInt8(ascii: "&") || byte == UInt8(ascii: "!") {
        while let next = current, next != 0x20, next != 0x0A { advance() }
        skipSpace()
      }
      switch style {
      case .singleQuoted, .doubleQuoted: advance()
      case .literal, .folded: while let byte = current, byte != 0x0A { advance() }
      case .plain, .collection: break
      }
    }

    mutating func advance() {
      guard let byte = current else { return }
      index += 1
      while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
      if byte == 0x0A {
        line += 1
        column = 1
      } else {
        column += 1
      }
    }

    mutating func skipSpace() {
      while let byte = current {
        if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
          advance()
        } else if style == .doubleQuoted, byte == UInt8(ascii: "\\"), index + 1 < bytes.count,
          [0x0A, 0x0D, UInt8(ascii: "n"), UInt8(ascii: "t"), 0x20].contains(bytes[index + 1])
        {
          advance()
          advance()
        } else {
          return
        }
      }
    }

    /// Takes the source of one character of the value; false at the end.
    mutating func take() -> Bool {
      guard let byte = current else { return false }
      switch style {
      case .singleQuoted where byte == UInt8(ascii: "'"):
        advance()
        advance()
      case .doubleQuoted where byte == UInt8(ascii: "\\"):
        advance()
        let digits: Int =
          switch current {
          case UInt8(ascii: "x"): 2
          case UInt8(ascii: "u"): 4
          case UInt8(ascii: "U"): 8
          default: 0
          }
        for _ in 0...digits { advance() }
      default: advance()
      }
      return true
    }
  }
}
