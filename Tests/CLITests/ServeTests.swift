import Foundation
import Testing

/// `kverify serve` on the real binary; what it serves is tested in BridgeTests.
struct ServeTests {
  @Test func `serves until it is interrupted`() throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("kubeconfig-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    let result = try CommandRunner.run(
      ["serve", "examples/hpa-gitops-fight", "--kubeconfig", file.path], interruptedAfter: 3)
    #expect(result.exitCode == 0)
    #expect(result.errors.isEmpty)
    let url = try #require(
      result.output.firstMatch(of: /http:\/\/127\.0\.0\.1:[0-9]+\/[0-9a-f]{32}/))
    #expect(result.output.contains("with load = 400"))
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.contains("server: \"\(url.0)\""))
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]
    #expect(mode as? Int == 0o600)
  }

  @Test func `a bad scenario is diagnosed as elsewhere`() throws {
    let result = try CommandRunner.run(["serve", "Tests/Fixtures/bad/duplicate-object"])
    #expect(result.exitCode == 65)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("error[KV"))
  }
}
