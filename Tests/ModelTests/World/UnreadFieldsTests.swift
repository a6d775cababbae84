import CEL
import Testing
import Transitions

@testable import Model

/// Fields that a process is not given: it does not see them, and who changes them is independent of it.
struct UnreadFieldsTests {
  private enum Reading: CaseIterable { case get, list, live }

  /// A reader of a and of its data, one who changes its data, and one who changes its labels.
  private func world(
    _ reading: Reading, unread: [String]?, interleaving: Scenario.Interleaving = .reconcile,
    change: (inout WorldDefinition) -> Void = { _ in }
  ) -> ScriptedWorld {
    let reader = Scripted("reader", for: "r") { _, oracle in
      let found: JSONObject? =
        switch reading {
        case .get: try oracle.read("a")
        case .list:
          try oracle.list(
            ListQuery(
              apiVersion: "v1", kind: "ConfigMap", namespace: "default",
              selection: .selectors(label: "of=a", field: ""))
          ).first
        case .live:
          try oracle.send(
            APIRequest(
              .get, apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "a")
          ).body.object
        }
      try oracle.patch(
        "r", ["data": ["seen": .string(found.map { JSONValue.object($0).text } ?? "")]])
      return .done
    }
    let filler = Scripted("filler", for: "f") { _, oracle in
      try oracle.patch("a", ["data": ["k": "new"]])
      return .done
    }
    let labeler = Scripted("labeler", for: "l") { _, oracle in
      try oracle.patch("a", ["metadata": ["labels": ["new": "label"]]])
      return .done
    }
    return ScriptedWorld(
      ["a": ["of": "a"], "f": [:], "l": [:], "r": [:]], [reader, filler, labeler],
      interleaving: interleaving
    ) { definition in
      if let unread {
        definition.participants[0].unread = UnreadFields(
          unread.map {
            IgnoredPath(
              kind: "ConfigMap", name: nil, path: $0.split(separator: ".").map(String.init),
              location: SourceLocation(file: "", line: 1, column: 1))
          })
      }
      change(&definition)
    }
  }

  private static let fields = ["data", "metadata.managedFields"]

  @Test(arguments: Reading.allCases)
  private func `who changes nothing else is independent`(_ reading: Reading) throws {
    let hidden = world(reading, unread: Self.fields)
    #expect(try hidden.meeting("reconcile reader r", "reconcile filler f") == nil)
    #expect(try hidden.meeting("reconcile reader r", "reconcile labeler l") != nil)
    let whole = world(reading, unread: nil)
    #expect(try whole.meeting("reconcile reader r", "reconcile filler f") != nil)
    let switchedOff = world(reading, unread: Self.fields) {
      $0.projections = $0.projections.without(.unread)
    }
    #expect(try switchedOff.meeting("reconcile reader r", "reconcile filler f") != nil)
    // A read in flight knows the version of the whole object.
    let calls = world(reading, unread: Self.fields, interleaving: .calls)
    #expect(try calls.meeting("reconcile reader r", "reconcile filler f") != nil)
  }

  @Test(arguments: Reading.allCases)
  private func `what is not read is not given`(_ reading: Reading) throws {
    func seen(_ unread: [String]?) throws -> String {
      var world = world(reading, unread: unread)
      try world.take("reconcile filler f")
      try world.take("reconcile reader r")
      let key = ObjectKey(ScriptedWorld.configMap, namespace: "default", name: "r")
      let slot = world.composition.layout.slot(.object(key))
      let version = world.composition.decode(world.state[slot.word], of: key)
      return try #require(
        world.composition.world.versions.object(version)?.at("data", "seen")?.string)
    }
    #expect(try seen(nil).contains("new"))
    let hidden = try seen(Self.fields)
    #expect(!hidden.contains("new") && hidden.contains("\"of\":\"a\""), "\(hidden)")
  }

  /// What footprints say of such reads is what both orders of steps show.
  @Test(arguments: Reading.allCases, Scenario.Interleaving.allCases)
  private func `steps that do not meet commute`(
    _ reading: Reading, _ interleaving: Scenario.Interleaving
  ) throws {
    let world = world(reading, unread: Self.fields, interleaving: interleaving)
    for seed in 0..<4 {
      var oracle = try CommutationOracle(world.composition, seed: UInt64(seed))
      try oracle.walk(steps: 12, pairsPerState: 4)
      #expect(oracle.failures.isEmpty, "\(oracle.failures)")
      #expect(oracle.states > 3)
    }
  }

  @Test func `uses of all but some fields`() {
    let use = FieldUse.all(but: [["status"], ["metadata", "managedFields"]])
    #expect(!use.isWhole)
    #expect(!use.meets([["status", "replicas"], ["metadata", "managedFields"]]))
    #expect(use.meets([["status", "replicas"], ["spec"]]))
    #expect(use.meets([["metadata"]]))
    // It is made, or goes.
    #expect(use.meets([[]]))
    #expect(use.union(.existence) == use)
    #expect(use.union(.whole).isWhole)
    let some = use.union(FieldUse(paths: [["status", "replicas"]]))
    #expect(some.meets([["status", "phase"]]))
    #expect(!some.meets([["metadata", "managedFields"]]))
    let other = FieldUse.all(but: [["status", "phase"], ["spec"]])
    #expect(other.union(use) == .all(but: [["status", "phase"]]))
    #expect(use.union(other) == other.union(use))
    #expect(FieldUse.all(but: []).isWhole)
  }
}
