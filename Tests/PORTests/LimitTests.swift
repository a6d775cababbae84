import Testing
import Transitions

@testable import POR

/// A search that is cut says so, keeps what it knows, and claims nothing else.
@Suite struct LimitTests {
  private func search(
    _ model: any TinyModel, _ change: (inout SearchOptions) -> Void
  ) throws -> SearchResult {
    var options = SearchOptions()
    change(&options)
    return try Search(options: options).run(TinySystem(model))
  }

  @Test func `takes as many states as the limit and no more`() throws {
    let whole = try search(FamilySystem.independentWriters(6)) { $0.limits.states = 64 }
    #expect(whole.isComplete)
    #expect(whole.states == 64)
    let cut = try search(FamilySystem.independentWriters(6)) { $0.limits.states = 63 }
    #expect(cut.cut == .states)
    #expect(cut.states == 63)
    #expect(cut.findings == Array(repeating: .inconclusive(.cut(.states)), count: 2))
  }

  @Test func `keeps a violation it found before it was cut`() throws {
    let cut = try search(FamilySystem.fighters(6)) {
      $0.limits.states = 319
      $0.batchSize = 16
    }
    #expect(cut.cut == .states)
    guard case .violated(let violations) = cut.findings[0] else {
      Issue.record("nothing found")
      return
    }
    #expect(violations[0].kind == .cannotConverge)
    #expect(cut.findings[1] == .inconclusive(.cut(.states)))
  }

  /// Whatever is said of a part of the states must be true of all of them.
  @Test func `says nothing of a part that is not true of the whole`() throws {
    var found = 0
    for seed in UInt64(0)..<250 {
      let models: [any TinyModel] = [
        RandomGraphModel(seed: seed), RandomControllerModel(seed: seed),
      ]
      for model in models {
        guard let oracle = Oracle(model, cap: 300), oracle.states.count > 3 else { continue }
        let limit = 1 + Int(seed) % (oracle.states.count - 1)
        let cut = try search(model) { $0.limits.states = limit }
        #expect(cut.cut == .states && cut.states == limit, "seed \(seed)")
        var checker = RunChecker(system: TinySystem(model))
        for (property, finding) in cut.findings.enumerated() {
          switch finding {
          case .holds:
            guard case .sometimes = model.properties[property] else {
              Issue.record("seed \(seed): \(model.properties[property]) holds")
              continue
            }
            #expect(oracle.violations(of: property)[.neverReached] == nil, "seed \(seed)")
          case .inconclusive(let reason): #expect(reason == .cut(.states), "seed \(seed)")
          case .violated(let violations):
            let expected = oracle.violations(of: property)
            for violation in violations {
              found += 1
              #expect(expected[violation.kind] != nil, "seed \(seed): \(violation.kind)")
              #expect(try checker.check(violation, of: property) == .confirmed, "seed \(seed)")
            }
          }
        }
      }
    }
    #expect(found > 100)
  }

  @Test func `stops at once where the flag is raised, the time is over or memory is short`() throws
  {
    let family = FamilySystem.chains(4, 5)
    let few = FamilySystem.chains(1, 3)
    let flag = CancellationFlag()
    flag.raise()
    #expect(try search(family) { $0.cancellation = flag }.cut == .cancelled)
    #expect(try search(few) { $0.cancellation = flag }.cut == .cancelled)
    #expect(try search(family) { $0.limits.deadline = .now - .seconds(1) }.cut == .time)
    #expect(try search(family) { $0.limits.bytes = 1 }.cut == .memory)
    let probed = try search(family) {
      $0.limits.bytes = 1 << 20
      $0.memoryInUse = { 2 << 20 }
    }
    #expect(probed.cut == .memory)
  }

  @Test func `stops at the first violation where it is asked to`() throws {
    var earlier = 0
    for seed in UInt64(0)..<60 {
      let model = RandomGraphModel(seed: seed)
      let whole = try search(model) { _ in }
      let first = try search(model) { $0.stop = .atFirstViolation }
      let all = whole.findings.filter(\.isViolation).count
      let some = first.findings.filter(\.isViolation).count
      // `sometimes` is violated only where everything was seen.
      let isCut = first.cut == .firstViolation
      #expect(isCut ? some >= 1 && some <= all : first.findings == whole.findings, "seed \(seed)")
      if isCut && some < all { earlier += 1 }
    }
    #expect(earlier > 10)
  }

  @Test func `tells progress`() throws {
    var told: [SearchProgress] = []
    let result = try search(FamilySystem.chains(4, 7)) {
      $0.progressInterval = 1000
      $0.progress = { told.append($0) }
    }
    #expect(result.states == 4096)
    #expect(told.count >= 3)
    #expect(told.map(\.states) == told.map(\.states).sorted())
    #expect(told.allSatisfy { $0.depth > 0 && $0.bytes > 0 && $0.transitions > $0.states / 2 })
  }

  @Test func `throws what the system throws`() {
    struct Broken: Error {}
    final class BrokenModel: TransitionSystem {
      let initialState: [UInt32] = [0]
      let width = 1
      let properties: [PropertyKind] = []
      func expand(_ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer) throws {
        throw Broken()
      }
      func evaluate(predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> PredicateValue {
        .isTrue
      }
      func violatedRules(_ violations: UInt32) -> [Int] { [] }
      func endState(_ state: UnsafeBufferPointer<UInt32>) -> UInt32 { 0 }
      func confluence(
        property: Int, at state: UnsafeBufferPointer<UInt32>
      ) -> (group: UInt32, end: UInt32) { (0, 0) }
      func describe(action: UInt32) -> String { "" }
    }
    #expect(throws: Broken.self) { try Search().run(BrokenModel()) }
  }
}

extension Finding {
  /// Whether it is a violation.
  var isViolation: Bool {
    if case .violated = self { true } else { false }
  }
}
