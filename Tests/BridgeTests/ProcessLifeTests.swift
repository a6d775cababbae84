import CEL
import Foundation
import Testing

@testable import Bridge
@testable import Model

/// Processes that keep state in memory: each run comes after the life that is remembered.
struct ProcessLifeTests {
  /// A host whose reconcile writes how many there were before; its argument says what else it does.
  private static let script = HostTests.opening + reconciles

  private static let reconciles = #"""
    runs, starts = 0, 0
    if mode == "hesitates":
        open(sys.argv[2], "a").write("x")
        starts = os.path.getsize(sys.argv[2])
    while True:
        status, work = call("GET", host + "/next")
        if status == 204: continue
        if status != 200: break
        data = {"run": str(runs % 2 if mode == "alternates" else runs)}
        if mode == "drifts" and runs > 0: data["pid"] = str(os.getpid())
        if mode == "hesitates" and runs == 0 and starts > 2: data = {"again": "yes"}
        path = work["apiServer"] + "/api/v1/namespaces/default/configmaps"
        if mode.endswith("names"): data = {"run": "newx"}
        answer = call("POST", path, {"metadata": {"name": "child"}, "data": data})[1]
        runs += 1
        result = {"result": "done"}
        if mode == "forgets-names": result["memoryHash"] = "same"
        if mode == "keeps-names": result["memoryHash"] = str(hash(answer["data"]["run"]))
        if mode == "alternates": result["memoryHash"] = str(runs % 2)
        call("POST", host + "/runs/" + work["run"] + "/result", result)
    """#

  private static let request = ReconcileRequest(namespace: "default", name: "a")

  private final class Bench {
    let server: HTTPServer
    let runs: RecordedRuns

    init(
      _ mode: String, _ argument: String = "", isChecking: Bool = true,
      _ cache: (any RunCache)? = nil
    ) throws {
      let server = try HTTPServer()
      self.server = server
      let served = LiveOracle().cluster.served
      let command = HostCommand(
        ["python3", "-c", ProcessLifeTests.script, mode, argument], in: "/tmp")
      runs = RecordedRuns(
        served: served, keepsMemory: true, isChecking: isChecking,
        code: HostedCode(controller: "test", command: command, files: [], surroundings: []),
        cache: cache
      ) { ControllerHost(command, server: server, served: served) }
    }

    deinit {
      runs.shutDown()
      server.shutDown()
    }

    /// What a reconcile wrote in the child after a life, and the life after it.
    func run(after life: JSONObject?) throws -> (data: JSONValue?, life: JSONObject?) {
      let oracle = LiveOracle()
      oracle.memory["life"] = life
      _ = try runs.reconcile("test", ProcessLifeTests.request, oracle: oracle)
      return (oracle.bodies.first??["data"], oracle.memory["life"])
    }
  }

  /// What a test cache holds.
  private final class Memory: RunCache, @unchecked Sendable {
    var bytes: [UInt8]?
    var rejections: [String] = []
    func load(_ code: HostedCode) -> [UInt8]? { bytes }
    func save(_ bytes: [UInt8], for code: HostedCode) { self.bytes = bytes }
    func reject(_ code: HostedCode, because reason: String) { rejections.append(reason) }
  }

  @Test func `a run comes after the life that the controller remembers`() throws {
    let memory = Memory()
    let bench = try Bench("counts", "", isChecking: true, memory)
    let first = try bench.run(after: nil)
    let second = try bench.run(after: first.life)
    let third = try bench.run(after: second.life)
    #expect([first, second, third].map(\.data) == [["run": "0"], ["run": "1"], ["run": "2"]])
    #expect(Set([first, second, third].map(\.life)).count == 3)
    // A crash, and then another way through the same lives.
    #expect(try bench.run(after: nil) == first)
    #expect(try bench.run(after: first.life) == second)
    #expect(bench.runs.figures == RunFigures(executed: 3, repeated: 3))
    #expect(bench.runs.unmergedLives == UnmergedLives(count: 3, longest: 3))

    // A later verification finds the lives in the cache, and makes longer ones of them.
    bench.runs.save()
    let later = try Bench("counts", "", isChecking: true, memory)
    #expect(memory.rejections == [])
    #expect(try later.run(after: nil) == first)
    #expect(try later.run(after: first.life) == second)
    #expect(try later.run(after: second.life) == third)
    #expect(later.runs.figures == RunFigures(recalled: 3))
    #expect(try later.run(after: third.life).data == ["run": "3"])
    #expect(later.runs.figures == RunFigures(executed: 1, repeated: 1, recalled: 3))
  }

  @Test func `lives whose hashes are equal are one`() throws {
    let bench = try Bench("alternates")
    let first = try bench.run(after: nil)
    let second = try bench.run(after: first.life)
    let third = try bench.run(after: second.life)
    #expect(first.life == third.life)
    #expect(first.life != second.life)
    #expect(try bench.run(after: third.life) == second)
    #expect([first, second, third].map(\.data) == [["run": "0"], ["run": "1"], ["run": "0"]])
    #expect(bench.runs.unmergedLives == nil)
    #expect(bench.runs.figures == RunFigures(executed: 3, repeated: 3))
  }

  /// What is remembered is not renamed where nothing in memory depends on the names.
  @Test func `fresh values belong to a life only where its memory depends on them`() throws {
    let memory = Memory()
    let forgetful = try Bench("forgets-names", "", isChecking: true, memory)
    let life = try forgetful.run(after: nil).life
    #expect(life?["names"] == "")
    #expect(try forgetful.run(after: life).life == life)
    let keeping = try Bench("keeps-names")
    #expect(try keeping.run(after: nil).life?["names"] == "newx")
    // That is kept too: no process is needed to find it again.
    forgetful.runs.save()
    let later = try Bench("forgets-names", "", isChecking: true, memory)
    #expect(try later.run(after: nil).life == life)
    #expect(later.runs.figures == RunFigures(recalled: 1))
  }

  @Test func `a process that does not live again as it did is a finding`() throws {
    func finding(_ mode: String, _ argument: String = "") -> String {
      do {
        let bench = try Bench(mode, argument)
        var life: JSONObject?
        for _ in 0..<3 { life = try bench.run(after: life).life }
        return "none"
      } catch let finding as NotDeterministic {
        return finding.difference
      } catch {
        return "\(error)"
      }
    }
    // In the run itself: the first one is like itself.
    let drifting = finding("drifts")
    #expect(drifting.hasPrefix("after the same answers two runs differ at question 1\n"))
    #expect(drifting.contains("data.pid: "))
    // In the life before it.
    let file = FileManager.default.temporaryDirectory.path + "/kverify-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let hesitating = finding("hesitates", file)
    #expect(hesitating.hasPrefix("its process was started again to do the same as before"))
    #expect(hesitating.contains("in reconcile 1 of its life (a) it did something else"))
    #expect(hesitating.contains("data.again: "))
    #expect(finding("counts") == "none")
  }

  @Test func `who trusts it has its life lived again only where it must be`() throws {
    let bench = try Bench("counts", isChecking: false)
    let first = try bench.run(after: nil)
    _ = try bench.run(after: first.life)
    #expect(bench.runs.figures == RunFigures(executed: 2))
  }

  @Test func `a life that is renamed is a life`() {
    var table = LifeTable()
    func find(_ text: String) -> [String] { ["n1", "n2", "n3"].filter { text.contains($0) } }
    let replies = [HTTPReply(status: 200, contentType: "json", body: Array("n2 and n1".utf8))]
    let life = table.follow(.start, Self.request, replies, freshValues: find)
    #expect(life.names == ["n1", "n2"])
    let longer = table.follow(
      life, ReconcileRequest(namespace: "default", name: "pod-n3"), replies, freshValues: find)
    // The same with other values is the same number, and has other replies.
    let other = ProcessLife(number: longer.number, names: ["n3", "n1", "n2"])
    let past = table.runs(of: other)
    #expect(past.map(\.request.name) == ["a", "pod-n2"])
    #expect(
      past.map { String(decoding: $0.replies[0].body, as: UTF8.self) } == [
        "n1 and n3", "n1 and n3",
      ])
    #expect(past.map(\.before) == [.start, ProcessLife(number: life.number, names: ["n3", "n1"])])
    let again = table.follow(
      past[1].before, past[1].request, past[1].replies, freshValues: find)
    #expect(again == other)
    #expect(ProcessLife(remembered: other.remembered) == other)
    #expect(table.length(of: other) == 2)
  }
}
