/// What has been seen of one property so far.
///
/// One bit for each kind of violation, and one for what `sometimes` waits for. The bits only grow
/// and do not depend on the order in which states are met.
struct Observations: OptionSet {
  let rawValue: UInt16

  static let reached = Observations(rawValue: 1 << 15)
  static let predicateFalse = Observations(.predicateFalse)
  static let evaluationError = Observations(.evaluationError)

  /// Makes a set of its bits.
  init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Makes the bit of a kind of violation.
  init(_ kind: ViolationKind) { rawValue = 1 << UInt16(kind.rawValue) }

  /// The kinds of violation among them, in their order.
  var violations: [ViolationKind] {
    ViolationKind.allCases.filter { contains(Observations($0)) }
  }
}
