import CEL

/// What a reader uses of an object, or of each object of a list; whether it is there is always used.
package struct FieldUse: Hashable, Sendable {
  /// The whole object.
  package static let whole = FieldUse(paths: [[]])
  /// No field.
  package static let existence = FieldUse(paths: [])

  /// The fields used, with all below them; sorted, none below another.
  package let paths: [[String]]

  /// Makes a use of these fields.
  package init(paths: [[String]]) {
    let sorted = paths.sorted { $0.lexicographicallyPrecedes($1) }
    // Whatever lies below a path follows it.
    var kept: [[String]] = []
    for path in sorted where !(kept.last.map { path.starts(with: $0) } ?? false) {
      kept.append(path)
    }
    self.paths = kept
  }

  /// Whether the object is used whole.
  package var isWhole: Bool { paths == [[]] }

  /// What both use.
  package func union(_ other: FieldUse) -> FieldUse {
    if isWhole || other.isWhole { return .whole }
    return self == other ? self : FieldUse(paths: paths + other.paths)
  }

  /// Whether a change of some paths concerns what is used.
  func meets(_ changed: [[String]]) -> Bool {
    changed.contains { path in
      path.isEmpty || paths.contains { $0.starts(with: path) || path.starts(with: $0) }
    }
  }
}

extension JSONValue {
  /// The paths at which two values differ; an array is one value.
  ///
  /// A path at which only one of them has something is one of them, so that whoever asks for anything
  /// below it, or whether it is there, is concerned.
  static func changedPaths(_ old: JSONValue, _ new: JSONValue) -> [[String]] {
    var paths: [[String]] = []
    func compare(_ old: JSONValue?, _ new: JSONValue?, _ path: [String]) {
      if let old, let new, old.isIdentical(to: new) { return }
      guard case .object(let before)? = old, case .object(let after)? = new else {
        paths.append(path)
        return
      }
      let keys = before.keys + after.keys.filter { before[$0] == nil }
      for key in keys { compare(before[key], after[key], path + [key]) }
    }
    compare(old, new, [])
    return paths
  }
}
