/// A character class: ranges of scalars and Unicode categories, perhaps negated.
///
/// Categories are asked of the scalar at match time; tables of a million scalars would cost more
/// than any match. ASCII, nearly all of what is matched, has a bit each.
struct ScalarClass: Sendable {
  /// Some general categories, or all but them.
  struct Categories: Sendable {
    /// One bit a category.
    let mask: UInt32
    let isNegated: Bool
  }

  private var ranges: [ClosedRange<UInt32>] = []
  private var categories: [Categories] = []
  private var foldsCase = false
  private var isNegated = false
  private var asciiLow: UInt64 = 0
  private var asciiHigh: UInt64 = 0

  /// Adds the scalars of a range.
  mutating func insert(_ range: ClosedRange<UInt32>) { ranges.append(range) }

  /// Adds all scalars that are in none of these ranges, which must be sorted and apart.
  mutating func insertComplement(of excluded: [ClosedRange<UInt32>]) {
    var next: UInt32 = 0
    for range in excluded {
      if range.lowerBound > next { ranges.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    if next <= 0x10FFFF { ranges.append(next...0x10FFFF) }
  }

  /// Adds the scalars of some categories.
  mutating func insert(_ terms: Categories) { categories.append(terms) }

  /// The finished class; folding comes before negation, so `(?i)[^a]` excludes `A` too.
  func sealed(foldsCase: Bool, isNegated: Bool) -> ScalarClass {
    var result = self
    result.ranges = Self.merged(ranges)
    result.foldsCase = foldsCase
    result.isNegated = isNegated
    for value in UInt32(0)..<128 where result.contains(slow: value) {
      if value < 64 {
        result.asciiLow |= 1 << UInt64(value)
      } else {
        result.asciiHigh |= 1 << UInt64(value - 64)
      }
    }
    return result
  }

  /// Whether a scalar is in the class.
  func contains(_ value: UInt32) -> Bool {
    if value < 64 { return asciiLow >> UInt64(value) & 1 == 1 }
    if value < 128 { return asciiHigh >> UInt64(value - 64) & 1 == 1 }
    return contains(slow: value)
  }

  private func contains(slow value: UInt32) -> Bool {
    guard let scalar = Unicode.Scalar(value) else { return false }
    let variants = foldsCase ? CaseFolding.variants(scalar) : [scalar]
    if variants.contains(where: { isInRanges($0.value) }) { return !isNegated }
    // `(?i)\P{Lu}` is what no upper-case letter folds to, so each term folds before its negation.
    let isInCategories = categories.contains { term in
      let isMember = variants.contains {
        term.mask & UnicodeClasses.bit(of: $0.properties.generalCategory) != 0
      }
      return isMember != term.isNegated
    }
    return isInCategories != isNegated
  }

  /// The class as sorted ranges; nil where it has categories, or folds the case of a class so large
  /// that asking each of its scalars is too much.
  var knownRanges: [ClosedRange<UInt32>]? {
    guard categories.isEmpty else { return nil }
    var members = ranges
    if foldsCase {
      guard ranges.reduce(0, { $0 + Int($1.upperBound - $1.lowerBound) + 1 }) <= 4096 else {
        return nil
      }
      for scalar in ranges.flatMap({ $0.compactMap(Unicode.Scalar.init) }) {
        members += CaseFolding.variants(scalar).map { $0.value...$0.value }
      }
      members = Self.merged(members)
    }
    guard isNegated else { return members }
    var complement: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in members {
      if range.lowerBound > next { complement.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    if next <= 0x10FFFF { complement.append(next...0x10FFFF) }
    return complement
  }

  private func isInRanges(_ value: UInt32) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= value
  }

  private static func merged(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var result: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.last, UInt64(range.lowerBound) <= UInt64(last.upperBound) + 1 {
        result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return result
  }
}
