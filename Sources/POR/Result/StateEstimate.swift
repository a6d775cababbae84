internal import Foundation

/// About how many states there are, where that may be more than a number can hold.
package struct StateEstimate: Hashable, Sendable {
  /// The decimal logarithm.
  package let magnitude: Double
  /// The number; infinite where it is too large for a double.
  package let states: Double
  /// There may be far more, for only a part was looked at.
  package let isLowerBound: Bool

  /// Makes an estimate of so many states; at least one.
  package init(states: Double, isLowerBound: Bool = false) {
    self.states = max(1, states)
    magnitude = log10(self.states)
    self.isLowerBound = isLowerBound
  }

  private init(magnitude: Double, states: Double, isLowerBound: Bool) {
    self.magnitude = magnitude
    self.states = states
    self.isLowerBound = isLowerBound
  }

  /// The estimate for some parts, each of which is in any of so many local states, side by side.
  static func product(of parts: [Int], isLowerBound: Bool) -> StateEstimate {
    var (states, magnitude) = (1.0, 0.0)
    for part in parts where part > 1 {
      states *= Double(part)
      magnitude += log10(Double(part))
    }
    return StateEstimate(magnitude: magnitude, states: states, isLowerBound: isLowerBound)
  }

  /// The states of two searches that have nothing to do with each other.
  package static func + (left: StateEstimate, right: StateEstimate) -> StateEstimate {
    let (small, large) = (
      min(left.magnitude, right.magnitude), max(left.magnitude, right.magnitude)
    )
    let states = left.states + right.states
    return StateEstimate(
      magnitude: states.isFinite ? log10(states) : large + log10(1 + pow(10, small - large)),
      states: states, isLowerBound: left.isLowerBound || right.isLowerBound)
  }

  /// The estimate, or a number of states that were found where that is more.
  package func atLeast(_ found: Int) -> StateEstimate {
    Double(found) > states ? StateEstimate(states: Double(found), isLowerBound: isLowerBound) : self
  }

  /// The figure of a report: how many times fewer states were searched, and the estimate.
  package func figure(searched: Int) -> String {
    let found = Double(max(1, searched))
    let ratio = max(0, magnitude - log10(found))
    return "\(Self.text(ratio, states / found))x "
      + "(full \(isLowerBound ? "at least" : "about") \(Self.text(magnitude, states)))"
  }

  /// A number as people read it: 1.5, 64, 4,096, 1.2e30.
  private static func text(_ magnitude: Double, _ value: Double) -> String {
    if magnitude < 1 {
      let tenths = Int((value * 10).rounded())
      return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
    if magnitude < 9 { return grouped(Int(value.rounded())) }
    var exponent = magnitude.rounded(.down)
    var tenths = (pow(10, magnitude - exponent) * 10).rounded()
    if tenths >= 100 { (exponent, tenths) = (exponent + 1, 10) }
    return "\(Int(tenths) / 10).\(Int(tenths) % 10)e\(Int(exponent))"
  }

  private static func grouped(_ number: Int) -> String {
    var digits = Array(String(number))
    var place = digits.count - 3
    while place > 0 {
      digits.insert(",", at: place)
      place -= 3
    }
    return String(digits)
  }
}
