internal import Transitions

/// One system to search, and its Promela twin if it has one.
struct Benchmark {
  /// A twin in `benchmarks/spin`, with its preprocessor definitions.
  struct Twin {
    var file: String
    var definitions: [String]
  }

  var name: String
  var twin: Twin?
  /// The most bytes a state that the store, the index and the search's tables may take.
  var byteBudget: Double?
  /// Makes the system; whatever this warms up is not measured.
  var makeSystem: () throws -> any TransitionSystem

  /// Every benchmark there is; scenarios and twins lie in a folder.
  static func all(in folder: String) -> [Benchmark] { synthetic + scenarios(folder) }

  /// The full search through declarative controllers.
  private static func scenarios(_ folder: String) -> [Benchmark] {
    [
      Benchmark(
        name: "scenario-chains", twin: Twin(file: "chains.pml", definitions: ["-DK=6", "-DN=9"]),
        byteBudget: 64
      ) { try ScenarioWorld.warm(folder + "/scenarios/chains.yaml") },
      Benchmark(
        name: "scenario-counters", twin: Twin(file: "swaps.pml", definitions: ["-DK=5", "-DR=2"]),
        byteBudget: 64
      ) { try ScenarioWorld.warm(folder + "/scenarios/counters.yaml") },
    ]
  }

  /// The benchmarks of the search alone, on hand-written systems.
  private static var synthetic: [Benchmark] {
    [
      Benchmark(
        name: "chains-6x9", twin: Twin(file: "chains.pml", definitions: ["-DK=6", "-DN=9"]),
        byteBudget: 64
      ) { ChainsSystem(chains: 6, length: 9) },
      Benchmark(
        name: "counters-5x3", twin: Twin(file: "counters.pml", definitions: ["-DK=5", "-DR=3"]),
        byteBudget: 64
      ) { CountersSystem(processes: 5, rounds: 3) },
      Benchmark(name: "wide-chains", twin: nil, byteBudget: 64) {
        ChainsSystem(chains: 5, length: 9, spread: 200)
      },
      Benchmark(name: "wide-walkers", twin: nil, byteBudget: nil) { WalkersSystem(length: 499) },
      Benchmark(name: "switches-16", twin: nil, byteBudget: nil) { SwitchesSystem(switches: 16) },
    ]
  }
}
