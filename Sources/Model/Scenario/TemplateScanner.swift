/// Finds the `${…}` of a text by kro's rules.
///
/// Upstream: kro pkg/graph/parser/cel.go. Braces are counted; only `"` opens a string, in which
/// braces do not count and `\` escapes; a `${` without its brace is text; a `${` inside an expression
/// is allowed directly after a `"` only, so that `${"${HOME}"}` yields the text `${HOME}`.
enum TemplateScanner {
  /// A piece of the text, by offsets in UTF-8.
  enum Piece: Hashable {
    case text(Range<Int>)
    /// Between the braces.
    case expression(Range<Int>)
  }

  /// A `${` inside an expression, by its offset.
  struct NestedExpression: Error, Hashable {
    let offset: Int
  }

  /// The pieces of a text, in order; empty texts are left out.
  static func scan(_ text: some Collection<UInt8>) throws(NestedExpression) -> [Piece] {
    let bytes = Array(text)
    var pieces: [Piece] = []
    var textStart = 0
    var index = 0
    while index + 1 < bytes.count {
      guard opens(at: index, in: bytes), let end = end(ofExpressionAt: index, in: bytes) else {
        index += 1
        continue
      }
      if textStart < index { pieces.append(.text(textStart..<index)) }
      let inside = (index + 2)..<end
      for nested in inside where opens(at: nested, in: bytes) && nested + 1 < end {
        guard bytes[nested - 1] == UInt8(ascii: "\"") else {
          throw NestedExpression(offset: nested)
        }
      }
      pieces.append(.expression(inside))
      index = end + 1
      textStart = index
    }
    if textStart < bytes.count { pieces.append(.text(textStart..<bytes.count)) }
    return pieces
  }

  private static func opens(at index: Int, in bytes: [UInt8]) -> Bool {
    bytes[index] == UInt8(ascii: "$") && index + 1 < bytes.count
      && bytes[index + 1] == UInt8(ascii: "{")
  }

  /// The offset of the brace that closes the expression; nil where none does.
  private static func end(ofExpressionAt start: Int, in bytes: [UInt8]) -> Int? {
    var depth = 1
    var isInString = false
    var index = start + 2
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\\") where isInString: index += 1
      case UInt8(ascii: "\""): isInString.toggle()
      case UInt8(ascii: "{") where !isInString: depth += 1
      case UInt8(ascii: "}") where !isInString:
        depth -= 1
        if depth == 0 { return index }
      default: break
      }
      index += 1
    }
    return nil
  }
}
