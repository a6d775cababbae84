/// A network in CIDR notation: an address and how many of its bits are the network's.
///
/// The bits past the prefix are kept, as Go's netip.Prefix keeps them.
package struct AddressRange: Hashable, Sendable {
  package let address: IPAddress
  package let prefixLength: Int

  init(address: IPAddress, prefixLength: Int) {
    self.address = address
    self.prefixLength = prefixLength
  }

  /// Reads `address/length`.
  init(_ text: String) throws(IPAddress.ParseError) {
    guard let slash = text.lastIndex(of: "/") else { throw .malformed }
    let address = try IPAddress(String(text[..<slash]))
    let digits = text[text.index(after: slash)...]
    guard let length = IPAddress.decimal(digits, upTo: address.family.width) else {
      throw .malformed
    }
    self.init(address: address, prefixLength: length)
  }

  /// The network with the bits past the prefix cleared.
  package var masked: AddressRange {
    AddressRange(address: address.masked(to: prefixLength), prefixLength: prefixLength)
  }

  /// Whether an address lies in the network.
  package func contains(_ other: IPAddress) -> Bool {
    other.family == address.family
      && other.masked(to: prefixLength) == address.masked(to: prefixLength)
  }

  /// Whether all addresses of another network lie in this one.
  package func contains(_ other: AddressRange) -> Bool {
    contains(other.address) && prefixLength <= other.prefixLength
  }
}

extension AddressRange: CustomStringConvertible {
  package var description: String { "\(address)/\(prefixLength)" }
}
