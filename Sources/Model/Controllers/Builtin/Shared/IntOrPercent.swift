internal import CEL

/// A number or a percentage, as `maxSurge` is.
///
/// Follows staging/src/k8s.io/apimachinery/pkg/util/intstr/intstr.go
/// (GetScaledValueFromIntOrPercent).
enum IntOrPercent {
  /// How a percentage of a total is made whole.
  enum Rounding { case up, down }

  /// The number meant; nil for text that is no percentage.
  static func scaled(_ value: JSONValue?, of total: Int, rounding: Rounding) -> Int? {
    switch value?.pinned {
    case .int(let number): return Int(number)
    case .string(let text):
      guard text.hasSuffix("%"), let percent = Int(text.dropLast()) else { return nil }
      // Upstream computes with doubles; these products of small integers are exact in both.
      let product = percent * total
      let isWhole = product % 100 == 0
      return product / 100 + (rounding == .up && !isWhole ? 1 : 0)
    default: return nil
    }
  }
}
