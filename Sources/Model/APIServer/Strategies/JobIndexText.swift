/// The text of completion indexes (`0,2-5`) as the API server accepts it.
///
/// Follows pkg/apis/batch/validation/validation.go (validateIndexesFormat, parseIndexInterval).
enum JobIndexText {
  /// What is wrong with a text.
  struct Problem: Error, Equatable {
    var text: String
  }

  /// How many indexes a text names, all below `completions` and in order.
  static func count(_ text: String, completions: Int64) -> Result<Int64, Problem> {
    if text.isEmpty { return .success(0) }
    var total: Int64 = 0
    var last: Int64?
    for interval in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = interval.split(separator: "-", omittingEmptySubsequences: false)
      if parts.count > 2 {
        return .failure(
          Problem(
            text:
              "the fragment \"\(interval)\" violates the requirement that an index interval can "
              + "have at most two parts separated by '-'"))
      }
      var numbers: [Int64] = []
      for part in parts {
        guard let number = Int64(part) else {
          return .failure(
            Problem(text: "cannot convert string to integer for index: \"\(part)\""))
        }
        if number >= completions {
          return .failure(Problem(text: "too large index: \"\(part)\""))
        }
        numbers.append(number)
      }
      let first = numbers[0]
      let end = numbers[numbers.count - 1]
      if numbers.count > 1, first >= end { return .failure(order(first, end)) }
      if let last, last >= first { return .failure(order(last, first)) }
      total += end - first + 1
      last = end
    }
    return .success(total)
  }

  private static func order(_ previous: Int64, _ current: Int64) -> Problem {
    Problem(text: "non-increasing order, previous: \(previous), current: \(current)")
  }
}
