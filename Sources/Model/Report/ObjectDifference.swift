package import CEL

/// What a step, or two ends, make different about one object.
package struct ObjectDifference: Hashable, Sendable {
  /// What became of the object.
  package enum Change: String, Hashable, Sendable { case created, changed, deleted }

  /// One field with its values; nil where it is absent.
  package struct Field: Hashable, Sendable {
    package var path: String
    package var old: JSONValue?
    package var new: JSONValue?
  }

  /// `Deployment/web`.
  package var object: String
  package var change: Change
  /// The fields that differ, by path; of a created or deleted object none.
  package var fields: [Field]

  /// Compares two versions of an object; nil where a person would see no difference.
  ///
  /// Left out: what every write changes (resourceVersion, generation, managedFields) and what says
  /// nothing to a person (uid, creationTimestamp).
  package init?(_ key: ObjectKey, old: JSONObject?, new: JSONObject?) {
    object = key.description
    switch (old, new) {
    case (nil, nil): return nil
    case (nil, .some):
      change = .created
      fields = []
    case (.some, nil):
      change = .deleted
      fields = []
    case (.some(let before), .some(let after)):
      change = .changed
      var differences: [Field] = []
      Self.compare(.object(before), .object(after), "", into: &differences)
      fields = differences
      if fields.isEmpty { return nil }
    }
  }

  private static let hidden: Set<String> = [
    "metadata.resourceVersion", "metadata.generation", "metadata.managedFields", "metadata.uid",
    "metadata.creationTimestamp",
  ]

  private static func compare(
    _ old: JSONValue?, _ new: JSONValue?, _ path: String, into differences: inout [Field]
  ) {
    if old == new || hidden.contains(path) { return }
    switch (old, new) {
    case (.object(let before), .object(let after)):
      for key in Set(before.keys).union(after.keys).sorted() {
        compare(before[key], after[key], join(path, key), into: &differences)
      }
    case (.array(let before), .array(let after)):
      compare(before, after, path, into: &differences)
    default: differences.append(Field(path: path, old: old, new: new))
    }
  }

  /// Items of lists are matched by the key that names them, else by their place.
  private static func compare(
    _ old: [JSONValue], _ new: [JSONValue], _ path: String, into differences: inout [Field]
  ) {
    guard
      let key = ["type", "name", "uid", "key"].first(where: {
        identifies($0, old) && identifies($0, new)
      })
    else {
      for index in 0..<max(old.count, new.count) {
        let before = index < old.count ? old[index] : nil
        let after = index < new.count ? new[index] : nil
        compare(before, after, "\(path)[\(index)]", into: &differences)
      }
      return
    }
    let names = (old + new).compactMap { $0[key]?.string }
    var seen: Set<String> = []
    for name in names where seen.insert(name).inserted {
      let before = old.first { $0[key]?.string == name }
      let after = new.first { $0[key]?.string == name }
      compare(before, after, "\(path)[\(name)]", into: &differences)
    }
  }

  private static func identifies(_ key: String, _ items: [JSONValue]) -> Bool {
    let names = items.compactMap { $0[key]?.string }
    return names.count == items.count && Set(names).count == names.count
  }

  private static func join(_ path: String, _ key: String) -> String {
    let isPlain =
      !key.isEmpty
      && key.utf8.allSatisfy {
        ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D
          || $0 == 0x5F
      }
    if !isPlain { return "\(path)[\"\(key)\"]" }
    return path.isEmpty ? key : "\(path).\(key)"
  }
}
