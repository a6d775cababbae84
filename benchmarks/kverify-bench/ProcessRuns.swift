internal import Bridge
internal import CEL
internal import Foundation
internal import Model
internal import POR
internal import Transitions

/// Real code in processes: how often it runs, and what steps cost when it does not.
enum ProcessRuns {
  static let names = sizes.map(\.name)

  private static let sizes = [
    (name: "process-identical-2", controllers: 2, objects: 1),
    (name: "process-independent-4", controllers: 4, objects: 4),
    (name: "process-independent-8", controllers: 8, objects: 8),
  ]
  /// The steps that a second search makes at least, where it is long enough to tell.
  private static let stepsPerSecond = 300_000.0
  private static let enoughSteps = 10_000

  /// Measures one of them; returns its counts and what was not reached.
  static func run(
    _ name: String, folder: String
  ) throws -> (counts: Baseline.Counts, complaints: [String]) {
    let hosts = ProcessHosts()
    defer { hosts.shutDown() }
    guard let size = sizes.first(where: { $0.name == name }) else {
      throw ScenarioWorld.Unusable(reason: "no such benchmark")
    }
    let text = scenario(controllers: size.controllers, objects: size.objects)
    let loaded = ScenarioLoader(
      provider: TextFile(path: folder + "/processes/scenario.yaml", text: text)
    ).load([folder + "/processes/scenario.yaml"])
    guard let scenario = loaded.scenarios.first, !loaded.hasErrors else {
      let findings = loaded.diagnostics.map { "\($0.code) \($0.message)" }
      throw ScenarioWorld.Unusable(reason: findings.joined(separator: "; "))
    }
    let definition = try WorldBuilder(scenario, symbols: [:], starter: hosts)
      .build(projections: ProjectionSet().without(.components))
    let world = World(definition)
    guard let component = Partition.finest(world).first else {
      throw ScenarioWorld.Unusable(reason: "nothing happens in it")
    }
    let composition = Composition(world, component: component)
    let start = ContinuousClock.now
    let result = try Search(options: SearchOptions()).run(composition)
    let wall = seconds(since: start)
    let (warm, again) = try Measurement.timed(composition, .none)
    let figures = hosts.figures
    let rate = Double(again.transitions) / warm
    print(
      String(
        format: """
          %@: states=%d transitions=%d settled=%d reconciles=%d
            wall=%.2f s second runs=%d warm steps/s=%.0f
          """,
        name, result.states, result.transitions, result.settled, figures.executed, wall,
        figures.repeated, rate))
    var counts = Baseline.Counts(
      states: result.states, transitions: result.transitions, settled: result.settled)
    counts.reconciles = figures.executed
    let isSlow = again.transitions > enoughSteps && rate < stepsPerSecond
    return (counts, isSlow ? ["fewer than 300,000 steps a second"] : [])
  }

  private static func seconds(since start: ContinuousClock.Instant) -> Double {
    let elapsed = (ContinuousClock.now - start).components
    return Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
  }

  /// Controllers in processes, each on all objects or, where there are as many, on its own.
  private static func scenario(controllers: Int, objects: Int) -> String {
    var text = """
      apiVersion: kverify.dev/v1alpha1
      kind: Scenario
      metadata: {name: processes}
      spec:
        objects:

      """
    for number in 0..<objects {
      text +=
        "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: c\(number)}, data: {wanted: \"1\"}}\n"
    }
    text += "  controllers:\n"
    for number in 0..<controllers {
      let own = objects == controllers ? number : 0
      text += """
          - name: marker-\(number)
            process: {command: [python3, host.py]}
            for: {apiVersion: v1, kind: ConfigMap, name: c\(own)}

        """
    }
    text += "  properties:\n  - {name: settles, converges: true}\n"
    return text
  }
}

/// A text as one file of a folder.
private struct TextFile: SourceProvider {
  let path: String
  let text: String

  func read(_ path: String) throws(SourceError) -> [UInt8] {
    guard path == self.path else { throw .missing }
    return Array(text.utf8)
  }

  func files(below folder: String) throws(SourceError) -> [String] { throw .missing }
}
