import Testing
import Transitions

@testable import Model
@testable import POR

/// The audit of footprints on real compositions: it passes them, and notices whatever is left out.
@Suite struct FootprintAuditTests {
  /// The first failure over the first states of a composition, breadth first; throws what asks for a
  /// new start.
  private static func failure(
    _ composition: Composition, _ omission: ForgetfulSystem.Omission?, states limit: Int
  ) throws -> AuditFailure? {
    let system: any TransitionSystem =
      omission.map { ForgetfulSystem(composition, omission: $0) } ?? composition
    guard var audit = IndependenceAudit(system: system) else { return nil }
    var plain = PlainStates(system: system)
    var states = [plain.initial]
    var known = Set(states)
    var next = 0
    while next < states.count {
      let state = states[next]
      if let failure = try audit.audit(state, number: next) { return failure }
      next += 1
      guard states.count < limit else { continue }
      for step in try plain.steps(from: state) where known.insert(step.target).inserted {
        states.append(step.target)
      }
    }
    return nil
  }

  private static func failure(
    _ path: String, _ variant: FootprintOracleTests.Variant,
    _ omission: ForgetfulSystem.Omission? = nil, states limit: Int = 60
  ) throws -> AuditFailure? {
    var definition = try WorldExploration.definition(path: path)
    variant.apply(to: &definition)
    let world = World(definition)
    let component = Partition.merge(Partition.finest(world))
    while true {
      do {
        return try failure(Composition(world, component: component), omission, states: limit)
      } catch is RestartNeeded {
        continue
      }
    }
  }

  @Test(arguments: ExampleLoadTests.modelled)
  func passesExamples(_ path: String) throws {
    for variant in FootprintOracleTests.Variant.allCases {
      let failure = try Self.failure(path, variant)
      #expect(failure == nil, "\(variant): \(failure.map { "\($0)" } ?? "")")
    }
  }

  @Test(arguments: ForgetfulSystem.Omission.allCases)
  func noticesWhatIsLeftOut(_ omission: ForgetfulSystem.Omission) throws {
    for path in ExampleLoadTests.modelled {
      for variant in [FootprintOracleTests.Variant.asWritten, .all] {
        if try Self.failure(path, variant, omission) != nil { return }
      }
    }
    Issue.record("no example shows it")
  }
}
