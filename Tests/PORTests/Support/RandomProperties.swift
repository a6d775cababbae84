import POR
import Transitions

/// Random predicates: tables over a hash of the words they read.
struct RandomPredicate {
  var seed: UInt64
  /// Chances out of 100 of true, error and inapplicable; the rest is false.
  var chanceOfTrue: Int
  var chanceOfError: Int
  var chanceOfInapplicable: Int

  init(_ random: inout SplitMix64) {
    seed = random.next()
    chanceOfTrue = [15, 50, 80, 95].randomElement(using: &random) ?? 50
    chanceOfError = Int.random(in: 0..<8, using: &random) == 0 ? 10 : 0
    chanceOfInapplicable = Int.random(in: 0..<4, using: &random) == 0 ? 20 : 0
  }

  func value(_ words: [UInt32]) -> PredicateValue {
    let roll = Int(hash(seed, words) % 100)
    if roll < chanceOfError { return .isError }
    if roll < chanceOfError + chanceOfInapplicable { return .isInapplicable }
    return Int(hash(seed &+ 1, words) % 100) < chanceOfTrue ? .isTrue : .isFalse
  }
}

/// A hash that is the same on every run.
func hash(_ seed: UInt64, _ words: [UInt32]) -> UInt64 {
  var state = seed
  for word in words {
    var mixer = SplitMix64(seed: state ^ (UInt64(word) &* 0x9E37_79B9_7F4A_7C15))
    state = mixer.next()
  }
  var mixer = SplitMix64(seed: state)
  return mixer.next()
}

/// One property of each kind, and its predicates.
struct RandomProperties {
  let properties: [PropertyKind] = [
    .always(predicate: 0), .sometimes(predicate: 1), .settled(predicate: 2),
    .eventually(predicate: 3), .leadsTo(from: 4, to: 5), .converges(allowErrors: false),
    .converges(allowErrors: true), .confluent, .stepRule, .leadsTo(from: 6, to: 7),
    .eventually(predicate: 8),
  ]
  static let rule = 8
  let predicates: [RandomPredicate]

  init(_ random: inout SplitMix64) {
    predicates = (0..<9).map { _ in RandomPredicate(&random) }
  }
}
