/// A suffix of a quantity: what to multiply by, and the family it belongs to.
///
/// Follows k8s.io/apimachinery/pkg/api/resource/suffix.go.
struct QuantitySuffix {
  /// 10 or 2.
  let base: Int
  /// The power of the base.
  let exponent: Int
  /// The family.
  let format: Quantity.Format

  /// Reads a suffix; nil for an unknown one.
  init?(_ text: Substring.UTF8View) {
    let name = String(Substring(text))
    if let power = Self.decimal.first(where: { $0.name == name })?.power {
      (base, exponent, format) = (10, power, .decimalSI)
    } else if let power = Self.binary.first(where: { $0.name == name })?.power {
      (base, exponent, format) = (2, power, .binarySI)
    } else if name.utf8.count > 1, name.hasPrefix("e") || name.hasPrefix("E"),
      let power = Int32(name.dropFirst())
    {
      (base, exponent, format) = (10, Int(power), .decimalExponent)
    } else {
      return nil
    }
  }

  /// The suffix of a power of ten, as `e…` where the SI has no letter for it.
  static func text(powerOfTen power: Int, format: Quantity.Format) -> String {
    if format == .decimalSI, let entry = decimal.first(where: { $0.power == power }) {
      return entry.name
    }
    return power == 0 ? "" : "e\(power)"
  }

  /// The suffix of a power of 1024.
  static func text(powerOf1024 power: Int) -> String? {
    power == 0 ? "" : binary.first { $0.power == power * 10 }?.name
  }

  private static let decimal: [(name: String, power: Int)] = [
    ("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15),
    ("E", 18),
  ]

  private static let binary: [(name: String, power: Int)] = [
    ("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60),
  ]
}
