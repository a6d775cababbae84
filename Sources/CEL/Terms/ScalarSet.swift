/// Some Unicode scalars: ASCII one by one, all others as one.
struct ScalarSet: Hashable, Sendable {
  private var ascii: UInt128 = 0
  private var hasOthers = false

  static let none = ScalarSet()
  static let all = ScalarSet([0...0x10FFFF])
  static let lowerCase = ScalarSet([0x61...0x7A])
  static let digits = ScalarSet([0x30...0x39])

  init() {}

  init(_ ranges: [ClosedRange<UInt32>]) {
    for range in ranges {
      hasOthers = hasOthers || range.upperBound > 0x7F
      guard range.lowerBound <= 0x7F else { continue }
      for scalar in range.lowerBound...min(range.upperBound, 0x7F) { ascii |= 1 << scalar }
    }
  }

  init(_ scalars: some Sequence<Unicode.Scalar>) {
    self.init(scalars.map { $0.value...$0.value })
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value <= 0x7F ? ascii & (1 << scalar.value) != 0 : hasOthers
  }

  func union(_ other: ScalarSet) -> ScalarSet {
    var result = self
    result.ascii |= other.ascii
    result.hasOthers = hasOthers || other.hasOthers
    return result
  }

  func intersection(_ other: ScalarSet) -> ScalarSet {
    var result = self
    result.ascii &= other.ascii
    result.hasOthers = hasOthers && other.hasOthers
    return result
  }

  func isSubset(of other: ScalarSet) -> Bool {
    ascii & ~other.ascii == 0 && (!hasOthers || other.hasOthers)
  }
}
