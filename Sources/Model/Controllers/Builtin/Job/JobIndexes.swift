/// Completion indexes, with the text that a status has for them (`0,2-5`).
///
/// Follows pkg/controller/job/indexed_job_utils.go (orderedIntervals, parseIndexesFromString).
struct JobIndexes: Hashable {
  private(set) var numbers: Set<Int> = []

  init() {}

  /// Reads a text; what is no number, or none of the completions, is left out.
  init(_ text: String, completions: Int) {
    for part in text.split(separator: ",") {
      let limits = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = limits.first.flatMap({ $0 }), let last = limits.last.flatMap({ $0 }),
        first >= 0, first <= last, first < completions
      else { continue }
      numbers.formUnion(first...min(last, completions - 1))
    }
  }

  var count: Int { numbers.count }

  func contains(_ index: Int) -> Bool { numbers.contains(index) }

  mutating func insert(_ index: Int) { numbers.insert(index) }

  mutating func formUnion(_ other: some Sequence<Int>) { numbers.formUnion(other) }

  /// The lowest `count` indexes below a bound that are not here.
  func missing(_ count: Int, below bound: Int) -> [Int] {
    Array((0..<max(bound, 0)).lazy.filter { !numbers.contains($0) }.prefix(max(count, 0)))
  }

  /// The text: neighbours as a range, two of them as a list.
  var text: String {
    var ranges: [(first: Int, last: Int)] = []
    for number in numbers.sorted() {
      if let last = ranges.last, last.last == number - 1 {
        ranges[ranges.count - 1].last = number
      } else {
        ranges.append((number, number))
      }
    }
    return ranges.map { first, last in
      switch last - first {
      case 0: "\(first)"
      case 1: "\(first),\(last)"
      default: "\(first)-\(last)"
      }
    }.joined(separator: ",")
  }
}
