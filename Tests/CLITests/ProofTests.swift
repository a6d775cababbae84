import CEL
import Foundation
import Model
import Testing

@testable import CLI

/// `prove: true`: for all values and any number of steps, from the steps of the controllers.
@Suite struct ProofTests {
  private static let example = "examples/rolling-update-keeps-available"

  // MARK: The rolling update

  /// Without the guard of the clean-up: three replicas, no surge, one unavailable, six steps.
  @Test func withoutTheGuardSixStepsLeadBelowTheFloor() throws {
    let report = try Self.verify(
      Self.rollingUpdate { text in
        text.replacing(
          "      && children.previous.status.reported <= children.previous.spec.replicas\n",
          with: "")
      }, properties: ["floor-without-lemmas"])
    guard case .violated(let found) = report.properties.first?.verdict else {
      Issue.record("the floor is not violated")
      return
    }
    #expect(
      found.symbols.map { "\($0.name)=\($0.value.text)" } == [
        "replicas=3", "maxSurge=0", "maxUnavailable=1",
      ])
    #expect(found.runs.first?.steps.count == 6)
  }

  /// With the lemmas given, and without.
  @Test func withPercentagesTheFloorAndTheCeilingAreProved() throws {
    let report = try Self.verify(Self.rollingUpdate(Self.withPercentages))
    #expect(report.properties.map { Self.verdict($0) } == ["proved", "proved", "proved"])
  }

  private static func withPercentages(_ text: String) -> String {
    text.replacing(
      """
        - {name: maxSurge, type: int, min: 0, max: 1000}
        - {name: maxUnavailable, type: int, min: 0, max: 1000}
        assume:
        - maxSurge + maxUnavailable > 0

      """,
      with: """
          - {name: surgePercent, type: int, min: 0, max: 100}
          - {name: unavailablePercent, type: int, min: 0, max: 100}
          variables:
          - {name: surge, expression: (surgePercent * replicas + 99) / 100}
          - name: unavailable
            expression: >-
              variables.surge == 0 && unavailablePercent * replicas / 100 == 0 ? 1
              : unavailablePercent * replicas / 100

        """
    ).replacing("maxSurge", with: "variables.surge")
      .replacing("maxUnavailable", with: "variables.unavailable")
  }

  /// A lemma that does not hold is shown with the step that breaks it, and nothing is proved.
  @Test func aWrongLemmaProvesNothing() throws {
    let report = try Self.verify(
      Self.rollingUpdate { text in
        text.replacing(
          "previous.status.available <= previous.status.reported",
          with: "previous.status.available == previous.status.reported")
      }, properties: ["floor"])
    #expect(Self.verdict(report.properties[0]) == "inconclusive")
    let proof = try #require(report.properties[0].proof)
    #expect(proof.lines.contains { $0.hasPrefix("step:  ") })
  }

  /// A limit on time ends a proof, which says so; one that is not reached changes nothing.
  @Test func aLimitOnTimeEndsAProof() throws {
    let files = Self.counter("object.spec.count < object.spec.limit", "a.spec.count <= limit")
    for (limit, expected) in [(Duration.zero, "inconclusive"), (.seconds(600), "proved")] {
      let report = try Self.verify(files, timeLimit: limit)
      #expect(Self.verdict(report.properties[0]) == expected)
      guard case .inconclusive(let reason) = report.properties[0].verdict else { continue }
      #expect(reason.contains("the limit on time was reached; raise --time-limit"), "\(reason)")
    }
  }

  private static func rollingUpdate(_ change: (String) -> String) throws -> [String: String] {
    func read(_ name: String) throws -> String {
      try String(
        contentsOf: CommandRunner.root.appendingPathComponent("\(example)/\(name)"), encoding: .utf8
      )
    }
    let text = try read("scenario.yaml")
    let changed = change(text)
    #expect(changed != text)
    return ["scenario.yaml": changed, "crds.yaml": try read("crds.yaml")]
  }

  // MARK: Small ones

  /// What is proved is what a search of known values finds to hold, and the other way round.
  @Test(arguments: [
    ("object.spec.count < object.spec.limit", "a.spec.count <= limit", "proved"),
    ("object.spec.count < object.spec.limit", "a.spec.count < limit", "violated"),
    ("object.spec.count <= object.spec.limit", "a.spec.count <= limit", "violated"),
    (
      "object.spec.count + 1 < object.spec.limit", "a.spec.count == 0 || a.spec.count < limit",
      "proved"
    ),
    // It grows for ever, past what a proof calculates with.
    ("object.spec.limit >= 0", "a.spec.count >= 0", "inconclusive"),
    ("object.spec.count < 3", "a.spec.count != 2", "violated"),
  ])
  func aCounter(_ guardText: String, _ claim: String, _ expected: String) throws {
    let report = try Self.verify(Self.counter(guardText, claim))
    #expect(Self.verdict(report.properties[0]) == expected, "\(report.properties[0])")
  }

  /// No template has a factor of two: Spacer finds the invariant, and induction checks it.
  @Test func spacerFindsWhatNoTemplateHas() throws {
    let twice = Self.controller(
      "twice", for: "b",
      """
        - id: up
          when: object.spec.limit < limit
          patch:
            target: object
            merge: {spec: {limit: "${object.spec.limit + 1}", count: "${object.spec.count + 2}"}}
      """)
    let report = try Self.verify([
      "scenario.yaml": Self.document(
        controllers: "[{name: twice}]", claim: "b.spec.count <= 2 * limit",
        addition: "  interleaving: reconcile\n", rest: twice)
    ])
    #expect(Self.verdict(report.properties[0]) == "proved", "\(report.properties[0])")
  }

  /// In mode `calls` what a reconcile read may be out of date when it writes again; a whole
  /// reconcile in one step cannot be interrupted.
  @Test(arguments: [
    ("calls", "a.spec.count == b.spec.count", "violated"),
    ("calls", "a.spec.count <= b.spec.count", "proved"),
    ("reconcile", "a.spec.count == b.spec.count", "proved"),
  ])
  func copiesMayBeOutOfDate(_ interleaving: String, _ claim: String, _ expected: String) throws {
    let report = try Self.verify(Self.copies(interleaving, claim))
    #expect(Self.verdict(report.properties[0]) == expected, "\(report.properties[0])")
  }

  /// A crash between two writes leaves one of them out.
  @Test(arguments: [("", "proved"), ("  faults: {crash: {times: 1}}\n", "violated")])
  func crashes(_ faults: String, _ expected: String) throws {
    let report = try Self.verify(Self.pair(faults))
    #expect(Self.verdict(report.properties[0]) == expected, "\(report.properties[0])")
  }

  /// What no proof covers is said, and never a proof.
  @Test(arguments: [
    ("  faults: {staleReads: {lag: 1}}\n", "the cache of up may be stale"),
    ("  assume: [limit < 0]\n", "no values"),
  ])
  func whatIsNotCoveredIsSaid(_ addition: String, _ reason: String) throws {
    let report = try Self.verify(
      Self.counter("object.spec.count < object.spec.limit", "a.spec.count <= limit", addition))
    guard case .inconclusive(let text) = report.properties[0].verdict else {
      Issue.record("\(report.properties[0])")
      return
    }
    #expect(text.contains(reason))
  }

  @Test func builtInControllersAreNotCovered() throws {
    let text = Self.document(
      controllers: "[{builtin: garbagecollector}]", claim: "a.spec.count <= limit", rest: "")
    let report = try Self.verify(["scenario.yaml": text])
    #expect(Self.verdict(report.properties[0]) == "inconclusive")
  }

  // MARK: Scenarios

  static func verdict(_ property: PropertyReport) -> String {
    switch property.verdict {
    case .holds: property.proof?.summary == nil ? "holds" : "proved"
    case .violated: "violated"
    case .inconclusive: "inconclusive"
    }
  }

  static func document(
    controllers: String, claim: String, addition: String = "", rest: String
  ) -> String {
    """
    apiVersion: kverify.dev/v1alpha1
    kind: Scenario
    metadata: {name: proof}
    spec:
      objects:
      - apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: counters.example.com}
        spec:
          group: example.com
          scope: Namespaced
          names: {kind: Counter, plural: counters, singular: counter}
          versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    properties: {count: {type: integer}, limit: {type: integer}}
      - {apiVersion: example.com/v1, kind: Counter, metadata: {name: a}, spec: {count: 0, limit: "${limit}"}}
      - {apiVersion: example.com/v1, kind: Counter, metadata: {name: b}, spec: {count: 0, limit: 0}}
      controllers: \(controllers)
      names:
        a: {apiVersion: example.com/v1, kind: Counter, name: a}
        b: {apiVersion: example.com/v1, kind: Counter, name: b}
      symbols:
      - {name: limit, type: int, min: 0, max: 1000000}
    \(addition)  properties:
      - {name: claim, always: "\(claim)", prove: true}
    \(rest)
    """
  }

  static func controller(_ name: String, for object: String, _ steps: String) -> String {
    """
    ---
    apiVersion: kverify.dev/v1alpha1
    kind: Controller
    metadata: {name: \(name)}
    spec:
      for: {apiVersion: example.com/v1, kind: Counter, name: \(object)}
      steps:
    \(steps)

    """
  }

  private static func counter(
    _ guardText: String, _ claim: String, _ addition: String = ""
  ) -> [String: String] {
    let up = controller(
      "up", for: "a",
      """
        - id: more
          when: \(guardText)
          patch: {target: object, merge: {spec: {count: "${object.spec.count + 1}"}}}
      """)
    return [
      "scenario.yaml": document(
        controllers: "[{name: up}]", claim: claim, addition: addition, rest: up)
    ]
  }

  /// `up` raises b and then a, `copy` writes to a what it read of b before its first write.
  private static func copies(_ interleaving: String, _ claim: String) -> [String: String] {
    let copy = controller(
      "copy", for: "b",
      """
        - id: mark
          patch: {target: object, merge: {metadata: {labels: {step: one}}}}
        - id: write
          patch:
            target: {apiVersion: example.com/v1, kind: Counter, name: a}
            merge: {spec: {count: "${object.spec.count}"}}
      """)
    let up = controller(
      "up", for: "b",
      """
        - id: up
          when: object.spec.count < 5
          patch: {target: object, merge: {spec: {count: "${object.spec.count + 1}"}}}
        - id: both
          when: object.spec.count < 5
          patch:
            target: {apiVersion: example.com/v1, kind: Counter, name: a}
            merge: {spec: {count: "${object.spec.count + 1}"}}
      """)
    return [
      "scenario.yaml": document(
        controllers: "[{name: copy}, {name: up}]", claim: claim,
        addition: "  interleaving: \(interleaving)\n", rest: copy + up)
    ]
  }

  /// One controller that raises both counters.
  static func pair(
    _ addition: String, claim: String = "a.spec.count == b.spec.count",
    secondHas preconditions: Bool = false
  ) -> [String: String] {
    let both = controller(
      "both", for: "a",
      """
        - id: first
          when: object.spec.count < object.spec.limit
          patch: {target: object, merge: {spec: {count: "${object.spec.count + 1}"}}}
        - id: second
          when: object.spec.count < object.spec.limit
          preconditions: \(preconditions)
          patch:
            target: {apiVersion: example.com/v1, kind: Counter, name: b}
            merge: {spec: {count: "${object.spec.count + 1}"}}
      """)
    return [
      "scenario.yaml": document(
        controllers: "[{name: both}]", claim: claim,
        addition: "  interleaving: reconcile\n" + addition, rest: both)
    ]
  }

  static func verify(
    _ files: [String: String], properties: [String]? = nil, timeLimit: Duration? = nil
  ) throws -> VerificationReport {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("kverify-proof-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files {
      try text.write(
        to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }
    let scenario = try #require(ScenarioLoading.load([folder.path]).first)
    var options = VerificationOptions()
    options.properties = properties
    options.timeLimit = timeLimit
    // Where a proof fails a few values are searched.
    options.maxStates = 500
    return try VerificationDriver.verify(scenario: scenario, options: options)
  }
}
