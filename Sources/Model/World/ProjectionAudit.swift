import Transitions

/// Checks that states which the projections make equal behave equally (SEMANTICS.md, "Projections,
/// audited").
///
/// For sampled successors it keeps two representatives, the state as the step left it and its canonical
/// form, fires every action on both and requires equal canonical successors, equal flags and equal
/// values of all predicates.
package final class ProjectionAudit {
  private let composition: Composition
  private let interval: Int
  private var seen = 0
  private var pairs: [(raw: [UInt32], canonical: [UInt32])] = []
  private static let limit = 2_000

  /// Listens to a composition; about one of `interval` successors that change form is kept.
  package init(_ composition: Composition, every interval: Int) {
    self.composition = composition
    self.interval = interval
    composition.onRawSuccessor = { [unowned self] raw, canonical in
      self.note(raw, canonical)
    }
  }

  private func note(_ raw: [UInt32], _ canonical: [UInt32]) {
    guard raw != canonical else { return }
    seen += 1
    if seen % interval == 0, pairs.count < Self.limit { pairs.append((raw, canonical)) }
  }

  /// Compares the kept pairs; nil where all behave equally, otherwise the first difference.
  package func run() throws -> String? {
    composition.onRawSuccessor = nil
    for pair in pairs {
      var (raw, canonical) = pair
      composition.grow(&raw)
      composition.grow(&canonical)
      for predicate in composition.predicates.indices {
        let values = [raw, canonical].map { state in
          state.withUnsafeBufferPointer { composition.evaluate(predicate: predicate, at: $0) }
        }
        if values[0] != values[1] {
          return "predicate \(predicate) is \(values[0]) and \(values[1]) on two forms of a state"
        }
      }
      let (left, right) = (try successors(of: raw), try successors(of: canonical))
      if left != right {
        let difference = zip(left, right).first { $0 != $1 }
        return "two forms of a state have different successors: "
          + "\(left.count) and \(right.count), first at \(difference.map { $0.0.name } ?? "the end")"
      }
    }
    return nil
  }

  private struct Successor: Equatable, Comparable {
    let name: String
    let outcome: UInt32
    let flags: UInt32
    let violations: [Int]
    let state: [UInt32]

    static func < (left: Successor, right: Successor) -> Bool {
      (left.name, left.outcome) < (right.name, right.outcome)
    }
  }

  private func successors(of state: [UInt32]) throws -> [Successor] {
    var buffer = SuccessorBuffer()
    try state.withUnsafeBufferPointer { try composition.expand($0, into: &buffer) }
    return buffer.successors.map { successor in
      var next = state
      composition.grow(&next)
      for index in Int(successor.firstChange)..<Int(successor.firstChange + successor.changeCount) {
        let change = buffer.changes[index]
        next[Int(change.index)] = change.value
      }
      composition.canonicalize(&next)
      while next.last == 0 { next.removeLast() }
      return Successor(
        name: composition.describe(action: successor.action), outcome: successor.outcome,
        flags: successor.flags.rawValue,
        violations: composition.violatedRules(successor.violations),
        state: next)
    }.sorted()
  }
}
