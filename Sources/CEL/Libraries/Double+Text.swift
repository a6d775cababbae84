internal import Foundation

/// Doubles as Go writes them.
extension Double {
  /// CEL's word for what is no finite number; nil for numbers.
  var special: String? {
    if isNaN { return "NaN" }
    if isInfinite { return self < 0 ? "-Infinity" : "Infinity" }
    return nil
  }

  /// The number with so many decimals, rounded exactly, halves to even.
  func fixed(decimals: Int) -> String {
    special ?? String(format: "%.\(decimals)f", self)
  }

  /// The number as d.ddde±dd with so many decimals.
  func scientific(decimals: Int) -> String {
    special ?? String(format: "%.\(decimals)e", self)
  }
}
