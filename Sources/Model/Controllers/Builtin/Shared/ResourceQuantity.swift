internal import CEL

/// Quantities in thousandths, as the autoscaler computes with them.
///
/// Follows staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go (MilliValue, which rounds up,
/// and the canonical decimal form of NewMilliQuantity).
enum ResourceQuantity {
  private static let suffixes: [(String, Int64, Int64)] = [
    ("Ki", 1 << 10, 1), ("Mi", 1 << 20, 1), ("Gi", 1 << 30, 1), ("Ti", 1 << 40, 1),
    ("n", 1, 1_000_000_000), ("u", 1, 1_000_000), ("m", 1, 1000), ("k", 1000, 1),
    ("M", 1_000_000, 1), ("G", 1_000_000_000, 1), ("T", 1_000_000_000_000, 1),
  ]

  /// The quantity in thousandths; nil where it is none or too great.
  static func milli(_ value: JSONValue) -> Int64? {
    if let number = value.int { return multiplied(number, 1000) }
    guard let text = value.string else { return nil }
    let (suffix, factor, divisor) =
      suffixes.first { text.hasSuffix($0.0) } ?? ("", 1, 1)
    let parts = text.dropLast(suffix.count)
      .split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, var digits = Int64(first) else { return nil }
    var scale: Int64 = 1
    for digit in parts.count > 1 ? parts[1].prefix(9) : "" {
      guard let value = digit.wholeNumberValue, value < 10,
        let next = multiplied(digits, 10)
      else { return nil }
      digits = next + Int64(first.hasPrefix("-") ? -value : value)
      scale *= 10
    }
    guard let thousand = multiplied(digits, 1000), let product = multiplied(thousand, factor)
    else { return nil }
    let (quotient, rest) = product.quotientAndRemainder(dividingBy: divisor * scale)
    return quotient + (rest > 0 ? 1 : 0)
  }

  /// The canonical decimal text of a number of thousandths.
  static func text(milli: Int64) -> String {
    milli % 1000 == 0 ? String(milli / 1000) : "\(milli)m"
  }

  private static func multiplied(_ left: Int64, _ right: Int64) -> Int64? {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? nil : product
  }
}
