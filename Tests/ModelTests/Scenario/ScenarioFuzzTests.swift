import CEL
import Foundation
import Model
import Testing

/// Mutated texts must give findings or scenarios, never a trap and never a hang.
///
/// `KVERIFY_FUZZ_SECONDS` sets the time for each (2 by default), `KVERIFY_FUZZ_SEED` the seed.
struct ScenarioFuzzTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let seconds = Double(environment["KVERIFY_FUZZ_SECONDS"] ?? "") ?? 2
  private static let seed =
    UInt64(environment["KVERIFY_FUZZ_SEED"] ?? "") ?? UInt64.random(in: 0...UInt64.max)

  private static let words = [
    "&a ", "*a", "? ", ": ", "- ", "{", "}", "[", "]", "|\n  ", ">-\n ", "'", "\"", "\\", "#", "!",
    "!!", "%YAML 9\n", "---\n", "...\n", "\t", "\n", "\r", "\u{FEFF}", "é", "🦊", "<<: ", "~", "${",
    "}", "null", "yes", ".inf", "0x", "-9223372036854775809", "&&", "||", "?", "has(", "exists(",
    "variables.", "old.", "children.", "in", "\u{0}", "\u{85}", "\u{2028}", "e\u{301}", "@", "`",
    "\"\\ud800\"", "\"\\xff\"", "1e999", "matches('(a+)+$')", "[0]", ".?", "[?",
  ].map { Array($0.utf8) }

  private static let scenarios: [String] = [
    """
    apiVersion: kverify.dev/v1alpha1
    kind: Scenario
    metadata: {name: fuzz}
    spec:
      objects:
      - {apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: "${load}"}}
      - file: other.yaml
      controllers:
      - {builtin: kubelet, with: {fail: 1}}
      - name: c
      names:
        web: {apiVersion: apps/v1, kind: Deployment, name: web}
        pods: {apiVersion: v1, kind: Pod, list: true}
      symbols: [{name: load, type: int, min: 1, max: 3}]
      assume: [load != 2]
      variables: [{name: twice, expression: load * 2}]
      events:
      - {name: remove, times: 2, when: web != null, delete: {target: web, propagationPolicy: Orphan}}
      - {name: edit, patch: {target: web, merge: {spec: {paused: true}}}}
      faults: {crash: {times: 3}, staleReads: {controllers: [c], lag: 2}}
      properties:
      - name: a
        always: >-
          old.web == null ||
          web.spec.replicas >= variables.twice
      - {name: d, confluent: {ignore: ["Deployment/web:spec.replicas"]}}
    ---
    apiVersion: kverify.dev/v1alpha1
    kind: Controller
    metadata: {name: c}
    spec:
      for: {apiVersion: apps/v1, kind: Deployment}
      owns: [{apiVersion: v1, kind: Pod}]
      watches: [{apiVersion: v1, kind: Node, map: "[{'name': object.metadata.name}]"}]
      steps:
      - id: pod
        when: children.pod == null
        forEach: [{x: "lists.range(3)"}]
        create: {apiVersion: v1, kind: Pod, metadata: {name: "${object.metadata.name}-${string(x)}"}}
        readyWhen: ["ready.pod"]
        requeueAfter: 30s
      - {id: report, status: {phase: "${ready.pod ? 'Ready' : 'Pending'}"}}
    """,
    "base: &b {x: 1}\nall: [*b, {<<: *b, y: |\n  text\n}, 'q', \"d\\n\", 0x1F, 1.5, ~]\n---\nb\n",
  ]

  @Test func `YAML never traps`() {
    print("ScenarioFuzzTests: YAML seed \(Self.seed)")
    var generator = SplitMix(state: Self.seed)
    let deadline = ContinuousClock.now + .seconds(Self.seconds)
    var count = 0
    while ContinuousClock.now < deadline {
      let text = Self.mutate(Self.scenarios.map { Array($0.utf8) }, &generator)
      let source = MemorySource(bytes: [
        "scenario.yaml": text, "other.yaml": Self.mutate([text], &generator),
      ])
      let start = ContinuousClock.now
      let result = ScenarioLoader(provider: source).load(["scenario.yaml"])
      #expect(result.hasErrors || !result.scenarios.isEmpty)
      for finding in result.diagnostics {
        #expect(!DiagnosticRenderer(sources: result.sources).render(finding).isEmpty)
      }
      #expect(ContinuousClock.now - start < .seconds(5), "slow: \(text)")
      count += 1
    }
    print("ScenarioFuzzTests: \(count) YAML texts")
    #expect(count > 0)
  }

  @Test func `CEL never traps`() {
    print("ScenarioFuzzTests: CEL seed \(Self.seed)")
    let corpus = [
      "web.spec.replicas >= 2 && web.spec.replicas <= 10", "a ? b : [1, 2.0, 3u][0]",
      "[1, 2].exists(x, x > 1) || {'a': 1}.a == 1", "'abc'.matches('^[a-c]+$')", "has(a.b.c)",
      "a.?b[?0].orValue('x') + \"\\u00e9\" + b'\\xff' + r'\\d'", "-9223372036854775808 % -1",
      "timestamp('2020-01-01T00:00:00Z') - duration('1h')", "[[[[1]]]].map(x, x.map(y, y))",
      "quantity('100m').isLessThan(quantity('1'))", "'%s'.format(['x'])", "1.0e308 * 10.0",
    ].map { Array($0.utf8) }
    var generator = SplitMix(state: Self.seed)
    let environment = Environment.kubernetes.adding(variables: ["a": .dyn, "b": .dyn, "web": .dyn])
    let value = Value(JSONValue.object(["b": .object(["c": [1, "x"]]), "spec": .object([:])]))
    let bindings = Bindings(["a": value, "b": value, "web": value])
    let deadline = ContinuousClock.now + .seconds(Self.seconds)
    var count = 0
    while ContinuousClock.now < deadline {
      let text = String(decoding: Self.mutate(corpus, &generator), as: UTF8.self)
      let start = ContinuousClock.now
      if let program = try? environment.compile(text) {
        _ = try? program.evaluate(bindings, stepLimit: 100_000).json()
      }
      #expect(ContinuousClock.now - start < .seconds(5), "slow: \(text)")
      count += 1
    }
    print("ScenarioFuzzTests: \(count) CEL texts")
    #expect(count > 0)
  }

  /// A text of the corpus after a few random changes.
  private static func mutate(_ corpus: [[UInt8]], _ generator: inout SplitMix) -> [UInt8] {
    var text = corpus[Int.random(in: 0..<corpus.count, using: &generator)]
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
      let place = Int.random(in: 0...text.count, using: &generator)
      let length = Int.random(in: 0...min(12, text.count - place), using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: text.removeSubrange(place..<(place + length))
      case 1:
        text.insert(
          contentsOf: words[Int.random(in: 0..<words.count, using: &generator)], at: place)
      case 2: text.insert(UInt8.random(in: 0...255, using: &generator), at: place)
      case 3: text.insert(contentsOf: text[place..<(place + length)], at: place)
      case 4:
        let other = corpus[Int.random(in: 0..<corpus.count, using: &generator)]
        let start = Int.random(in: 0...other.count, using: &generator)
        text.replaceSubrange(place..<(place + length), with: other[start...].prefix(60))
      default:
        let word = words[Int.random(in: 0..<words.count, using: &generator)]
        let count = Int.random(in: 1...200, using: &generator)
        text.insert(contentsOf: (0..<count).flatMap { _ in word }, at: place)
      }
    }
    return text
  }
}

/// A small seeded generator (SplitMix64).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
