import Testing
import Transitions

@testable import POR

/// Why a reduced search still takes several orders.
@Suite struct CouplingTests {
  private typealias Coupling = CouplingReport.Coupling

  private func couplings(_ system: QueueFamily) throws -> CouplingReport {
    var options = SearchOptions()
    options.reduction = .auto
    options.explainsReduction = true
    return try #require(try Search(options: options).run(system).couplings)
  }

  @Test func `are noted only where they are asked for`() throws {
    var options = SearchOptions()
    options.reduction = .auto
    #expect(try Search(options: options).run(QueueFamily.lastWriters(2)).couplings == nil)
    options.reduction = .none
    options.explainsReduction = true
    #expect(try Search(options: options).run(QueueFamily.lastWriters(2)).couplings == nil)
  }

  @Test func `of independent writers there are none`() throws {
    let report = try couplings(.independentWriters(5))
    #expect(report.counts.isEmpty)
    #expect(report.states == 6)
    #expect(report.choices == 4)
    #expect(report.branching == 0)
  }

  @Test func `name two writers of one object`() throws {
    let report = try couplings(.lastWriters(2))
    #expect(
      report.counts == [
        Coupling(first: .action("worker 0"), second: .action("worker 1"), place: "object 0"): 1
      ])
    #expect(report.branching == 1)
  }

  @Test func `name what a list notices`() throws {
    let report = try couplings(.lister(1, creates: 1))
    #expect(
      report.counts == [
        Coupling(
          first: .action("worker 0"), second: .action("worker 1"),
          place: "objects that are 1, by object 0"): 1
      ])
  }

  @Test func `name the property that keeps independent writers apart`() throws {
    let report = try couplings(.independentWriters(2, properties: [.always(predicate: 0)]))
    #expect(
      report.counts == [
        Coupling(first: .action("worker 0"), second: .property(0), place: "object 0"): 1,
        Coupling(first: .action("worker 1"), second: .property(0), place: "object 1"): 1,
      ])
    #expect(report.observing == [0: 1])
    #expect(report.branching == 1)
  }

  /// The conflict lies in what the second worker does later.
  @Test func `name what only comes to be known at the end of a component`() throws {
    let system = QueueFamily(
      objects: 2, watchers: [1: [1]], queue: 0..<3,
      programs: [
        { $0.put(0, 1) }, { access in if access.get(1) == 1 { access.put(0, 2) } },
        { $0.put(1, 1) },
      ])
    let report = try couplings(system)
    let pair = Coupling(
      first: .action("worker 0"), second: .action("worker 1"), place: "object 0")
    #expect(report.counts[pair, default: 0] > 0)
    #expect(report.branching > 0)
  }

  @Test func `of several searches are added, under other numbers of properties`() throws {
    var report = try couplings(.lastWriters(2, properties: [.always(predicate: 0)]))
    report.add(report)
    let renumbered = report.renumbered { $0 + 7 }
    #expect(
      renumbered.counts == [
        Coupling(first: .action("worker 0"), second: .action("worker 1"), place: "object 0"): 2
      ])
    #expect(renumbered.branching == 2)
    var observed = try couplings(.independentWriters(2, properties: [.always(predicate: 0)]))
    observed.add(observed)
    #expect(observed.renumbered { $0 + 7 }.observing == [7: 2])
  }
}
