internal import Foundation

/// The command line `kverify-bench [--check | --update] [--no-spin] [--folder benchmarks] [NAME…]`.
///
/// Prints, for each benchmark, the counts, then what they cost, and the ratio to SPIN on the same
/// model in the same run where `spin` and `gcc` are installed. Goals of time and memory are judged
/// then. `--check` compares the counts with `baseline.json` and the bytes a state with their budget,
/// without SPIN and without a look at the clock.
struct BenchmarkCommand {
  private enum Use { case measure, check, update }

  private var use = Use.measure
  private var runsSpin = true
  private var folder = "benchmarks"
  private var names: [String] = []
  private let arguments: [String]

  /// Reads the arguments; what is no option is the name of a benchmark.
  init(arguments: [String]) {
    self.arguments = arguments
    var rest = arguments.makeIterator()
    while let argument = rest.next() {
      switch argument {
      case "--check": use = .check
      case "--update": use = .update
      case "--no-spin": runsSpin = false
      case "--folder": folder = rest.next() ?? folder
      default: names.append(argument)
      }
    }
  }

  /// Runs the benchmarks; returns how many failed.
  ///
  /// Each has a process of its own, so that none finds memory that another one left. Counts do not depend
  /// on time, so two at once are checked.
  func run() throws -> Int {
    if names.count == 1 { return try runAlone() }
    let comparisons = use == .measure ? JobsComparison.names + HTTPCalls.names : []
    let all =
      Benchmark.all(in: folder).map(\.name) + MultipleScenario.all(in: folder).map(\.name)
      + SolverChecks.names + SolverTimes.names + EnumeratedValues.names + ProcessRuns.names
      + comparisons
    let chosen = all.filter { names.isEmpty || names.contains($0) }
    let lost = use == .check && names.isEmpty ? try rowsWithoutBenchmark(all) : []
    for name in lost { print("\(name)\n  FAILED: counts in the baseline, and no such benchmark") }
    return lost.count
      + InOrder(jobs: use == .check ? 2 : 1).failures(of: chosen) { name in
        arguments.filter { !names.contains($0) } + [name]
      }
  }

  /// A benchmark that vanished would otherwise pass unnoticed.
  private func rowsWithoutBenchmark(_ names: [String]) throws -> [String] {
    let baseline = try Baseline.read(folder + "/baseline.json")
    return baseline.counts.keys.filter { !names.contains($0) }.sorted()
  }

