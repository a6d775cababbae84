import Foundation
import Testing

/// Every file of Tests/Fixtures/bad gives its finding and its exit code, on the real binary.
struct BadInputTests {
  static let names: [String] = {
    let folder = CommandRunner.root.appendingPathComponent("Tests/Fixtures/bad").path
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return entries.filter { !$0.hasSuffix(".txt") }.sorted()
  }()

  @Test func `there are cases`() { #expect(Self.names.count >= 30) }

  @Test(arguments: names)
  func `bad input gives its diagnostics`(name: String) throws {
    let path = "Tests/Fixtures/bad/\(name)"
    let lint = try CommandRunner.run(["lint", path])
    #expect(try Snapshot.matches(lint.transcript, "bad/\(name).txt"), "\(lint.transcript)")
    #expect(lint.output.isEmpty)
    #expect([65, 66].contains(lint.exitCode))
    #expect(lint.errors.contains("error[KV0"))
    let verify = try CommandRunner.run(["verify", path])
    #expect(verify.exitCode == lint.exitCode)
    #expect(verify.errors == lint.errors)
    #expect(verify.output.isEmpty)
  }

  @Test func `a 10 MB line and a scenario of a megabyte give an answer`() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("kverify-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let head = "apiVersion: kverify.dev/v1alpha1\nkind: Scenario\nmetadata: {name: long}\nspec:\n"
    let long = String(repeating: "x", count: 10_000_000)
    let file = folder.appendingPathComponent("scenario.yaml")
    try Data((head + "  timee: \"\(long)\"\n").utf8).write(to: file)
    let result = try CommandRunner.run(["lint", file.path])
    #expect(result.exitCode == 65)
    #expect(result.errors.contains("error[KV0301]: unknown field \"timee\""))
    #expect(result.errors.utf8.count < 2_000)
  }

  @Test func `a folder of links to itself ends`() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("kverify-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createSymbolicLink(
      at: folder.appendingPathComponent("loop"), withDestinationURL: folder)
    let result = try CommandRunner.run(["lint", folder.path])
    #expect(result.exitCode == 66)
    #expect(result.errors.contains("KV0206"))
  }
}
