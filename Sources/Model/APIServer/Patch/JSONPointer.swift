/// A path of RFC 6901, taken apart.
package struct JSONPointer: Hashable, Sendable {
  /// The keys and indices on the way, unescaped.
  package let parts: [String]

  /// Reads a pointer such as `/metadata/annotations/x.io~1y`; nil where nothing precedes the last
  /// key.
  ///
  /// Follows evanphx/json-patch, patch.go, findObject: what stands before the first slash is
  /// ignored, and a pointer without a slash (the whole document) leads nowhere.
  package init?(_ text: String) {
    let split = text.split(separator: "/", omittingEmptySubsequences: false)
    guard split.count >= 2 else { return nil }
    parts = split.dropFirst().map { JSONPointer.unescaped($0) }
  }

  /// One part with `~1` and `~0` replaced.
  private static func unescaped(_ part: Substring) -> String {
    var result = ""
    var rest = part[...]
    while let character = rest.popFirst() {
      switch (character, rest.first) {
      case ("~", "1"):
        result.append("/")
        rest.removeFirst()
      case ("~", "0"):
        result.append("~")
        rest.removeFirst()
      default: result.append(character)
      }
    }
    return result
  }
}
