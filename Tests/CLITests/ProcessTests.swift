import Foundation
import Testing

/// Scenarios with controllers in processes, on the real binary.
struct ProcessTests {
  private static let folder = "Tests/Fixtures/process"

  private func verify(
    _ name: String, _ options: [String] = ["--no-cache"]
  ) throws -> CommandRunner.Result {
    let results = FileManager.default.temporaryDirectory
      .appendingPathComponent("kverify-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: results) }
    return try CommandRunner.run(
      [
        "verify", "\(Self.folder)/\(name).yaml", "--results", results.path,
      ] + options)
  }

  @Test func `real code is verified like a model`() throws {
    let result = try verify("good")
    #expect(result.exitCode == 0, "\(result.transcript)")
    for property in ["copied", "settles", "same"] {
      #expect(result.output.contains(try Regex("holds +\(property) ")), "\(result.output)")
    }
    let again = try verify("good")
    #expect(again.output == result.output)
  }

  @Test func `a host that dies is no verdict`() throws {
    let result = try verify("die")
    #expect(result.exitCode == 69, "\(result.transcript)")
    #expect(result.errors.contains("host.py die exited with status 5; its last lines:"))
    #expect(result.errors.contains("| that was too much"))
  }

  @Test func `a scenario says how long a host may be silent`() throws {
    let result = try verify("limited")
    #expect(result.exitCode == 69, "\(result.transcript)")
    #expect(result.errors.contains("was silent for 1 s in a reconcile of a"), "\(result.errors)")
  }

  @Test func `a controller that is not deterministic is told`() throws {
    let result = try verify("random")
    #expect(result.exitCode == 69, "\(result.transcript)")
    #expect(
      result.errors.contains(
        """
        copier is not deterministic (request a): after the same answers two runs differ at question 1
          one run    asked GET /api/v1/namespaces/default/configmaps/a
          the other  asked GET /api/v1/nodes
        """))
  }

  @Test func `code that did not change is not run again`() throws {
    let cache = FileManager.default.temporaryDirectory
      .appendingPathComponent("kverify-cache-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: cache) }
    func figures(_ result: CommandRunner.Result) throws -> (verdict: Substring, reconciles: Int) {
      let match = try #require(result.output.firstMatch(of: /reconciles=(\d+)/))
      return (result.output[..<match.range.lowerBound], try #require(Int(match.1)))
    }
    let options = ["--cache", cache.path]
    let cold = try figures(verify("good", options))
    #expect(cold.reconciles == 5)
    let warm = try verify("good", options)
    #expect(try figures(warm) == (cold.verdict, 0))
    #expect(warm.errors.contains("processes=0+0 (5 recorded)"), "\(warm.errors)")
    #expect(try figures(verify("good")) == cold)

    let files = try FileManager.default.contentsOfDirectory(atPath: cache.path)
    #expect(files.count == 1)
    let file = cache.appendingPathComponent(files[0])
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count - 3] ^= 1
    try bytes.write(to: file)
    let damaged = try verify("good", options)
    #expect(try figures(damaged) == cold)
    #expect(damaged.errors.contains("are not used: its checksum is wrong"), "\(damaged.errors)")
    // What was damaged has been replaced.
    #expect(try figures(verify("good", options)).reconciles == 0)
    for text in ["", "{}\n", "{\"format\": 0}\n{}"] {
      try Data(text.utf8).write(to: file)
      let foreign = try verify("good", options)
      #expect(try figures(foreign) == cold)
      #expect(foreign.errors.contains("it is of another format"), "\(foreign.errors)")
    }
  }

  @Test func `no host outlives kverify, whatever ends it`() throws {
    for number in [SIGKILL, SIGTERM, SIGINT] {
      let process = try CommandRunner.start(["verify", "\(Self.folder)/hang.yaml"])
      defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
      let marker = "host.py\0hang"
      let started = try #require(found(marker, below: process.processIdentifier))
      // The second one ends it at once; on a busy machine two may arrive as one.
      let deadline = Date(timeIntervalSinceNow: 20)
      while isAlive(started), Date() < deadline {
        if process.isRunning { kill(process.processIdentifier, number) }
        usleep(200_000)
      }
      #expect(!isAlive(started), "signal \(number)")
      process.waitUntilExit()
    }
  }

  /// The process below another whose command line holds a text, as soon as it is there.
  private func found(_ text: String, below ancestor: pid_t) -> pid_t? {
    let deadline = Date(timeIntervalSinceNow: 20)
    while Date() < deadline {
      let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      for pid in all.compactMap({ pid_t($0) }) {
        guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"),
          String(decoding: line, as: UTF8.self).hasPrefix("python3\0" + text),
          isBelow(ancestor, pid)
        else { continue }
        return pid
      }
      usleep(50_000)
    }
    return nil
  }

  private func isBelow(_ ancestor: pid_t, _ pid: pid_t) -> Bool {
    var current = pid
    while current > 1 {
      if current == ancestor { return true }
      guard let stat = try? String(contentsOfFile: "/proc/\(current)/stat", encoding: .utf8),
        let end = stat.lastIndex(of: ")"),
        let parent = stat[stat.index(after: end)...].split(separator: " ").dropFirst().first,
        let number = pid_t(parent)
      else { return false }
      current = number
    }
    return false
  }

  /// Whether a process runs; one that has ended and that nobody has waited for does not.
  private func isAlive(_ pid: pid_t) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else {
      return false
    }
    return !stat.contains(") Z ")
  }
}
