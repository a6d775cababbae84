extension IPAddress: OpaqueValue {
  static let celType = CELType.opaque("net.IP", [])

  package var type: CELType { Self.celType }

  package func isEqual(to other: any OpaqueValue) -> Bool { (other as? IPAddress) == self }

  package var text: String { description }
}

extension AddressRange: OpaqueValue {
  static let celType = CELType.opaque("net.CIDR", [])

  package var type: CELType { Self.celType }

  package func isEqual(to other: any OpaqueValue) -> Bool { (other as? AddressRange) == self }

  package var text: String { description }
}

extension Library {
  /// What `::ffff:7f00:1`, a version 4 address in version 6 clothes, is.
  package enum MappedAddresses: Sendable {
    /// No address, as in the Kubernetes API server.
    case refused
    /// The version 4 address, as in the specification's tests; only `::ffff:127.0.0.1` is refused.
    case unmapped
  }

  /// `ip()`, `cidr()` and their functions.
  ///
  /// Follows k8s.io/apiserver/pkg/cel/library/ip.go and cidr.go. `containsCIDR` is what their
  /// documentation says.
  package static func network(_ mapped: MappedAddresses) -> Library {
    let readers = NetworkReaders(mapped: mapped)
    return Library(
      name: "kubernetes.net", functions: readers.addresses + addressTests + readers.ranges,
      types: ["net.IP": IPAddress.celType, "net.CIDR": AddressRange.celType])
  }

  private static let addressTests: [Overload] = [
    .member("family", id: "ip_family", on: IPAddress.celType, to: .int) {
      arguments throws(EvaluationError) in
      .int(try arguments.opaque(0, as: IPAddress.self).family.rawValue)
    },
    test("isUnspecified", "ip_is_unspecified") { $0.isUnspecified },
    test("isLoopback", "ip_is_loopback") { $0.isLoopback },
    test("isLinkLocalMulticast", "ip_is_link_local_multicast") { $0.isLinkLocalMulticast },
    test("isLinkLocalUnicast", "ip_is_link_local_unicast") { $0.isLinkLocalUnicast },
    test("isGlobalUnicast", "ip_is_global_unicast") { $0.isGlobalUnicast },
    .global("string", id: "ip_to_string", [IPAddress.celType], to: .string) {
      arguments throws(EvaluationError) in
      .string(try arguments.opaque(0, as: IPAddress.self).description)
    },
  ]

  private static func test(
    _ name: String, _ id: String, _ holds: @escaping @Sendable (IPAddress) -> Bool
  ) -> Overload {
    .member(name, id: id, on: IPAddress.celType, to: .bool) {
      arguments throws(EvaluationError) in
      .bool(holds(try arguments.opaque(0, as: IPAddress.self)))
    }
  }
}

/// The functions that read addresses.
private struct NetworkReaders: Sendable {
  let mapped: Library.MappedAddresses

  private var range: CELType { AddressRange.celType }
  private var address: CELType { IPAddress.celType }

  var addresses: [Overload] {
    [
      .global("ip", id: "string_to_ip", [.string], to: address) {
        arguments throws(EvaluationError) in .opaque(try readAddress(arguments.string(0)))
      },
      .global("isIP", id: "is_ip", [.string], to: .bool) { arguments throws(EvaluationError) in
        .bool((try? readAddress(arguments.string(0))) != nil)
      },
      .global("ip.isCanonical", id: "ip_is_canonical", [.string], to: .bool) {
        arguments throws(EvaluationError) in
        let text = try arguments.string(0)
        return .bool(try readAddress(text).description == text)
      },
    ]
  }

  var ranges: [Overload] {
    [
      .global("cidr", id: "string_to_cidr", [.string], to: range) {
        arguments throws(EvaluationError) in .opaque(try readRange(arguments.string(0)))
      },
      .global("isCIDR", id: "is_cidr", [.string], to: .bool) {
        arguments throws(EvaluationError) in .bool((try? readRange(arguments.string(0))) != nil)
      },
      .member("containsIP", id: "cidr_contains_ip_string", on: range, [.string], to: .bool) {
        arguments throws(EvaluationError) in
        .bool(try own(arguments).contains(readAddress(arguments.string(1))))
      },
      .member("containsIP", id: "cidr_contains_ip_ip", on: range, [address], to: .bool) {
        arguments throws(EvaluationError) in
        .bool(try own(arguments).contains(arguments.opaque(1, as: IPAddress.self)))
      },
      .member("containsCIDR", id: "cidr_contains_cidr_string", on: range, [.string], to: .bool) {
        arguments throws(EvaluationError) in
        .bool(try own(arguments).contains(readRange(arguments.string(1))))
      },
      .member("containsCIDR", id: "cidr_contains_cidr", on: range, [range], to: .bool) {
        arguments throws(EvaluationError) in
        .bool(try own(arguments).contains(arguments.opaque(1, as: AddressRange.self)))
      },
      .member("ip", id: "cidr_ip", on: range, to: address) { arguments throws(EvaluationError) in
        .opaque(try own(arguments).address)
      },
      .member("masked", id: "cidr_masked", on: range, to: range) {
        arguments throws(EvaluationError) in .opaque(try own(arguments).masked)
      },
      .member("prefixLength", id: "cidr_prefix_length", on: range, to: .int) {
        arguments throws(EvaluationError) in .int(Int64(try own(arguments).prefixLength))
      },
      .global("string", id: "cidr_to_string", [range], to: .string) {
        arguments throws(EvaluationError) in .string(try own(arguments).description)
      },
    ]
  }

  private func own(_ arguments: [Value]) throws(EvaluationError) -> AddressRange {
    try arguments.opaque(0, as: AddressRange.self)
  }

  private func readAddress(_ text: String) throws(EvaluationError) -> IPAddress {
    do throws(IPAddress.ParseError) {
      return try accepted(try IPAddress(text))
    } catch {
      throw Self.failure(error, "IP Address '\(text)'")
    }
  }

  private func readRange(_ text: String) throws(EvaluationError) -> AddressRange {
    do throws(IPAddress.ParseError) {
      let range = try AddressRange(text)
      let address = try accepted(range.address)
      let shift = range.address.family.width - address.family.width
      guard range.prefixLength >= shift else { throw .mappedDotted }
      return AddressRange(address: address, prefixLength: range.prefixLength - shift)
    } catch {
      throw Self.failure(error, "network address '\(text)'")
    }
  }

  private func accepted(_ address: IPAddress) throws(IPAddress.ParseError) -> IPAddress {
    guard address.isMapped else { return address }
    if mapped == .refused { throw .mappedDotted }
    return address.unmapped
  }

  private static func failure(
    _ error: IPAddress.ParseError, _ what: String
  ) -> EvaluationError {
    let message =
      switch error {
      case .malformed: "\(what) parse error during conversion from string"
      case .zone: "\(what) with zone value is not allowed"
      case .mappedDotted: "\(what): an IPv4-mapped IPv6 address is not allowed"
      }
    return EvaluationError(.conversion, message)
  }
}
