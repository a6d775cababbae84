/// Where documents come from; the command's is the file system.
///
/// Effects stay at the edge: nothing in this module opens a file.
package protocol SourceProvider {
  /// The bytes of a file.
  func read(_ path: String) throws(SourceError) -> [UInt8]
  /// The paths of all files below a folder, relative to it, sorted; links are followed once.
  func files(below folder: String) throws(SourceError) -> [String]
}

/// Why a file cannot be had.
package enum SourceError: Error, Hashable, Sendable {
  case missing
  /// The file is a folder.
  case folder
  case unreadable(String)
}

/// Paths as text: the scenario's folder and what is relative to it.
package enum SourcePath {
  /// The folder of a file; `.` for a bare name.
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A path relative to a folder, without `.` and needless `..`.
  package static func join(_ folder: String, _ path: String) -> String {
    let joined = path.hasPrefix("/") || folder == "." ? path : folder + "/" + path
    var parts: [Substring] = []
    for part in joined.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    let text = parts.joined(separator: "/")
    return joined.hasPrefix("/") ? "/" + text : text.isEmpty ? "." : text
  }

  /// Whether a path is a pattern.
  package static func isPattern(_ path: String) -> Bool { path.contains("*") || path.contains("?") }

  /// Whether a pattern matches a relative path: `*` and `?` within a name, `**` over folders.
  package static func matches(_ pattern: String, _ path: String) -> Bool {
    matches(
      pattern.split(separator: "/").map { Array($0.unicodeScalars) }[...],
      path.split(separator: "/").map { Array($0.unicodeScalars) }[...])
  }

  private static func matches(
    _ pattern: ArraySlice<[Unicode.Scalar]>, _ path: ArraySlice<[Unicode.Scalar]>
  ) -> Bool {
    guard let first = pattern.first else { return path.isEmpty }
    if first == ["*", "*"] {
      let rest = pattern.drop { $0 == ["*", "*"] }
      return (path.startIndex...path.endIndex).contains { matches(rest, path[$0...]) }
    }
    guard let name = path.first, matchesName(first, name) else { return false }
    return matches(pattern.dropFirst(), path.dropFirst())
  }

  /// Greedy matching with one point to come back to: linear for one star, never exponential.
  private static func matchesName(_ pattern: [Unicode.Scalar], _ name: [Unicode.Scalar]) -> Bool {
    var patternIndex = 0
    var nameIndex = 0
    var star: (pattern: Int, name: Int)?
    while nameIndex < name.count {
      if patternIndex < pattern.count, pattern[patternIndex] == "*" {
        star = (patternIndex, nameIndex)
        patternIndex += 1
      } else if patternIndex < pattern.count,
        pattern[patternIndex] == "?" || pattern[patternIndex] == name[nameIndex]
      {
        patternIndex += 1
        nameIndex += 1
      } else if let back = star {
        patternIndex = back.pattern + 1
        nameIndex = back.name + 1
        star = (back.pattern, nameIndex)
      } else {
        return false
      }
    }
    return pattern[patternIndex...].allSatisfy { $0 == "*" }
  }
}
