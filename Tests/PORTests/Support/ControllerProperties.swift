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

    /// The properties of this selection.
    ///
    /// Many observers in one pass hide what goes wrong with each: most seeds have few.
    func properties(seed: UInt64) -> [Int] {
      let choice = Int(seed / 2 % 4)
      return switch self {
      case .safety: [2, 7, 16]
      case .observedSafety: [[0, 1, 8, 11, 12, 13, 14, 15], [11], [12, 14], [15, 8]][choice]
      case .liveness: [5, 6, 2, 7]
      case .observedLiveness: [[3, 4, 9, 10, 17, 0], [17], [9], [3]][choice]
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
    // A conjunction is rare, and as what must never hold it tells most; for `leadsTo` one literal.
    var ofCycles: Set<Int> = []
    var never: Set<Int> = []
    for property in Self.all {
      switch property {
      case .always(let predicate): never.insert(predicate)
      case .leadsTo(let from, let to): ofCycles.formUnion([from, to])
      default: break
      }
    }
    predicates = (0..<17).map { predicate in
      if random.chance(40) {
        return .tree(RandomPredicate(&random), reads: random.pick([1, 2, 3]))
      }
      let count = ofCycles.contains(predicate) ? 1 : random.pick([1, 2, 2, 3])
      // What is read last is often true at first and what is read before is not: where it is read at
      // all depends on the order of steps.
      let literals = (0..<count).map { place in
        let object = Int.random(in: 0..<shape.objects, using: &random)
        let first = shape.initialValues[object]
        let isFirst = place == count - 1 && random.chance(70)
        let isOther = count > 1 && place < count - 1 && random.chance(70)
        let any = UInt32.random(in: 0...shape.values, using: &random)
        let other =
          (first + UInt32.random(in: 1...shape.values, using: &random)) % (shape.values + 1)
        return (object: object, value: isFirst ? first : isOther ? other : any)
      }
      return .conjunction(literals, isTrueWhereAllHold: !never.contains(predicate))
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
