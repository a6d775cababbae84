import Foundation
import Testing

@testable import Bridge
@testable import CLI

/// What makes the code of a controller another one, and what does not.
struct CodeFingerprintTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("kverify-code-\(UUID().uuidString)")

  private func write(_ text: String, _ name: String) throws {
    let file = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  private func fingerprint(
    _ command: [String] = ["sh", "host.sh"], files: [String] = [],
    environment: [String: String] = [:], surroundings: [String] = ["1.34"], controller: String = "c"
  ) throws -> String {
    try CodeFingerprint(
      HostedCode(
        controller: controller,
        command: HostCommand(command, in: folder.path, environment: environment), files: files,
        surroundings: surroundings)
    ).text
  }

  @Test func `whatever the code is made of makes another fingerprint`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write("exit 1", "host.sh")
    try write("x", "lib/part.sh")
    var seen = [try fingerprint()]
    func isNew(_ fingerprint: String) -> Bool {
      defer { seen.append(fingerprint) }
      return !seen.contains(fingerprint)
    }
    #expect(try fingerprint() == seen[0])
    #expect(seen[0].count == 64)
    #expect(try isNew(fingerprint(["sh", "host.sh", "x"])))
    #expect(try isNew(fingerprint(environment: ["A": "1"])))
    #expect(try isNew(fingerprint(surroundings: ["1.33"])))
    #expect(try isNew(fingerprint(controller: "d")))
    try write("exit 2", "host.sh")
    #expect(try isNew(fingerprint()))
    try write("y", "lib/part.sh")
    #expect(try isNew(fingerprint()))
    try write("", "lib/new.sh")
    #expect(try isNew(fingerprint()))
    #expect(try isNew(fingerprint(files: ["host.sh"])))
  }

  @Test func `scenarios, hidden files and files that are not listed are no code`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write("exit 1", "host.sh")
    try write("apiVersion: kverify.dev/v1alpha1\nkind: Scenario\n", "scenario.yaml")
    let (all, listed) = (try fingerprint(), try fingerprint(files: ["host.sh"]))
    try write("apiVersion: kverify.dev/v1alpha1\nkind: Scenario\nspec: {}\n", "scenario.yaml")
    try write("x", ".hidden")
    try write("x", "__pycache__/host.pyc")
    #expect(try fingerprint() == all)
    try write("x", "notes")
    #expect(try fingerprint() != all)
    #expect(try fingerprint(files: ["host.sh"]) == listed)
    // A command that names a document reads it.
    #expect(
      try fingerprint(["sh", "host.sh", "./scenario.yaml"]) != fingerprint(["sh", "host.sh"]))
  }

  @Test func `code that cannot be told has no fingerprint`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write("exit 1", "host.sh")
    #expect(throws: CodeFingerprint.Untold.self) { try fingerprint(["no-such-program"]) }
    #expect(throws: CodeFingerprint.Untold.self) { try fingerprint(files: ["missing"]) }
  }
}
