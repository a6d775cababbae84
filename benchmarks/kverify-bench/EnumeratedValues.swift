internal import CEL
internal import Foundation
internal import Model
internal import POR

/// A scenario with an unknown input: the command, which verifies classes of values, beside one
/// verification for each value, in the same run.
///
/// The set of failing values that the command prints must be the values that fail one by one.
enum EnumeratedValues {
  static let names = ["values-one-by-one"]
  private static let example = "hpa-gitops-fight-any-load"
  private static let values: ClosedRange<Int64> = 0...2000

  /// Prints a row; returns what is wrong.
  static func run(_ name: String, folder: String, judges: Bool) throws -> [String] {
    let path = "\(folder)/../examples/\(example)/scenario.yaml"
    let symbolicStart = ContinuousClock.now
    let output = try KverifyRun.output([
      "verify", path, "--results", NSTemporaryDirectory() + "kverify-bench-values",
    ])
    let symbolic = ContinuousClock.now - symbolicStart
    let marker = "violated exactly for: "
    guard let line = output.split(separator: "\n").first(where: { $0.contains(marker) }),
      let start = line.range(of: marker)
    else { return ["no exact set in the report"] }
    let set = try Environment.kubernetes.compileUnchecked(String(line[start.upperBound...]))
    guard let scenario = ScenarioLoader(provider: FileSource()).load([path]).scenarios.first else {
      return ["\(path) cannot be loaded"]
    }
    let knownStart = ContinuousClock.now
    var (failing, states) = (0, 0)
    var complaints: [String] = []
    for value in values {
      let (isViolated, found) = try verify(scenario, value)
      states += found
      if isViolated { failing += 1 }
      let said = try set.evaluate(Bindings(["load": .int(value)]))
      guard case .bool(isViolated) = said else {
        complaints.append("load = \(value): violated \(isViolated), the set says \(said)")
        continue
      }
    }
    let known = ContinuousClock.now - knownStart
    print("\(name): values=\(values.count) failing=\(failing) states=\(states)")
    let (one, other) = (seconds(symbolic), seconds(known))
    print(
      String(
        format: "  classes of values %.2f s, one by one %.2f s; ratio %.1f", one, other,
        other / one))
    if judges, one > 2 { complaints.append("the classes take more than 2 s") }
    return complaints
  }

  private static func seconds(_ time: Duration) -> Double {
    Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
  }

  /// Whether some property fails for one load, and how many states it took; nothing is symbolic.
  private static func verify(
    _ scenario: Scenario, _ value: Int64
  ) throws -> (isViolated: Bool, states: Int) {
    let definition = try WorldBuilder(scenario, symbols: ["load": .int(value)])
      .build(projections: ProjectionSet().without(.components))
    let world = World(definition)
    guard let component = Partition.finest(world).first else { return (false, 0) }
    while true {
      do {
        let result = try Search(options: SearchOptions()).run(
          Composition(world, component: component))
        let isViolated = result.findings.contains {
          if case .violated = $0 { true } else { false }
        }
        return (isViolated, result.states)
      } catch is RestartNeeded {
        continue
      }
    }
  }
}
