import Synchronization
import Testing
import Transitions

@testable import POR

/// With helpers a search finds what it finds alone, in the same order.
@Suite struct HelperTests {
  /// What must not depend on the number of threads.
  private struct Outcome: Equatable {
    var states: Int
    var transitions: Int
    var settled: Int
    var bytes: Int
    var cut: CutReason?
    var findings: [Finding]
  }

  /// How much helpers did, over several searches.
  private final class Help: Sendable {
    let helped = Atomic<Int>(0)
  }

  private func outcome(
    _ model: any TinyModel, jobs: Int, help: Help? = nil,
    _ change: (inout SearchOptions) -> Void = { _ in }
  ) throws -> Outcome {
    var options = SearchOptions()
    options.jobs = jobs
    options.helperThreshold = 2
    options.helpReport = { _, helped in
      help?.helped.wrappingAdd(helped, ordering: .relaxed)
    }
    change(&options)
    let system = TinySystem(model)
    let result = try Search(options: options).run(system)
    return Outcome(
      states: result.states, transitions: result.transitions, settled: result.settled,
      bytes: result.bytes, cut: result.cut, findings: result.findings)
  }

  @Test(arguments: 0..<6)
  func `finds the same on random graphs`(_ part: Int) throws {
    for seed in UInt64(part * 50)..<UInt64(part * 50 + 50) {
      let model = RandomGraphModel(seed: seed)
      let alone = try outcome(model, jobs: 1) { $0.shuffleSeed = seed % 2 == 0 ? nil : seed }
      for jobs in 2...3 {
        let helped = try outcome(model, jobs: jobs) {
          $0.shuffleSeed = seed % 2 == 0 ? nil : seed
          $0.batchSize = seed % 3 == 0 ? 8 : 4_096
        }
        #expect(helped == alone, "graph, seed \(seed), \(jobs) jobs")
      }
    }
  }

