import CEL

@testable import Model

/// The search for runs of the model that are as recorded.
///
/// Each step is taken at several paces from each state that the steps before may have led to. One run
/// suffices where all runs of the real thing agreed; where they differed (`$oneOf`) each outcome must
/// be reached, which shows that a search of all interleavings reaches it too.
extension RecordingReplay {
  /// A state that was reached as recorded.
  private struct Position {
    let snapshot: TestCluster.Snapshot
    let gauge: JSONValue
  }

  /// Runs the case; answers what is not as recorded, nil if all is.
  func run() throws -> String? {
    let start = here
    var problems: [String] = []
    for order in HashOrder.allCases {
      // A step may need a certain one of the runs of those before it.
      for width in [1, 4] {
        self.order = order
        restore(start)
        guard let problem = try run(width: width) else { return nil }
        problems.append("\(order), \(width) runs: \(problem)")
      }
    }
    return problems.joined(separator: "\n")
  }

  /// The search with so many runs kept of each step whose outcome is recorded as one.
  private func run(width: Int) throws -> String? {
    var expected = JSONObject()
    var positions = [here]
    for (index, step) in steps.enumerated() {
      for entry in step["settled"]?.object?.entries ?? [] { expected[entry.key] = entry.value }
      for gone in step["gone"]?.array ?? [] { expected[gone.string ?? ""] = nil }
      let wanted = Outcomes(recorded: step["settled"] ?? .null)
      var reached = Outcomes()
      var next: [Position] = []
      var known: Set<String> = []
      var problem: String?
      var found = positions.map { _ in 0 }
      for (place, pace) in tries(positions.count, all: !wanted.isEmpty) {
        if wanted.isEmpty ? found[place] >= width : wanted.isSubset(of: reached) { continue }
        restore(positions[place])
        self.pace = pace
        if let difference = try take(step, expected) {
          problem = problem ?? difference
          continue
        }
        let outcome = RecordingProjection(cluster).objects
        found[place] += 1
        reached.add(.object(outcome), of: step["settled"] ?? .null)
        if known.insert(fingerprint(outcome)).inserted { next.append(here) }
      }
      if next.isEmpty { return "step \(index): \(problem ?? "no run")" }
      if let missing = wanted.first(notIn: reached) {
        return "step \(index): no run ends with \(missing)"
      }
      positions = Array(next.prefix(12))
    }
    return nil
  }

  /// Which positions are gone on from at which paces: position by position, or where `all` outcomes must
  /// be reached pace by pace, since each position leads to other ones.
  private func tries(_ positions: Int, all: Bool) -> [(place: Int, pace: RecordingPace)] {
    all
      ? RecordingPace.all.flatMap { pace in (0..<positions).map { ($0, pace) } }
      : (0..<positions).flatMap { place in RecordingPace.simple.map { (place, $0) } }
  }

  private var here: Position { Position(snapshot: cluster.snapshot(), gauge: processor.value) }

  private func restore(_ position: Position) {
    cluster.restore(position.snapshot)
    processor.value = position.gauge
  }

  /// What tells two states apart: the recorded view, and which Pods by age are in which state.
  private func fingerprint(_ outcome: JSONObject) -> String {
    let pods = cluster.all(.pod).sorted {
      cluster.creationRank(of: $0) < cluster.creationRank(of: $1)
    }
    let states = pods.map { pod in
      let status = PodStatus(pod)
      return "\(pod.controllerReference?["name"]?.string ?? "") \(status.phase) \(status.isReady)"
    }
    return JSONValue.object(outcome).text + states.joined(separator: ",")
  }

  /// Takes one step; answers what differs afterwards.
  private func take(_ step: JSONObject, _ expected: JSONObject) throws -> String? {
    cluster.deadlinesPass = false
    cluster.usualChoice = if case .choosing(let number) = pace { number } else { 0 }
    cluster.changes = []
    if case .mixed(let seed) = pace {
      cluster.scatter = UInt64(seed)
      if seed % 2 == 0 { cluster.disorder.insert(.favours) }
      if seed % 3 == 0 { cluster.disorder.insert(.interruptions) }
      if seed % 4 == 1 { cluster.disorder.insert(.lag) }
    }
    defer {
      cluster.scatter = nil
      cluster.disorder = []
    }
    for action in (step["do"]?.array ?? []).compactMap(\.object) {
      if let problem = try perform(action) { return problem }
      pause()
    }
    if case .scattered(let seed) = pace { cluster.scatter = UInt64(seed) }
    guard cluster.settle() else { return "does not settle" }
    let projection = RecordingProjection(cluster)
    return projection.difference(from: expected)
      ?? RecordedWrites(cluster.changes, projection)
      .difference(from: step["writes"]?.object ?? JSONObject())
  }

  /// Lets the controllers run between two requests.
  func pause() {
    switch pace {
    case .rest, .choosing: cluster.settle()
    case .reconciles(let count): cluster.run(count)
    case .mixed(let seed): cluster.run(cluster.random(below: 2 + seed / 6 % 6))
    case .scattered: break
    }
  }
}

/// Which of the outcomes that runs of the real thing had (`$oneOf`) are meant, each by where it is
/// and its number.
private struct Outcomes {
  /// A place in a recorded value with the alternatives there.
  private struct Alternative: Hashable {
    let path: String
    let index: Int
    let value: String
  }

  private var alternatives: Set<Alternative> = []

  init() {}

  /// All that a step has.
  init(recorded: JSONValue) {
    Self.visit(recorded, nil, "") { path, choices, _ in
      for (index, choice) in choices.enumerated() {
        alternatives.insert(Alternative(path: path, index: index, value: choice.text))
      }
    }
  }

  var isEmpty: Bool { alternatives.isEmpty }

  func isSubset(of other: Outcomes) -> Bool { alternatives.isSubset(of: other.alternatives) }

  /// One that the others do not have.
  func first(notIn other: Outcomes) -> String? {
    alternatives.subtracting(other.alternatives).map { "\($0.path) = \($0.value)" }.min()
  }

  /// Adds those that a state shows.
  mutating func add(_ found: JSONValue, of recorded: JSONValue) {
    Self.visit(recorded, found, "") { path, choices, found in
      for (index, choice) in choices.enumerated()
      where RecordingProjection.matches(choice, found ?? .null) {
        alternatives.insert(Alternative(path: path, index: index, value: choice.text))
      }
    }
  }

  /// Walks the recorded value and what was found beside it to every `$oneOf`.
  ///
  /// There is none inside of lists.
  private static func visit(
    _ recorded: JSONValue, _ found: JSONValue?, _ path: String,
    _ body: (String, [JSONValue], JSONValue?) -> Void
  ) {
    if let choices = recorded["$oneOf"]?.array { return body(path, choices, found) }
    for entry in recorded.object?.entries ?? [] {
      visit(entry.value, found?[entry.key], "\(path)/\(entry.key)", body)
    }
  }
}