  private func runAlone() throws -> Int {
    let path = folder + "/baseline.json"
    var baseline = (try? Baseline.read(path)) ?? Baseline(counts: [:])
    var failures = 0
    for benchmark in Benchmark.all(in: folder) where names.contains(benchmark.name) {
      var measured = try Measurement.take(benchmark)
      print(measured)
      if benchmark.countsFullSearch {
        let full = try Measurement.fullStates(of: benchmark)
        measured.counts.fullStates = full
        print("  full search: states=\(full)")
      }
      if let visits = benchmark.naiveVisits?() {
        measured.counts.naiveVisits = visits
        print("  naive explorer: visits=\(visits), ours states=\(measured.counts.states)")
      }
      var complaints: [String] = []
      switch use {
      case .check: complaints = check(measured, benchmark, baseline)
      case .update: baseline.counts[benchmark.name] = measured.counts
      case .measure: complaints = try judge(measured, benchmark)
      }
      if runsSpin, use != .check, let twin = benchmark.twin {
        complaints += try compare(measured, with: twin)
      }
      for complaint in complaints { print("  FAILED: \(complaint)") }
      failures += complaints.count
    }
    for scenario in MultipleScenario.all(in: folder) where names.contains(scenario.name) {
      let measured = try scenario.measure()
      print(measured)
      var complaints = measured.complaints
      switch use {
      case .check: complaints += check(measured.counts, of: scenario.name, baseline)
      case .update: baseline.counts[scenario.name] = measured.counts
      case .measure:
        if measured.seconds > MultipleScenario.seconds {
          complaints.append("more than \(MultipleScenario.seconds) s")
        }
      }
      for complaint in complaints { print("  FAILED: \(complaint)") }
      failures += complaints.count
    }
    for name in SolverChecks.names where names.contains(name) {
      let complaints = SolverChecks.run(name, judges: use == .measure)
      for complaint in complaints { print("  FAILED: \(complaint)") }
      failures += complaints.count
    }
    for name in SolverTimes.names where names.contains(name) {
      let complaints = try SolverTimes.run(name, folder: folder, judges: use == .measure)
      for complaint in complaints { print("  FAILED: \(complaint)") }
      failures += complaints.count
    }
    for name in ProcessRuns.names where names.contains(name) {
      let measured = try ProcessRuns.run(name, folder: folder)
      var complaints: [String] = []
      switch use {
      case .check: complaints = check(measured.counts, of: name, baseline)
      case .update: baseline.counts[name] = measured.counts
      case .measure: complaints = measured.complaints
      }
      for complaint in complaints { print("  FAILED: \(complaint)") }
      failures += complaints.count
    }
    for name in EnumeratedValues.names where names.contains(name) {
      let complaints = try EnumeratedValues.run(name, folder: folder, judges: use == .measure)
      for complaint in complaints { print("  FAILED: \(complaint)") }
      failures += complaints.count
    }
    for name in JobsComparison.names where names.contains(name) {
      let complaints = try JobsComparison.run(name, folder: folder)
      for complaint in complaints { print("  FAILED: \(complaint)") }
      failures += complaints.count
    }
    for name in HTTPCalls.names where names == [name] {
      let complaints = try HTTPCalls.run(name)
      for complaint in complaints { print("  FAILED: \(complaint)") }
      failures += complaints.count
    }
    if use == .update { try baseline.write(path) }
    return failures
  }

  private func check(
    _ counts: Baseline.Counts, of name: String, _ baseline: Baseline
  ) -> [String] {
    guard let expected = baseline.counts[name] else {
      return ["no counts in the baseline; --update enters them"]
    }
    return expected == counts ? [] : ["the counts differ from the baseline"]
  }

  private func check(
    _ measured: Measurement, _ benchmark: Benchmark, _ baseline: Baseline
  ) -> [String] {
    var complaints = check(measured.counts, of: benchmark.name, baseline)
    if let budget = benchmark.byteBudget, measured.bytesPerState > budget {
      complaints.append("more than \(Int(budget)) bytes a state")
    }
    if let states = benchmark.goals.states, measured.counts.states > states {
      complaints.append("more than \(states) states")
    }
    return complaints
  }

  /// What must be reached but depends on the machine.
  private func judge(_ measured: Measurement, _ benchmark: Benchmark) throws -> [String] {
    var complaints: [String] = []
    if let seconds = benchmark.goals.seconds, measured.seconds > seconds {
      complaints.append("more than \(seconds) s")
    }
    if let megabytes = benchmark.goals.megabytes, measured.peakMegabytes > megabytes {
      complaints.append("more than \(megabytes) MB")
    }
    if let bound = benchmark.goals.timeOfFull {
      let comparison = try FullSearchComparison.take(benchmark)
      print(comparison)
      if comparison.ratio > bound {
        complaints.append("more than \(bound) times the full search's time")
      }
    }
    return complaints
  }

  private func compare(
    _ measured: Measurement, with twin: Benchmark.Twin
  ) throws -> [String] {
    do {
      let spin = try SpinTwin.run(twin, models: folder + "/spin")
      print(spin)
      if let expected = twin.reducedStates {
        print("  states beside spin's reduction: \(measured.counts.states) to \(spin.states)")
        return spin.states == expected ? [] : ["spin stores \(spin.states), not \(expected)"]
      }
      let ratio = measured.statesPerSecond / spin.statesPerSecond
      print(String(format: "  ratio to spin: %.2f states/s", ratio))
      let isEqual =
        spin.states == measured.counts.states && spin.transitions == measured.counts.transitions
      return isEqual ? [] : ["the twin's counts differ"]
    } catch let unavailable as SpinTwin.Unavailable {
      print("  spin: not compared, \(unavailable.reason)")
      return []
    }
  }
}
