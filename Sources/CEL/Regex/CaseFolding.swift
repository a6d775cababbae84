/// Simple case folding of single scalars, as `(?i)` needs it.
enum CaseFolding {
  /// The representative of the scalars that differ only in case.
  static func canonical(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar.isASCII {
      return scalar.value >= 0x41 && scalar.value <= 0x5A
        ? Unicode.Scalar(UInt8(scalar.value + 0x20)) : scalar
    }
    let upper = single(scalar.properties.uppercaseMapping) ?? scalar
    return single(upper.properties.lowercaseMapping) ?? upper
  }

  /// All scalars that differ from one only in case, itself included.
  static func variants(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    let representative = canonical(scalar)
    var found = [scalar]
    func add(_ other: Unicode.Scalar?) {
      if let other, !found.contains(other), canonical(other) == representative {
        found.append(other)
      }
    }
    add(representative)
    add(single(representative.properties.uppercaseMapping))
    for other in extras[representative] ?? [] { add(other) }
    return found
  }

  /// Scalars that are neither the lower nor the upper case of their representative, under it.
  private static let extras: [Unicode.Scalar: [Unicode.Scalar]] = {
    let numbers: [ClosedRange<UInt32>] = [
      0xB5...0xB5, 0x17F...0x17F, 0x1C4...0x1CC, 0x1F1...0x1F3, 0x345...0x345, 0x3C2...0x3C2,
      0x3D0...0x3D1, 0x3D5...0x3D6, 0x3F0...0x3F1, 0x3F4...0x3F5, 0x1C80...0x1C88,
      0x1E9B...0x1E9B, 0x1E9E...0x1E9E, 0x1FBE...0x1FBE, 0x2126...0x2126, 0x212A...0x212B,
    ]
    var table: [Unicode.Scalar: [Unicode.Scalar]] = [:]
    for number in numbers.joined() {
      guard let scalar = Unicode.Scalar(number) else { continue }
      table[canonical(scalar), default: []].append(scalar)
    }
    return table
  }()

  private static func single(_ text: String) -> Unicode.Scalar? {
    let scalars = text.unicodeScalars
    return scalars.count == 1 ? scalars.first : nil
  }
}
