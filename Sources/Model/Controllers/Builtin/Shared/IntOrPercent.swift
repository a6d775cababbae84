internal import CEL

/// A number or a percentage, as `maxSurge` is.
///
/// Follows staging/src/k8s.io/apimachinery/pkg/util/intstr/intstr.go
/// (GetScaledValueFromIntOrPercent).
enum IntOrPercent {
  /// How a percentage of a total is made whole.
  enum Rounding { case up, down }

  /// The number meant, of a total that may be unknown; nil for text that is no percentage.
  static func scaled(_ value: JSONValue?, of total: Integer, rounding: Rounding) -> Integer? {
    if value?.isInteger == true { return value?.integer }
    guard let text = value?.string, text.hasSuffix("%"), let percent = Int(text.dropLast()) else {
      return nil
    }
    // Upstream computes with doubles; these products of small integers are exact in both.
    let product = Integer(percent) * total
    let isRoundedUp = rounding == .up && product > 0
    return (isRoundedUp ? product + 99 : product).quotient(by: 100)
  }

  /// The number meant; nil for text that is no percentage.
  static func scaled(_ value: JSONValue?, of total: Int, rounding: Rounding) -> Int? {
    scaled(value, of: Integer(total), rounding: rounding).map { Int($0.pinned) }
  }
}
