internal import CEL

/// Where two JSON values differ first, in the order of their text.
enum JSONDifference {
  /// `children[0].spec.x: 1, then 2`; nil where they are equal.
  static func first(_ left: JSONValue, _ right: JSONValue) -> String? {
    find(left, right, at: "")
  }

  private static func find(_ left: JSONValue?, _ right: JSONValue?, at path: String) -> String? {
    switch (left, right) {
    case (.object(let a)?, .object(let b)?):
      for key in Set(a.keys + b.keys).sorted() {
        let inner = path.isEmpty ? key : "\(path).\(key)"
        if let found = find(a[key], b[key], at: inner) { return found }
      }
      return nil
    case (.array(let a)?, .array(let b)?):
      for index in 0..<max(a.count, b.count) {
        let (x, y) = (index < a.count ? a[index] : nil, index < b.count ? b[index] : nil)
        if let found = find(x, y, at: "\(path)[\(index)]") { return found }
      }
      return nil
    default:
      return left == right ? nil : "\(path): \(text(left)), then \(text(right))"
    }
  }

  private static func text(_ value: JSONValue?) -> String {
    value.map { String($0.text.prefix(80)) } ?? "nothing"
  }
}
