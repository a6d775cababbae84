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
    let cache = CommandRunner.newCache
    defer { try? FileManager.default.removeItem(at: cache) }
    let options = ["--cache", cache.path]
    let cold = try verify("good", options).figures()
    #expect(cold.reconciles == 5)
    let warm = try verify("good", options)
    #expect(try warm.figures() == (cold.verdict, 0))
    #expect(warm.errors.contains("processes=0+0 (5 recorded)"), "\(warm.errors)")
    #expect(try verify("good").figures() == cold)

    let files = try FileManager.default.contentsOfDirectory(atPath: cache.path)
    #expect(files.count == 1)
    let file = cache.appendingPathComponent(files[0])
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count - 3] ^= 1
    try bytes.write(to: file)
    let damaged = try verify("good", options)
    #expect(try damaged.figures() == cold)
    #expect(damaged.errors.contains("are not used: its checksum is wrong"), "\(damaged.errors)")
    // What was damaged has been replaced.
    #expect(try verify("good", options).figures().reconciles == 0)
    for text in ["", "{}\n", "{\"format\": 0}\n{}"] {
      try Data(text.utf8).write(to: file)
      let foreign = try verify("good", options)
      #expect(try foreign.figures() == cold)
      #expect(foreign.errors.contains("it is of another format"), "\(foreign.errors)")
    }
  }

  @Test func `a process that keeps state in memory is verified with all that it lived through`()
    throws
  {
    let kept = try verify("kept")
    #expect(kept.exitCode == 0, "\(kept.transcript)")
    // What is called again and again has endlessly many lives, unless their ends can be told alike.
    let merged = try verify("merged")
    #expect(merged.exitCode == 0, "\(merged.transcript)")
    let unmerged = try verify("unmerged", ["--no-cache", "--trust", "--max-states", "25"])
    #expect(unmerged.exitCode == 20, "\(unmerged.transcript)")
    #expect(
      unmerged.output.contains(
        #/note: copier: its process had \d+ different lives of up to \d+ reconciles; .* memoryHash/#
      ),
      "\(unmerged.output)")
    #expect(!(kept.output + merged.output).contains("memoryHash"))
  }

  @Test func `fields that the code does not read meet nobody`() throws {
    func states(_ result: CommandRunner.Result) throws -> Int {
      let match = try #require(result.output.firstMatch(of: #/states=(\d+)/#))
      return try #require(Int(match.1))
    }
    let unread = try verify("unread", ["--no-cache", "--audit"])
    #expect(unread.exitCode == 0, "\(unread.transcript)")
    #expect(
      unread.output.contains(
        "note: copier is given objects without ConfigMap:metadata.annotations, "
          + "ConfigMap:metadata.managedFields"), "\(unread.output)")
    let whole = try verify("unread", ["--no-cache", "--without-projection", "unread"])
    #expect(whole.exitCode == 0, "\(whole.transcript)")
    #expect(!whole.output.contains("is given objects without"))
    let full = try verify("unread", ["--no-cache", "--reduction", "none"])
    #expect(full.exitCode == 0, "\(full.transcript)")
    let counts = try [unread, whole, full].map(states)
    #expect(counts[0] < counts[1] && counts[1] <= counts[2], "\(counts)")
  }

  @Test func `who keeps state in memory and does not say so is told`() throws {
    let result = try verify("forgotten")
    #expect(result.exitCode == 69, "\(result.transcript)")
    #expect(result.errors.contains("copier is not deterministic (request a)"))
    #expect(
      result.errors.contains(
        "if it keeps state in memory between reconciles, write memory: kept beside process"))
  }

  /// Each life is a process of its own; a file that one leaves open would be one too many.
  @Test func `hosts that were ended leave nothing open`() throws {
    let cache = CommandRunner.newCache
    defer { try? FileManager.default.removeItem(at: cache) }
    let options = ["--cache", cache.path]
    let cold = try CommandRunner.run(
      ["verify", "\(Self.folder)/kept.yaml"] + options, openFiles: 40)
    #expect(cold.exitCode == 0, "\(cold.transcript)")
    let warm = try verify("kept", options)
    #expect(warm.output.contains("reconciles=0 "), "\(warm.output)")
    #expect(warm.output.prefix { $0 != "=" } == cold.output.prefix { $0 != "=" })
  }

  /// What may end a verification.
  enum Ending: CaseIterable {
    case kill, terminate, interrupt, hangUp
    /// What `timeout -s KILL` does, and a terminal that is closed.
    case killOfGroup
    case killOfGuardian, killOfInnerGuardian, killOfHost
  }

  /// The host has started a child that left its group, its session and its parent.
  @Test(arguments: Ending.allCases)
  func `no host outlives kverify, whatever ends it`(ending: Ending) throws {
    let process = try CommandRunner.start(
      ["verify", "\(Self.folder)/daemon.yaml"], hearsHangUps: true)
    let kverify = process.processIdentifier
    defer { if process.isRunning { kill(kverify, SIGKILL) } }
    let host = try #require(found("python3\0host.py\0hang", below: kverify))
    let daemon = try #require(
      found("python3\0-c\0import time; time.sleep(1000)\0started", below: kverify))
    let inner = try #require(parent(of: host))
    let outer = try #require(parent(of: inner))
    #expect(parent(of: outer) == kverify)
    #expect(getpgid(kverify) != getpgid(0))
    let deadline = Date(timeIntervalSinceNow: 20)
    while isAlive(host) || isAlive(daemon), Date() < deadline {
      // The second interruption ends it at once; on a busy machine two may arrive as one.
      switch ending {
      case .kill: kill(kverify, SIGKILL)
      case .terminate: kill(kverify, SIGTERM)
      case .interrupt: kill(kverify, SIGINT)
      case .hangUp: kill(kverify, SIGHUP)
      case .killOfGroup: kill(-getpgid(kverify), SIGKILL)
      case .killOfGuardian: if isAlive(outer) { kill(outer, SIGKILL) }
      case .killOfInnerGuardian: if isAlive(inner) { kill(inner, SIGKILL) }
      case .killOfHost: if isAlive(host) { kill(host, SIGKILL) }
      }
      usleep(200_000)
    }
    for left in [host, daemon] { #expect(!isAlive(left), "\(ending)") }
    if ending == .interrupt, process.isRunning { kill(kverify, SIGINT) }
    process.waitUntilExit()
    for left in [inner, outer] { #expect(!isAlive(left), "\(ending)") }
    if [.killOfGuardian, .killOfInnerGuardian, .killOfHost].contains(ending) {
      #expect(process.terminationStatus == 69)
    }
  }

  /// The process below another whose command line holds a text, as soon as it is there.
  private func found(_ text: String, below ancestor: pid_t) -> pid_t? {
    let deadline = Date(timeIntervalSinceNow: 20)
    while Date() < deadline {
      let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      for pid in all.compactMap({ pid_t($0) }) {
        guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"),
          String(decoding: line, as: UTF8.self).hasPrefix(text),
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
      guard let next = parent(of: current) else { return false }
      current = next
    }
    return false
  }

  private func parent(of pid: pid_t) -> pid_t? {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let end = stat.lastIndex(of: ")"),
      let parent = stat[stat.index(after: end)...].split(separator: " ").dropFirst().first
    else { return nil }
    return pid_t(parent)
  }

  /// Whether a process runs; one that has ended and that nobody has waited for does not.
  private func isAlive(_ pid: pid_t) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else {
      return false
    }
    return !stat.contains(") Z ")
  }
}