  @Test(arguments: 0..<6)
  func `finds the same on random controllers`(_ part: Int) throws {
    for seed in UInt64(part * 25)..<UInt64(part * 25 + 25) {
      let model = RandomControllerModel(seed: seed)
      guard Oracle(model, cap: 2_000) != nil else { continue }
      let alone = try outcome(model, jobs: 1)
      for jobs in 2...3 {
        #expect(
          try outcome(model, jobs: jobs) == alone, "controllers, seed \(seed), \(jobs) jobs")
      }
    }
  }

  /// Large enough for helpers to get ahead; without their help this would show nothing.
  @Test func `finds the same on families, with real help`() throws {
    let help = Help()
    let families: [FamilySystem] = [
      .chains(4, 8), .cascades(4, 8), .counters(9), .lastWriters(8), .fanIn(8), .fighters(8),
      .events(7), .readers(6), .lister(7, creates: 1), .independentWriters(11),
    ]
    for family in families {
      let alone = try outcome(family, jobs: 1)
      for jobs in 2...3 {
        #expect(
          try outcome(family, jobs: jobs, help: help) == alone, "\(family.name), \(jobs) jobs")
      }
    }
    #expect(help.helped.load(ordering: .relaxed) > 1_000)
  }

  /// Helpers list what a reduced search comes back to: the states of components that are complete.
  @Test(arguments: 0..<6)
  func `a reduced search finds the same, with real help`(_ part: Int) throws {
    let help = Help()
    for seed in UInt64(part * 20)..<UInt64(part * 20 + 20) {
      let model = RandomControllerModel(seed: seed, style: seed % 2 == 0 ? .classic : .grouped)
      guard Oracle(model, cap: 2_000) != nil else { continue }
      let alone = try outcome(model, jobs: 1) { $0.reduction = .auto }
      for jobs in 2...3 {
        let helped = try outcome(model, jobs: jobs, help: help) { $0.reduction = .auto }
        #expect(helped == alone, "seed \(seed), \(jobs) jobs")
      }
    }
    #expect(help.helped.load(ordering: .relaxed) > 20)
  }

  @Test func `is cut at the same state`() throws {
    for limit in [1, 2, 63, 500, 1_000, 1_499] {
      for batchSize in [5, 64, 4_096] {
        let outcomes = try (1...3).map { jobs in
          try outcome(FamilySystem.fighters(9), jobs: jobs) {
            $0.limits.states = limit
            $0.batchSize = batchSize
          }
        }
        #expect(outcomes[0].states == limit)
        #expect(outcomes[1] == outcomes[0] && outcomes[2] == outcomes[0], "limit \(limit)")
      }
    }
  }

  /// The order of the states depends on it, and so do their ids; nothing that is reported does.
  @Test func `finds the same in batches of any size`() throws {
    for seed in UInt64(0)..<120 {
      let models: [any TinyModel] = [
        RandomGraphModel(seed: seed), RandomControllerModel(seed: seed),
      ]
      for model in models {
        if model is RandomControllerModel, Oracle(model, cap: 2_000) == nil { continue }
        var whole = try outcome(model, jobs: 1)
        whole.bytes = 0
        for batchSize in [1, 3, 40] {
          var other = try outcome(model, jobs: 2) { $0.batchSize = batchSize }
          // Nodes that a tree had before it grew are counted too, and they do depend on it.
          other.bytes = 0
          #expect(other == whole, "seed \(seed), batches of \(batchSize)")
        }
      }
    }
  }

  @Test func `stops at the same violation`() throws {
    for seed in UInt64(0)..<100 {
      let model = RandomGraphModel(seed: seed)
      let alone = try outcome(model, jobs: 1) { $0.stop = .atFirstViolation }
      let helped = try outcome(model, jobs: 2) { $0.stop = .atFirstViolation }
      #expect(helped == alone, "seed \(seed)")
    }
  }

  @Test func `ends when it is cancelled`() throws {
    let flag = CancellationFlag()
    let cut = try outcome(FamilySystem.chains(4, 8), jobs: 3) {
      $0.cancellation = flag
      $0.progressInterval = 500
      $0.progress = { _ in flag.raise() }
    }
    #expect(cut.cut == .cancelled)
    #expect(cut.states < 6_561)
  }

  @Test func `passes on what the system throws, and lets it go`() throws {
    struct Broken: Error {}
    weak var left: ChainsThatBreak?
    do {
      let system = ChainsThatBreak { throw Broken() }
      left = system
      var options = SearchOptions()
      options.jobs = 3
      options.helperThreshold = 2
      #expect(throws: Broken.self) { try Search(options: options).run(system) }
    }
    // A thread that went on would still hold it.
    #expect(left == nil)
  }

  @Test func `does without helpers where the system cannot be read`() throws {
    let help = Help()
    var options = SearchOptions()
    options.jobs = 2
    options.helperThreshold = 2
    options.helpReport = { _, helped in help.helped.wrappingAdd(helped, ordering: .relaxed) }
    let result = try Search(options: options).run(ChainSystem(chains: 3, length: 9))
    #expect(result.states == 1_000)
    #expect(help.helped.load(ordering: .relaxed) == 0)
  }
}

/// Five chains of nine steps; the last state cannot be expanded.
private final class ChainsThatBreak: TransitionSystem {
  private let fail: () throws -> Void
  let initialState: [UInt32] = Array(repeating: 0, count: 5)
  let width = 5
  let properties: [PropertyKind] = [.converges(allowErrors: false)]
  let mayBeReadByHelpers = true

  init(fail: @escaping () throws -> Void) { self.fail = fail }

  func expand(_ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer) throws {
    if !knownSuccessors(of: state, into: &buffer) { try fail() }
  }

  func knownSuccessors(
    of state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer
  ) -> Bool {
    if state.allSatisfy({ $0 == 5 }) { return false }
    for chain in 0..<5 where state[chain] < 9 {
      buffer.changes.append(WordChange(index: UInt32(chain), value: state[chain] + 1))
      buffer.successors.append(
        Successor(
          action: UInt32(chain), flags: .fair.union(.changesObject),
          firstChange: UInt32(buffer.changes.count - 1), changeCount: 1))
    }
    return true
  }

  func evaluate(predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> PredicateValue { .isTrue }
  func violatedRules(_ violations: UInt32) -> [Int] { [] }
  func endState(_ state: UnsafeBufferPointer<UInt32>) -> UInt32 { 0 }
  func confluence(
    property: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> (group: UInt32, end: UInt32) { (0, 0) }
  func describe(action: UInt32) -> String { "chain \(action)" }
}
