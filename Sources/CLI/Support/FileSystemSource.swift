internal import Foundation
package import Model

/// Documents from the file system.
package struct FileSystemSource: SourceProvider {
  /// A byte more than is ever parsed, so that the parser sees that a file is too large.
  private static let readLimit = (32 << 20) + 1
  private static let fileLimit = 100_000

  /// Makes a source of the whole file system.
  package init() {}

  package func read(_ path: String) throws(SourceError) -> [UInt8] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .missing
    }
    if isFolder.boolValue { throw .folder }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw .unreadable("permission denied")
    }
    defer { try? handle.close() }
    do {
      return try Array(handle.read(upToCount: Self.readLimit) ?? Data())
    } catch {
      throw .unreadable("reading failed")
    }
  }

  package func files(below folder: String) throws(SourceError) -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
      isFolder.boolValue
    else { throw .missing }
    var found: [String] = []
    var visited: Set<String> = []
    try visit(folder, relative: "", visited: &visited, found: &found)
    return found.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }

  /// Walks a folder; hidden entries are left out, and a linked folder is visited once.
  private func visit(
    _ folder: String, relative: String, visited: inout Set<String>, found: inout [String]
  ) throws(SourceError) {
    let real = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
    guard visited.insert(real).inserted else { return }
    guard let entries = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw .unreadable("the folder \(folder) cannot be listed")
    }
    for entry in entries.sorted() where !entry.hasPrefix(".") {
      let path = folder + "/" + entry
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { continue }
      if isFolder.boolValue {
        try visit(path, relative: relative + entry + "/", visited: &visited, found: &found)
      } else {
        guard found.count < Self.fileLimit else { throw .unreadable("too many files") }
        found.append(relative + entry)
      }
    }
  }
}
