package import CEL

/// Equality of JSON values as Kubernetes compares them: 1 and 1.0 are the same number.
///
/// Follows structured-merge-diff, value/equals.go; `JSONValue`'s own equality tells an integer
/// from a double.
package enum ValueEquality {
  /// Whether two values are the same.
  package static func equal(_ left: JSONValue, _ right: JSONValue) -> Bool {
    switch (left, right) {
    case (.int(let integer), .double(let double)), (.double(let double), .int(let integer)):
      return Double(integer) == double
    case (.array(let first), .array(let second)):
      return first.count == second.count && zip(first, second).allSatisfy { equal($0, $1) }
    case (.object(let first), .object(let second)):
      return first.count == second.count
        && zip(first.entries, second.entries).allSatisfy {
          $0.key == $1.key && equal($0.value, $1.value)
        }
    default: return left == right
    }
  }
}
