/// The text of one file that the user wrote, with its lines.
package struct SourceFile: Sendable {
  /// The path as diagnostics show it.
  package let path: String
  /// The bytes as they were read.
  package let bytes: [UInt8]
  /// The offset of each line's first byte.
  private let lineStarts: [Int]
  /// Whether columns and bytes are the same: then a place in a line of megabytes costs nothing.
  private let isASCII: Bool

  /// Makes a source file and finds its lines.
  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
    var starts = [0]
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(index + 1)
    }
    lineStarts = starts
    isASCII = bytes.allSatisfy { $0 < 0x80 }
  }

  /// How many lines there are.
  package var lineCount: Int { lineStarts.count }

  /// The offset of a line's first byte, lines counted from 1; the end of the text past the last line.
  package func offset(ofLine line: Int) -> Int {
    line >= 1 && line <= lineStarts.count ? lineStarts[line - 1] : bytes.count
  }

  /// The bytes of a line without its line break; empty past the last line.
  package func lineBytes(_ line: Int) -> ArraySlice<UInt8> {
    guard line >= 1, line <= lineStarts.count else { return [] }
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return bytes[start..<end]
  }

  /// The text of a line; invalid UTF-8 is shown as U+FFFD.
  package func line(_ line: Int) -> String { String(decoding: lineBytes(line), as: UTF8.self) }

  /// The offset of a line and column; columns count Unicode scalars from 1, as libyaml does.
  package func offset(line: Int, column: Int) -> Int {
    var index = offset(ofLine: line)
    if isASCII { return min(index + max(0, column - 1), bytes.count) }
    var remaining = column - 1
    while remaining > 0, index < bytes.count {
      index += 1
      while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
      remaining -= 1
    }
    return index
  }

  /// The place of a byte offset.
  package func location(ofByte offset: Int) -> SourceLocation {
    var low = 0
    var high = lineStarts.count
    while low < high {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle + 1 } else { high = middle }
    }
    let start = lineStarts[low - 1]
    let end = min(max(offset, start), bytes.count)
    let column = bytes[start..<end].count { $0 & 0xC0 != 0x80 } + 1
    return SourceLocation(file: path, line: low, column: column)
  }
}

/// The files that were read, for whoever shows a line of one.
package struct SourceFiles: Sendable {
  private var files: [String: SourceFile] = [:]

  /// Makes an empty collection.
  package init() {}

  /// The file of a path as diagnostics show it.
  package subscript(path: String) -> SourceFile? { files[path] }

  /// Adds a file; one of the same path is replaced.
  package mutating func add(_ file: SourceFile) { files[file.path] = file }

  /// Adds the files of another collection.
  package mutating func merge(_ other: SourceFiles) {
    files.merge(other.files) { _, new in new }
  }
}
