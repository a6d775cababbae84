internal import CEL
internal import Synchronization

/// Names for what a rollout has reached, from which its deadline counts (DeploymentTimedOut of
/// pkg/controller/deployment/util/deployment_util.go).
///
/// Only whether two are the same matters, so of numbers that are not known no more is found out than
/// which of the names that came up are equal.
final class ProgressLabels: Sendable {
  private struct Label {
    let numbers: [Integer]
    let text: String
    let isKnown: Bool
  }

  private let labels = Mutex<[Label]>([])

  /// The name of some numbers: what they are now.
  func text(_ numbers: [Integer]) -> String {
    let run = numbers.lazy.compactMap(\.json.unknownRun).first
    if let run, run.isAbstract { return "?" }
    let text = numbers.map(\.json.current.text).joined(separator: "/")
    let new = Label(numbers: numbers, text: text, isKnown: run == nil)
    let others = labels.withLock { labels -> [Label] in
      let others = labels.filter { !new.isKnown || !$0.isKnown }
      if !labels.contains(where: { $0.isKnown && new.isKnown && $0.text == text }) {
        labels.append(new)
      }
      return others
    }
    for other in others { _ = Integer.areEqual(Array(zip(other.numbers, numbers))) }
    return text
  }
}
