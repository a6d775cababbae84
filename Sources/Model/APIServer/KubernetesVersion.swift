/// A minor version of Kubernetes 1, such as 1.34: which rules the modelled server follows.
package struct KubernetesVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The minor version; 34 for 1.34.
  package let minor: Int

  /// Makes the version 1.`minor`.
  package init(minor: Int) { self.minor = minor }

  /// Reads `1.34`, `v1.34` or `1.34.2`; nil for anything else and for what is not Kubernetes 1.
  package init?(_ text: String) {
    let digits = text.hasPrefix("v") ? text.dropFirst() : text[...]
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2 || parts.count == 3, parts[0] == 1, parts.last != .some(nil),
      let minor = parts[1], minor >= 0
    else { return nil }
    self.init(minor: minor)
  }

  /// The version that is modelled where a scenario names none.
  package static let standard = KubernetesVersion(minor: 34)

  /// The version that the conformance recordings were made from.
  package static let recorded = KubernetesVersion(minor: 20)

  package static func < (left: KubernetesVersion, right: KubernetesVersion) -> Bool {
    left.minor < right.minor
  }

  package var description: String { "1.\(minor)" }
}
