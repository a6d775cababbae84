import POR
import Transitions

/// The properties of random worlds of controllers, over predicates that stop reading when they know.
struct ControllerProperties {
  static let all: [PropertyKind] = [
    .always(predicate: 0), .sometimes(predicate: 1), .settled(predicate: 2),
    .eventually(predicate: 3), .leadsTo(from: 4, to: 5), .converges(allowErrors: false),
    .converges(allowErrors: true), .confluent, .stepRule, .leadsTo(from: 6, to: 7),
    .eventually(predicate: 8), .always(predicate: 9), .always(predicate: 10),
    .always(predicate: 11), .sometimes(predicate: 12), .sometimes(predicate: 13),
    .settled(predicate: 14), .leadsTo(from: 15, to: 16),
  ]
  static let rule = 8

  /// What a reduced search must keep apart: whether there are observers, whether cycles matter.
  enum Selection: CaseIterable {
    case safety, observedSafety, liveness, observedLiveness

    /// The properties of this configuration.
    var properties: [Int] {
      switch self {
      case .safety: [2, 7, 16]
      case .observedSafety: [0, 1, 8, 11, 12, 13, 14, 15]
      case .liveness: [5, 6, 2, 7]
      case .observedLiveness: [3, 4, 9, 10, 17, 0]
      }
    }
  }

  /// A value and what was read to find it.
  struct Evaluation {
    var value: PredicateValue
    var reads = Footprint()
  }

  private enum Predicate {
    /// One value where all cells have their values, another elsewhere; it stops at the first that
    /// differs.
    case conjunction([(object: Int, value: UInt32)], isTrueWhereAllHold: Bool)
    /// Reads cell after cell or list after list, each by what was read before; the leaf is random.
    case tree(RandomPredicate, reads: Int)
  }

  private let shape: ControllerShape
  private let predicates: [Predicate]

  /// Makes the properties of a shape.
  init(_ shape: ControllerShape) {
    self.shape = shape
    var random = SplitMix64(seed: shape.seed ^ 0x5EED)
    predicates = (0..<17).map { _ in
      if random.chance(50) {
        return .tree(RandomPredicate(&random), reads: random.pick([1, 2, 3]))
      }
      let literals = (0..<random.pick([1, 2, 2, 3])).map { _ in
        (
          object: Int.random(in: 0..<shape.objects, using: &random),
          value: UInt32.random(in: 0...shape.values, using: &random)
        )
      }
      return .conjunction(literals, isTrueWhereAllHold: random.chance(50))
    }
  }

  /// Evaluates a predicate at a state.
  func evaluate(_ predicate: Int, at state: [UInt32]) -> Evaluation {
    var result = Evaluation(value: .isInapplicable)
    switch predicates[predicate] {
    case .conjunction(let literals, let isTrueWhereAllHold):
      let holds = literals.allSatisfy {
        result.reads.reads.append(UInt32($0.object))
        return state[$0.object] == $0.value
      }
      result.value = holds == isTrueWhereAllHold ? .isTrue : .isFalse
    case .tree(let leaf, let reads):
      var path: [UInt32] = []
      while path.count < reads {
        let roll = hash(leaf.seed &+ 2, path)
        if roll % 100 < 25 && !path.isEmpty { break }
        if roll % 10 < 3 {
          path.append(list(Int(roll >> 32 & 1), UInt32(roll >> 40 % 2) + 1, state, &result.reads))
        } else {
          let object = Int(roll >> 32) % shape.objects
          result.reads.reads.append(UInt32(object))
          path.append(state[object])
        }
      }
      result.value = leaf.value(path)
    }
    return result
  }

  private func list(
    _ kind: Int, _ value: UInt32, _ state: [UInt32], _ reads: inout Footprint
  ) -> UInt32 {
    reads.predicates.append(RandomControllerModel.predicate(kind, value))
    return (0..<shape.objects).reduce(0) {
      $0 | (shape.kinds[$1] == kind && state[$1] == value ? 1 << UInt32($1) : 0)
    }
  }
}
