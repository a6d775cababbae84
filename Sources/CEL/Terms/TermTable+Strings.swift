/// Strings in normal form; positions count code points.
extension TermTable {
  /// Whether two strings are equal.
  package func stringEquals(_ left: TermID, _ right: TermID) -> TermID {
    if left == right { return .always }
    if let one = constant(left)?.string, let two = constant(right)?.string {
      return bool(one.isExactly(two))
    }
    if constant(left) != nil { return stringEquals(right, left) }
    if let text = constant(right)?.string {
      if let values = symbol(left)?.values, !values.contains(where: { $0.isExactly(text) }) {
        return .never
      }
      if case .choose(let condition, let one, let two) = node(left),
        constant(one) != nil || constant(two) != nil
      {
        return choose(condition, stringEquals(one, right), stringEquals(two, right))
      }
    }
    switch stripped(left, right) {
    case .different: return .never
    case .rest(let one, let two): return stringEquals(one, two)
    case .nothing: break
    }
    if constant(right)?.string?.isEmpty == true, case .concatenation(let parts) = node(left) {
      return all(parts.map { stringEquals($0, right) })
    }
    return intern(.stringEquals(min(left, right), max(left, right)), .bool)
  }

  private enum Stripped {
    case nothing
    case different
    case rest(TermID, TermID)
  }

  /// Two strings without what they start or end with alike.
  private func stripped(_ left: TermID, _ right: TermID) -> Stripped {
    var (one, two) = (parts(left), parts(right))
    guard one.count + two.count > 2 else { return .nothing }
    var changed = false
    for isEnd in [false, true] {
      while let first = isEnd ? one.last : one.first, let second = isEnd ? two.last : two.first {
        if first == second {
          one.remove(at: isEnd ? one.count - 1 : 0)
          two.remove(at: isEnd ? two.count - 1 : 0)
          changed = true
          continue
        }
        guard let a = constant(first)?.string, let b = constant(second)?.string else { break }
        var (longer, shorter) = (Array(a.unicodeScalars), Array(b.unicodeScalars))
        if longer.count < shorter.count { swap(&longer, &shorter) }
        let part = isEnd ? longer.suffix(shorter.count) : longer.prefix(shorter.count)
        guard part.elementsEqual(shorter) else { return .different }
        let rest = isEnd ? longer.dropLast(shorter.count) : longer.dropFirst(shorter.count)
        let place = string(String(scalars: rest))
        let isFirstLonger = a.unicodeScalars.count > b.unicodeScalars.count
        let (oneAt, twoAt) = (isEnd ? one.count - 1 : 0, isEnd ? two.count - 1 : 0)
        if isFirstLonger {
          one[oneAt] = place
          two.remove(at: twoAt)
        } else {
          two[twoAt] = place
          one.remove(at: oneAt)
        }
        changed = true
      }
    }
    return changed ? .rest(concatenation(one), concatenation(two)) : .nothing
  }

  private func parts(_ term: TermID) -> [TermID] {
    if case .concatenation(let parts) = node(term) { return parts }
    return constant(term)?.string?.isEmpty == true ? [] : [term]
  }

  /// The strings one after the other.
  package func concatenation(_ terms: [TermID]) -> TermID {
    var result: [TermID] = []
    for part in terms.flatMap(parts) {
      if let text = constant(part)?.string {
        if text.isEmpty { continue }
        if let last = result.last, let before = constant(last)?.string {
          result[result.count - 1] = string(before + text)
          continue
        }
      }
      result.append(part)
    }
    switch result.count {
    case 0: return string("")
    case 1: return result[0]
    default: return intern(.concatenation(result), .string)
    }
  }

  /// A test of two strings.
  package func test(_ test: TermNode.StringTest, _ left: TermID, _ right: TermID) -> TermID {
    if let one = constant(left)?.string, let two = constant(right)?.string {
      return bool(test.holds(one, two))
    }
    if left == right { return bool(test != .precedes) }
    if test != .precedes, constant(right)?.string?.isEmpty == true { return .always }
    if let split = splitOverValues(left, { self.test(test, $0, right) }) { return split }
    if let split = splitOverValues(right, { self.test(test, left, $0) }) { return split }
    return intern(.stringTest(test, left, right), .bool)
  }

  /// Whether a pattern matches a part of a string.
  package func matches(_ term: TermID, _ pattern: RegularExpression) -> TermID {
    if let text = constant(term)?.string { return bool(pattern.matches(text)) }
    if let split = splitOverValues(term, { self.matches($0, pattern) }) { return split }
    return intern(.matches(term, number(of: pattern)), .bool)
  }

  /// A condition on a symbol that can have few values, as one on which value it has.
  private func splitOverValues(_ term: TermID, _ condition: (TermID) -> TermID) -> TermID? {
    guard let values = symbol(term)?.values else { return nil }
    return any(
      values.map { value in
        let constant = string(value)
        return and(stringEquals(term, constant), condition(constant))
      })
  }

  /// The number of code points.
  package func length(_ term: TermID) -> TermID {
    switch node(term) {
    case .constant(.string(let text)): integer(Int128(text.unicodeScalars.count))
    case .concatenation(let parts): sum(parts.map { LinearPart(1, length($0)) })
    case .choose(let condition, let left, let right):
      choose(condition, length(left), length(right))
    default: intern(.length(term), .int)
    }
  }

  /// Where a string first occurs from a position on; -1 if nowhere.
  package func position(_ part: TermID, of text: TermID, from start: TermID) -> TermID {
    if let one = constant(text)?.string, let two = constant(part)?.string,
      let from = constant(start)?.integer
    {
      return integer(StringOperations.position(two, of: one, from: from))
    }
    return intern(.position(text, of: part, from: start), .int)
  }

  /// So many code points from a position on.
  package func part(_ text: TermID, from start: TermID, count: TermID) -> TermID {
    if let one = constant(text)?.string, let from = constant(start)?.integer,
      let size = constant(count)?.integer
    {
      return string(StringOperations.part(one, from: from, count: size))
    }
    return intern(.part(text, from: start, count: count), .string)
  }
}

extension TermNode.StringTest {
  /// The test of known strings.
  package func holds(_ left: String, _ right: String) -> Bool {
    let (text, part) = (Array(left.utf8), Array(right.utf8))
    return switch self {
    case .contains: StringOperations.position(right, of: left, from: 0) >= 0
    case .startsWith: text.starts(with: part)
    case .endsWith: text.reversed().starts(with: part.reversed())
    case .precedes: left.precedes(right)
    }
  }
}

/// The solver's total string functions on known strings (SMT-LIB, theory of strings).
enum StringOperations {
  static func position(_ part: String, of text: String, from start: Int128) -> Int128 {
    let (text, part) = (Array(text.unicodeScalars), Array(part.unicodeScalars))
    guard start >= 0, start <= Int128(text.count), part.count <= text.count else { return -1 }
    let last = text.count - part.count
    guard Int(start) <= last else { return -1 }
    for index in Int(start)...last where text[index..<(index + part.count)].elementsEqual(part) {
      return Int128(index)
    }
    return -1
  }

  static func part(_ text: String, from start: Int128, count: Int128) -> String {
    let scalars = Array(text.unicodeScalars)
    guard start >= 0, start < Int128(scalars.count), count > 0 else { return "" }
    let end = min(start + count, Int128(scalars.count))
    return String(scalars: scalars[Int(start)..<Int(end)])
  }
}
