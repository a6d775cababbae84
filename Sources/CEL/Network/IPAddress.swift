/// An IP address, version 4 or 6, without a zone.
package struct IPAddress: Hashable, Sendable {
  /// The version of the protocol.
  package enum Family: Int64, Sendable {
    case v4 = 4
    case v6 = 6

    /// How many bits an address has.
    package var width: Int { self == .v4 ? 32 : 128 }
  }

  package let family: Family
  /// The bits, right-aligned.
  package let bits: UInt128

  init(family: Family, bits: UInt128) {
    self.family = family
    self.bits = bits
  }

  /// The address with all but its first bits cleared.
  func masked(to prefix: Int) -> IPAddress {
    let rest = family.width - prefix
    let mask = rest >= 128 ? 0 : ~UInt128(0) << UInt128(rest)
    return IPAddress(family: family, bits: bits & mask)
  }

  /// Whether this is a version 4 address inside a version 6 one, `::ffff:0:0/96`.
  var isMapped: Bool { family == .v6 && bits >> 32 == 0xFFFF }

  /// The version 4 address of a mapped one; any other is its own.
  var unmapped: IPAddress {
    isMapped ? IPAddress(family: .v4, bits: bits & 0xFFFF_FFFF) : self
  }

  /// The bits from one place on, counted from the front.
  private func field(_ start: Int, _ count: Int) -> UInt128 {
    bits >> UInt128(family.width - start - count) & ((1 << UInt128(count)) - 1)
  }
}

// MARK: - Kinds (Go's net/netip)

extension IPAddress {
  package var isUnspecified: Bool { bits == 0 }

  package var isLoopback: Bool { family == .v4 ? field(0, 8) == 127 : bits == 1 }

  package var isMulticast: Bool { family == .v4 ? field(0, 4) == 0xE : field(0, 8) == 0xFF }

  package var isLinkLocalMulticast: Bool {
    family == .v4 ? field(0, 24) == 0xE00000 : field(0, 8) == 0xFF && field(12, 4) == 2
  }

  package var isLinkLocalUnicast: Bool {
    family == .v4 ? field(0, 16) == 0xA9FE : field(0, 10) == 0x3FA
  }

  package var isGlobalUnicast: Bool {
    let isBroadcast = family == .v4 && bits == 0xFFFF_FFFF
    return !isUnspecified && !isBroadcast && !isLoopback && !isMulticast && !isLinkLocalUnicast
  }
}
