import CEL
import Synchronization
import Testing
import Transitions

@testable import Model

/// JSON patches that test the resourceVersion of what was read: what kopf sends for finalizers.
struct TestedVersionTests {
  /// The codes that the patch was answered with.
  private final class Codes: Sendable {
    let seen = Mutex<Set<Int>>([])
  }

  /// Reads `a`, creates `first`, and then patches `a` if it is as it was read.
  private func codes(afterOther: Bool, conflicts: Int = 0) throws -> Set<Int> {
    let codes = Codes()
    let tester = Scripted("tester", for: "a") { _, oracle in
      let version = try oracle.read("a")?.resourceVersion ?? ""
      try oracle.create("first")
      var request = APIRequest(
        .patch(.json), apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "a")
      request.body = [
        ["op": "test", "path": "/metadata/resourceVersion", "value": .string(version)],
        ["op": "add", "path": "/data", "value": ["by": "tester"]],
      ]
      let code = try oracle.send(request).code
      codes.seen.withLock { _ = $0.insert(code) }
      return .done
    }
    let other = Scripted("other", for: "b") { _, oracle in
      try oracle.patch("a", ["data": ["by": "other"]])
      return .done
    }
    var world = ScriptedWorld(["a": [:], "b": [:]], [tester, other]) {
      $0.participants[0].budgets[.conflict] = conflicts
    }
    try world.take("reconcile tester a")
    if afterOther { try world.take("reconcile other b") }
    // The way here looked at other steps too.
    codes.seen.withLock { $0 = [] }
    _ = try world.steps()
    return codes.seen.withLock { $0 }
  }

  @Test func `the version that was read is the current one`() throws {
    #expect(try codes(afterOther: false) == [200])
  }

  /// endpoints/handlers/patch.go: a test that fails is 422, and no 409.
  @Test func `the fault conflict refuses a patch that tests a version`() throws {
    #expect(try codes(afterOther: false, conflicts: 1) == [200, 422])
  }

  @Test func `after another write it is not`() throws {
    #expect(try codes(afterOther: true) == [422])
  }
}
