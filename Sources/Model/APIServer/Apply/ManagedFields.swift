package import CEL

/// Who an entry of managedFields is about: the same manager has one entry for each.
///
/// Follows apimachinery/pkg/util/managedfields/internal/managedfields.go, BuildManagerIdentifier:
/// an applier is the same in every API version.
package struct ManagerIdentity: Hashable, Comparable, Sendable {
  /// The two ways to own a field.
  package enum Operation: String, Hashable, Sendable {
    case apply = "Apply"
    case update = "Update"
  }

  package let manager: String
  package let operation: Operation
  /// Empty for an applier.
  package let apiVersion: String
  /// Empty for the main resource.
  package let subresource: String

  /// Makes an identity; a manager without a name is `unknown`.
  package init(
    _ manager: String, _ operation: Operation, apiVersion: String, subresource: String = ""
  ) {
    self.manager = manager.isEmpty ? "unknown" : manager
    self.operation = operation
    self.apiVersion = operation == .apply ? "" : apiVersion
    self.subresource = subresource
  }

  package static func < (left: ManagerIdentity, right: ManagerIdentity) -> Bool {
    (left.manager, left.operation.rawValue, left.apiVersion, left.subresource)
      < (right.manager, right.operation.rawValue, right.apiVersion, right.subresource)
  }

  /// How a conflict names the manager (managedfields/internal/conflict.go, printManager).
  package var text: String {
    var text = GoFormat.quoted(manager)
    if !subresource.isEmpty { text += " with subresource \(GoFormat.quoted(subresource))" }
    if operation == .update { text += " using \(apiVersion)" }
    return text
  }
}

/// The owners of an object's fields: `metadata.managedFields`, decoded.
package struct ManagedFields: Hashable, Sendable {
  /// What one manager owns.
  package struct Entry: Hashable, Sendable {
    package let identity: ManagerIdentity
    /// The version in which the paths are meant.
    package var apiVersion: String
    /// When the entry last changed, RFC 3339; empty where the server was never told.
    package var time: String
    package var fields: FieldSet

    /// Makes an entry.
    package init(
      _ identity: ManagerIdentity, apiVersion: String, time: String, fields: FieldSet
    ) {
      self.identity = identity
      self.apiVersion = apiVersion
      self.time = time
      self.fields = fields
    }
  }

  /// The entries, sorted by identity, each identity once and none without fields.
  package private(set) var entries: [Entry]

  /// Nobody owns anything.
  package init() { entries = [] }

  /// Whether no field has an owner.
  package var isEmpty: Bool { entries.isEmpty }

  /// The entry of a manager; one without fields is dropped.
  package subscript(identity: ManagerIdentity) -> Entry? {
    get { entries.first { $0.identity == identity } }
    set {
      entries.removeAll { $0.identity == identity }
      guard let newValue, !newValue.fields.isEmpty else { return }
      let index = entries.firstIndex { identity < $0.identity } ?? entries.count
      entries.insert(newValue, at: index)
    }
  }

  /// Changes what every manager owns, and drops those that own nothing any more.
  mutating func mapFields(_ change: (Entry) -> FieldSet) {
    entries = entries.compactMap { entry in
      var entry = entry
      entry.fields = change(entry)
      return entry.fields.isEmpty ? nil : entry
    }
  }

  /// What anybody owns.
  package var allFields: FieldSet {
    entries.reduce(FieldSet()) { $0.union($1.fields) }
  }
}

extension ManagedFields {
  /// Reads `metadata.managedFields`; nil where an entry is malformed.
  ///
  /// Follows managedfields/internal/managedfields.go, DecodeManagedFields.
  package init?(decoding value: JSONValue?) {
    self.init()
    guard let value, value != .null else { return }
    guard let items = value.array else { return nil }
    for item in items {
      guard let operation = item["operation"]?.string.flatMap(ManagerIdentity.Operation.init),
        let fields = FieldSet(fieldsV1: item["fieldsV1"]?.object ?? [:])
      else { return nil }
      let apiVersion = item["apiVersion"]?.string ?? ""
      let identity = ManagerIdentity(
        item["manager"]?.string ?? "", operation, apiVersion: apiVersion,
        subresource: item["subresource"]?.string ?? "")
      self[identity] = Entry(
        identity, apiVersion: apiVersion, time: item["time"]?.string ?? "", fields: fields)
    }
  }

  /// The value of `metadata.managedFields`; nil where nobody owns anything.
  ///
  /// Follows sortEncodedManagedFields: appliers first, then by time, manager, version and
  /// subresource.
  package var encoded: JSONValue? {
    guard !entries.isEmpty else { return nil }
    let sorted = entries.sorted { left, right in
      let (first, second) = (left.identity, right.identity)
      if first.operation != second.operation { return first.operation == .apply }
      return (left.time, first.manager, left.apiVersion, first.subresource)
        < (right.time, second.manager, right.apiVersion, second.subresource)
    }
    return .array(sorted.map { .object(Self.encoded($0)) })
  }

  private static func encoded(_ entry: Entry) -> JSONObject {
    var result: JSONObject = [
      "manager": .string(entry.identity.manager),
      "operation": .string(entry.identity.operation.rawValue),
      "apiVersion": .string(entry.apiVersion), "fieldsType": "FieldsV1",
      "fieldsV1": .object(entry.fields.fieldsV1),
    ]
    if !entry.time.isEmpty { result["time"] = .string(entry.time) }
    if !entry.identity.subresource.isEmpty {
      result["subresource"] = .string(entry.identity.subresource)
    }
    return result
  }
}
