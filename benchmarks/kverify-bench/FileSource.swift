internal import Foundation
internal import Model

/// Files as they are.
struct FileSource: SourceProvider {
  func read(_ path: String) throws(SourceError) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else { throw .missing }
    return Array(data)
  }

  func files(below folder: String) throws(SourceError) -> [String] {
    guard isFolder(folder), let names = FileManager.default.enumerator(atPath: folder) else {
      throw .missing
    }
    return names.compactMap { $0 as? String }.filter { !isFolder("\(folder)/\($0)") }.sorted()
  }

  private func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
