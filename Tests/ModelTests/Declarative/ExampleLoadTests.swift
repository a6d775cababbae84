import Foundation
import Model
import Testing

/// Every scenario of examples/, Tests/Scenarios and Tests/Families is valid.
@Suite struct ExampleLoadTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let scenarios: [String] = ["examples", "Tests/Scenarios", "Tests/Families"]
    .flatMap { folder in
      let files = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
      return (files?.compactMap { $0 as? String } ?? [])
        .filter {
          $0.hasSuffix(folder == "examples" ? "/scenario.yaml" : ".yaml")
            && !$0.contains("manifests/")
        }
        .map { "\(folder)/\($0)" }
    }.filter { !needsOthersCode($0) }.sorted()

  /// Those in which no process takes part: none is started by these tests.
  static let modelled = scenarios.filter { path in
    let file = root.appending(path: path)
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return !["metacontroller:", "process:"].contains { text.contains($0) }
  }

  /// Whether an example needs files that only its packages have.
  private static func needsOthersCode(_ path: String) -> Bool {
    let folder = root.appending(path: path.split(separator: "/").prefix(2).joined(separator: "/"))
    return FileManager.default.fileExists(atPath: folder.appending(path: "requirements.txt").path)
  }

  @Test func thereAreExamples() {
    #expect(Self.scenarios.count >= 45)
    #expect(Self.modelled.count >= 35)
  }

  @Test(arguments: scenarios)
  func loads(_ path: String) throws {
    let result = ScenarioLoader(provider: FolderSources(root: Self.root)).load([path])
    #expect(result.diagnostics.map { "\($0.location) \($0.message)" } == [])
    #expect(result.scenarios.count == 1)
  }
}

/// Files below a folder.
struct FolderSources: SourceProvider {
  let root: URL

  func read(_ path: String) throws(SourceError) -> [UInt8] {
    guard let data = try? Data(contentsOf: root.appending(path: path)) else { throw .missing }
    return Array(data)
  }

  func files(below folder: String) throws(SourceError) -> [String] {
    let base = root.appending(path: folder)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: base.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { throw .missing }
    return (FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? [])
      .filter { path in
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(
          atPath: base.appending(path: path).path, isDirectory: &isFolder)
        return !isFolder.boolValue
      }.sorted()
  }
}
