internal import POR
internal import Transitions

/// One system to search, and what its search is compared with.
struct Benchmark {
  /// A twin in `benchmarks/spin`, with its preprocessor definitions.
  struct Twin {
    var file: String
    var definitions: [String]
    /// The states that SPIN stores with its own partial-order reduction; nil for a full search, which
    /// must have our counts.
    var reducedStates: Int?
  }

  /// What must be reached when measured.
  struct Goals {
    var seconds: Double?
    /// Of the whole process.
    var megabytes: Double?
    var states: Int?
    /// The most time that the reduced search may take, the full one taking 1.
    var timeOfFull: Double?
  }

  var name: String
  var reduction = Reduction.none
  var twin: Twin?
  /// The most bytes a state that the store, the index and the search's tables may take.
  var byteBudget: Double?
  var goals = Goals()
  /// Whether the full search is counted as well.
  var countsFullSearch = false
  /// Counts what the naive explorer visits in this system.
  var naiveVisits: (() -> Int)?
  /// Makes the system; whatever this warms up is not measured.
  var makeSystem: () throws -> any TransitionSystem

  /// Every benchmark there is; scenarios and twins lie in a folder.
  static func all(in folder: String) -> [Benchmark] {
    synthetic + reduced + naive + scenarios(folder) + reducedScenarios(folder)
  }

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

  /// The reduced search through declarative controllers: the families of POR.md section 6, without the
  /// property that looks at all cells, and 1,000 controllers that have nothing to do with each other.
  private static func reducedScenarios(_ folder: String) -> [Benchmark] {
    let families = [
      "writers", "woken-writers", "chains", "cascades", "fan-out", "creators-blind-lister",
      "readers", "creators-lister", "last-writers", "counters", "fan-in", "fight", "user-events",
    ]
    return families.map { family in
      Benchmark(name: "family-\(family)-6", reduction: .auto, countsFullSearch: true) {
        try ScenarioWorld.warm(
          folder + "/scenarios/families/\(family).yaml", leavingOut: "one-component")
      }
    } + [
      Benchmark(name: "scenario-independent-1000", reduction: .auto) {
        try ScenarioWorld.warm(
          text: IndependentControllers.scenario(1000), reduction: .auto)
      }
    ]
  }

  /// The benchmarks of the full search alone, on hand-written systems.
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
      Benchmark(name: "wide-chains", byteBudget: 64) {
        ChainsSystem(chains: 5, length: 9, spread: 200)
      },
      Benchmark(name: "wide-walkers") { WalkersSystem(length: 499) },
      Benchmark(name: "switches-16") { SwitchesSystem(switches: 16) },
    ]
  }

  /// The benchmarks of the reduced search alone.
  private static var reduced: [Benchmark] {
    [
      Benchmark(
        name: "reduced-independent-1000", reduction: .auto,
        goals: Goals(seconds: 1, megabytes: 200)
      ) { ChainsSystem(chains: 1000, length: 1) },
      Benchmark(
        name: "reduced-chains-100x100", reduction: .auto, goals: Goals(seconds: 2)
      ) { ChainsSystem(chains: 100, length: 100) },
      Benchmark(
        name: "reduced-fan-in-64", reduction: .auto, goals: Goals(states: 9_999)
      ) { FanInSystem(children: 64) },
      Benchmark(
        name: "reduced-counters-6x9", reduction: .auto,
        twin: Twin(
          file: "chains.pml", definitions: ["-DK=6", "-DN=9"], reducedStates: 1_000_000)
      ) { ChainsSystem(chains: 6, length: 9) },
      Benchmark(
        name: "irreducible-last-writers-15", reduction: .auto, goals: Goals(timeOfFull: 1.5)
      ) { SharedObjectSystem(writers: 15, write: .ownNumber) },
      Benchmark(
        name: "irreducible-counter-18", reduction: .auto, goals: Goals(timeOfFull: 1.5)
      ) { SharedObjectSystem(writers: 18, write: .increment) },
    ]
  }

  /// The naive explorer beside the reduced search.
  private static var naive: [Benchmark] {
    (2...6).map { controllers in
      Benchmark(
        name: "naive-\(controllers)", reduction: .auto,
        naiveVisits: {
          var explorer = NaiveExplorer(controllers: controllers)
          return explorer.visits()
        }
      ) { WokenWritersSystem(writers: controllers) }
    }
  }
}
