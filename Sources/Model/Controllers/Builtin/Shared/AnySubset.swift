internal import CEL

/// Some of several things between which upstream does not decide (the order of a map, equal ages).
enum AnySubset {
  /// One of the subsets of a size, in the given order, by one choice among all of them.
  ///
  /// Nothing is asked where there is only one.
  static func choose<Item>(
    _ size: Int, of items: [Item], _ oracle: any ReconcileOracle, _ label: String
  ) throws -> [Item] {
    guard size < items.count else { return items }
    guard size > 0 else { return [] }
    var index = try oracle.choose(combinations(items.count, size), label)
    var chosen: [Item] = []
    var left = size
    for (position, item) in items.enumerated() where left > 0 {
      // The subsets with this item come first.
      let with = combinations(items.count - position - 1, left - 1)
      if index < with {
        chosen.append(item)
        left -= 1
      } else {
        index -= with
      }
    }
    return chosen
  }

  /// n over k, bounded so that it cannot overflow: nobody explores as many choices.
  private static func combinations(_ count: Int, _ size: Int) -> Int {
    guard size >= 0, size <= count else { return 0 }
    var result = 1
    for index in 0..<min(size, count - size) {
      let (product, overflow) = result.multipliedReportingOverflow(by: count - index)
      guard !overflow else { return Int.max }
      result = product / (index + 1)
    }
    return result
  }
}
