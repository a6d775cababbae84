import Foundation
import Testing

/// Scenarios with Metacontroller hooks, on the real binary.
struct HookProcessTests {
  private static let folder = "Tests/Fixtures/hooks"

  private func verify(_ name: String, _ options: [String] = []) throws -> CommandRunner.Result {
    let results = FileManager.default.temporaryDirectory
      .appendingPathComponent("kverify-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: results) }
    return try CommandRunner.run(
      ["verify", "\(Self.folder)/\(name).yaml", "--results", results.path] + options)
  }

  @Test func `a composition around a hook is verified`() throws {
    let result = try verify("good")
    #expect(result.exitCode == 0, "\(result.transcript)")
    // Children of one kind are written in any order.
    for property in ["one-comes-first", "the-other-comes-first", "cleaned-up", "settles"] {
      #expect(result.output.contains(try Regex("holds +\(property) ")), "\(result.output)")
    }
  }

  @Test func `a decorator with all three hooks is verified`() throws {
    let result = try verify("decorator")
    #expect(result.exitCode == 0, "\(result.transcript)")
    for property in ["settles", "mirrored", "cleaned-up", "never-alone", "the-edit-arrives"] {
      #expect(result.output.contains(try Regex("holds +\(property) ")), "\(result.output)")
    }
  }

  @Test func `hooks that did not change are not asked again`() throws {
    let cache = CommandRunner.newCache
    defer { try? FileManager.default.removeItem(at: cache) }
    let options = ["--cache", cache.path]
    let cold = try verify("decorator", options).figures()
    #expect(cold.reconciles > 1)
    let warm = try verify("decorator", options)
    #expect(try warm.figures() == (cold.verdict, 0))
    #expect(
      warm.errors.contains("processes=0+0 (\(cold.reconciles) recorded)"), "\(warm.errors)")
    // A hook that is trusted is not known to be a pure function.
    try FileManager.default.removeItem(at: cache)
    _ = try verify("decorator", options + ["--trust"])
    let checked = try verify("decorator", options)
    #expect(
      checked.errors.contains("processes=0+\(cold.reconciles) (\(cold.reconciles) recorded)"),
      "\(checked.errors)")
  }

  @Test func `a hook that dies, or is not deterministic, is no verdict`() throws {
    let dead = try verify("dies")
    #expect(dead.exitCode == 69, "\(dead.transcript)")
    #expect(dead.errors.contains("hooks.py dies exited with status 5; its last lines:"))
    #expect(dead.errors.contains("| that was too much"))
    let random = try verify("random")
    #expect(random.exitCode == 69, "\(random.transcript)")
    #expect(random.errors.contains("is not deterministic: /sync answered the same request"))
  }

  @Test func `no hook outlives kverify`() throws {
    let process = try CommandRunner.start(["verify", "\(Self.folder)/hangs.yaml"])
    defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
    #expect(waits { !hanging.isEmpty })
    kill(process.processIdentifier, SIGKILL)
    #expect(waits { hanging.isEmpty })
    process.waitUntilExit()
  }

  private func waits(for condition: () -> Bool) -> Bool {
    let deadline = Date(timeIntervalSinceNow: 20)
    while Date() < deadline {
      if condition() { return true }
      usleep(50_000)
    }
    return false
  }

  /// The processes of the hooks' server that hangs.
  private var hanging: [pid_t] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.compactMap { pid_t($0) }.filter { pid in
      let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
      return String(decoding: line, as: UTF8.self).hasPrefix("python3\0hooks.py\0hangs")
    }
  }
}
