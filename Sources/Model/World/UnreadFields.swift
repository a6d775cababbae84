internal import CEL

/// The fields of objects that a controller in a process does not read, by the word of its scenario.
///
/// The controller is given objects without them, so it cannot depend on them, and who changes nothing
/// else of an object that it read is independent of it. What that assumes is that the code does the
/// same with the whole object; the verdict tells it, and `--without-projection unread` gives it the whole.
package struct UnreadFields: Hashable, Sendable {
  private let pathsByKind: [String: [[String]]]

  /// Makes a record of the fields that a scenario names.
  package init(_ fields: [IgnoredPath] = []) {
    pathsByKind = Dictionary(grouping: fields, by: \.kind).mapValues { $0.map(\.path) }
  }

  /// Whether there are none.
  package var isEmpty: Bool { pathsByKind.isEmpty }

  /// The fields of a kind.
  func paths(_ groupKind: GroupKind) -> [[String]] { pathsByKind[groupKind.kind] ?? [] }

  /// What the controller uses of an object of a kind.
  func use(of groupKind: GroupKind) -> FieldUse {
    let unread = paths(groupKind)
    return unread.isEmpty ? .whole : .all(but: unread)
  }

  /// An object as the controller is given it.
  func shown(_ object: JSONObject, _ groupKind: GroupKind) -> JSONObject {
    let unread = paths(groupKind)
    if unread.isEmpty { return object }
    return unread.reduce(JSONValue.object(object)) { $0.removing($1[...]) }.object ?? object
  }
}
