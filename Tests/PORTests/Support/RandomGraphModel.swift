import POR
import Transitions

/// A random graph with random flags: every shape of component, also those no controller makes.
///
/// The vectors are spread over a width that grows with the number of the state.
final class RandomGraphModel: TinyModel {
  private var out: [[TinyStep]] = []
  private var colour: [UInt32] = []
  private let random: RandomProperties
  private let groups: UInt64

  init(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let count = Int.random(in: 1...14, using: &generator)
    let actions = Int.random(in: 1...5, using: &generator)
    let isFair = (0..<actions).map { _ in Int.random(in: 0..<10, using: &generator) < 7 }
    let colours = UInt32.random(in: 1...3, using: &generator)
    let density = [15, 30, 45].randomElement(using: &generator) ?? 30
    let errors = Int.random(in: 0..<3, using: &generator) == 0 ? 25 : 3
    let writes = [0, 3, 10].randomElement(using: &generator) ?? 0
    let locality = Int.random(in: 1...count, using: &generator)
    colour = (0..<count).map { _ in UInt32.random(in: 0..<colours, using: &generator) }
    groups = UInt64.random(in: 1...3, using: &generator)
    random = RandomProperties(&generator)
    for state in 0..<count {
      var steps: [TinyStep] = []
      for action in 0..<actions {
        var outcomes = 0
        while outcomes < 3, Int.random(in: 0..<100, using: &generator) < density {
          let spread = Int.random(in: -locality...locality, using: &generator)
          let target = min(max(state + spread, 0), count - 1)
          var flags: StepFlags = isFair[action] ? .fair : []
          let changes =
            colour[state] != colour[target] || Int.random(in: 0..<100, using: &generator) < writes
          if changes { flags.insert(.changesObject) }
          if Int.random(in: 0..<100, using: &generator) < errors { flags.insert(.endsInError) }
          let breaks = Int.random(in: 0..<40, using: &generator) == 0
          steps.append(
            TinyStep(
              action: action, outcome: outcomes, flags: flags,
              brokenRules: breaks ? [RandomProperties.rule] : [],
              target: RandomGraphModel.vector(target)))
          outcomes += 1
        }
      }
      out.append(steps)
    }
  }

  /// State 0 is all zeros; later states need more words.
  private static func vector(_ state: Int) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: state * 3 / 2 + 1)
    words[0] = UInt32(state)
    if state > 3 { words[words.count - 1] = UInt32(state * 7) }
    return words
  }

  private func number(_ state: [UInt32]) -> Int { Int(state.first ?? 0) }

  let initial: [UInt32] = [0]
  func steps(from state: [UInt32]) -> [TinyStep] { out[number(state)] }
  var properties: [PropertyKind] { random.properties }
  func value(of predicate: Int, at state: [UInt32]) -> PredicateValue {
    random.predicates[predicate].value([UInt32(number(state))])
  }
  func objects(of state: [UInt32]) -> [UInt32] { [colour[number(state)]] }
  func confluence(of property: Int, at state: [UInt32]) -> (group: [UInt32], end: [UInt32]) {
    ([UInt32(hash(9, [UInt32(number(state))]) % groups)], objects(of: state))
  }
}
