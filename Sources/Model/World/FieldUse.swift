import CEL

/// What a reader uses of an object, or of each object of a list; whether it is there is always used.
package struct FieldUse: Hashable, Sendable {
  /// The whole object.
  package static let whole = FieldUse(paths: [[]])
  /// No field.
  package static let existence = FieldUse(paths: [])

  /// The fields used, with all below them; sorted, none below another.
  package let paths: [[String]]
  /// Fields below those that are not used after all, with all below them; sorted.
  package let unread: [[String]]

  /// Makes a use of these fields.
  package init(paths: [[String]]) {
    self.init(Self.kept(paths), unread: [])
  }

  /// A use of all fields but these.
  package static func all(but unread: [[String]]) -> FieldUse {
    FieldUse([[]], unread: kept(unread))
  }

  private init(_ paths: [[String]], unread: [[String]]) {
    self.paths = paths
    self.unread = unread
  }

  /// The paths sorted, without those below others.
  private static func kept(_ paths: [[String]]) -> [[String]] {
    let sorted = paths.sorted { $0.lexicographicallyPrecedes($1) }
    // Whatever lies below a path follows it.
    var kept: [[String]] = []
    for path in sorted where !(kept.last.map { path.starts(with: $0) } ?? false) {
      kept.append(path)
    }
    return kept
  }

  /// The same use with its keys written in another way.
  func mapped(_ text: (String) -> String) -> FieldUse {
    FieldUse(Self.kept(paths.map { $0.map(text) }), unread: unread.map { $0.map(text) })
  }

  /// Whether the object is used whole.
  package var isWhole: Bool { paths == [[]] && unread.isEmpty }

  /// What both use.
  package func union(_ other: FieldUse) -> FieldUse {
    if isWhole || other.isWhole { return .whole }
    if self == other { return self }
    if unread.isEmpty && other.unread.isEmpty { return FieldUse(paths: paths + other.paths) }
    let unused =
      unread.filter { !other.meets([$0]) } + other.unread.filter { !meets([$0]) }
    return .all(but: unused)
  }

  /// Whether a change of some paths concerns what is used.
  func meets(_ changed: [[String]]) -> Bool {
    changed.contains { path in
      path.isEmpty
        || paths.contains { $0.starts(with: path) || path.starts(with: $0) }
          && !unread.contains { path.starts(with: $0) }
    }
  }
}

extension FieldUse {
  /// The object with what is computed from unknown numbers (``SymbolicLeaf``) as it is now, where it
  /// is not used: an expression, which has no terms for it, would have to know it.
  func withoutUnusedViews(_ object: JSONObject) -> JSONObject {
    guard !isWhole, JSONValue.object(object).hasUnknown else { return object }
    return JSONObject(object.entries.map { ($0.key, withoutUnusedViews($0.value, [$0.key])) })
  }

  private func withoutUnusedViews(_ value: JSONValue, _ path: [String]) -> JSONValue {
    switch value {
    case .symbolic(let leaf) where leaf.viewName != nil: meets([path]) ? value : leaf.current
    case .array(let items): .array(items.map { withoutUnusedViews($0, path) })
    case .object(let object):
      .object(
        JSONObject(
          object.entries.map { ($0.key, withoutUnusedViews($0.value, path + [$0.key])) }))
    default: value
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
