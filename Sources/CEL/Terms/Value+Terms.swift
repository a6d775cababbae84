/// Values and constants of terms: what is known on both sides.
extension Value {
  /// The value of a constant; nil where CEL cannot represent it.
  package init?(_ constant: TermConstant, _ sort: TermSort) {
    switch (constant, sort) {
    case (.bool(let flag), .bool): self = .bool(flag)
    case (.double(let number), .double): self = .double(number)
    case (.string(let text), .string): self = .string(text)
    case (.integer(let number), .int):
      guard let value = Int64(exactly: number) else { return nil }
      self = .int(value)
    case (.integer(let number), .uint):
      guard let value = UInt64(exactly: number) else { return nil }
      self = .uint(value)
    case (.integer(let number), .duration):
      guard let value = Int64(exactly: number) else { return nil }
      self = .duration(CELDuration(nanoseconds: value))
    case (.integer(let number), .timestamp):
      let seconds = floorDivided(number, 1_000_000_000)
      guard let whole = Int64(exactly: seconds),
        let instant = try? CELTimestamp(
          secondsSinceEpoch: whole, nanoseconds: Int32(number - seconds * 1_000_000_000))
      else { return nil }
      self = .timestamp(instant)
    case (.integer(let number), .quantity):
      self = .opaque(Quantity(nanoUnits: number))
    default: return nil
    }
  }

  /// The constant and the sort of a value; nil for what no term can be.
  package var termConstant: (TermConstant, TermSort)? {
    switch self {
    case .bool(let flag): (.bool(flag), .bool)
    case .int(let number): (.integer(Int128(number)), .int)
    case .uint(let number): (.integer(Int128(number)), .uint)
    case .double(let number): (.double(number), .double)
    case .string(let text): (.string(text), .string)
    case .duration(let duration): (.integer(Int128(duration.nanoseconds)), .duration)
    case .timestamp(let instant):
      (
        .integer(Int128(instant.seconds) * 1_000_000_000 + Int128(instant.nanoseconds)),
        .timestamp
      )
    case .opaque(let value):
      (value as? Quantity)?.nanoUnits.map { (.integer($0), .quantity) }
    case .null, .bytes, .type, .list, .map, .optional, .symbolic: nil
    }
  }
}

extension Quantity {
  /// The quantity of so many billionths, in the shortest form.
  package init(nanoUnits: Int128) {
    let number = FixedPoint(coefficient: nanoUnits, exponent: -9).normalized
    if let small = Int64(exactly: number.coefficient) {
      self.init(amount: .integer(small, scale: number.exponent), format: .decimalSI)
    } else {
      self.init(amount: .decimal(number), format: .decimalSI)
    }
  }

  /// The quantity in billionths; nil past 38 digits.
  package var nanoUnits: Int128? { number.rescaled(toExponent: -9)?.coefficient }
}
