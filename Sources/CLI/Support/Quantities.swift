/// Durations and sizes as options write them.
enum Quantities {
  /// The seconds of `30s`, `5m`, `1h`, `1.5h`; nil for all else.
  static func seconds(_ text: String) -> Double? {
    let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]
    return value(text, units: units)
  }

  /// The bytes of `500M`, `4G`, `2Gi`; powers of 1024 all of them.
  static func bytes(_ text: String) -> Int? {
    let units: [(String, Double)] = [
      ("Ki", 1024), ("Mi", 1_048_576), ("Gi", 1_073_741_824), ("K", 1024), ("M", 1_048_576),
      ("G", 1_073_741_824),
    ]
    return value(text, units: units).map { Int($0) }
  }

  private static func value(_ text: String, units: [(String, Double)]) -> Double? {
    for (unit, factor) in units where text.hasSuffix(unit) {
      guard let number = Double(text.dropLast(unit.count)), number > 0, number * factor < 1e15
      else {
        return nil
      }
      return number * factor
    }
    return nil
  }
}
