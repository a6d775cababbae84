package import CEL

/// What merging needs to know of a field's type: whether it is one leaf, a map whose entries have
/// owners of their own, or a list of items told apart by keys.
///
/// The same description serves server-side apply (structured-merge-diff, schema/elements.go) and
/// strategic merge patches (the `patchStrategy` tags), since upstream derives one from the other
/// where no list type is given.
package indirect enum FieldSchema: Hashable, Sendable {
  /// A leaf.
  case scalar(ScalarType)
  /// An object with known fields, or a map.
  case map(MapSchema)
  /// A list.
  case list(ListSchema)
  /// Told by the value: objects are maps of entries, lists are atomic (`__untyped_deduced_`).
  case deduced
  /// Told by the value, one leaf in any case (`__untyped_atomic_`).
  case atomic
  /// Told by the value: objects are structures of named fields, lists are atomic.
  ///
  /// Stands for the fields of built-in kinds that the tables do not list, none of which has a list
  /// type or a map type.
  case open
}

/// The kind of a leaf.
package enum ScalarType: Hashable, Sendable {
  case any, string, number, boolean
}

/// The type of an object.
package struct MapSchema: Hashable, Sendable {
  /// What is known of a key that is not among the fields.
  package enum Unlisted: Hashable, Sendable {
    /// It is an error.
    case rejected
    /// It is an entry of a map, and owned as such.
    case entry(FieldSchema)
    /// It is a field of a structure.
    case field(FieldSchema)
  }

  /// The named fields, which are only looked up, never iterated.
  package var fields: [String: FieldSchema]
  package var unlisted: Unlisted
  /// Whether the whole object is one leaf.
  package var isAtomic: Bool
  /// Fields that upstream's Go types always serialise, with their zero values.
  ///
  /// A comparison takes them as present on both sides: who creates the object does not own them.
  package var always: JSONObject
  /// Whether a strategic merge patch replaces the object (`patchStrategy: replace`).
  package var isReplacedByPatch: Bool

  /// Makes the type of an object.
  package init(
    fields: [String: FieldSchema] = [:], unlisted: Unlisted = .rejected, isAtomic: Bool = false,
    always: JSONObject = [:], isReplacedByPatch: Bool = false
  ) {
    self.fields = fields
    self.unlisted = unlisted
    self.isAtomic = isAtomic
    self.always = always
    self.isReplacedByPatch = isReplacedByPatch
  }

  /// The type of the value under a key; nil where the key is not allowed.
  package func type(of key: String) -> FieldSchema? {
    if let field = fields[key] { return field }
    switch unlisted {
    case .rejected: return nil
    case .entry(let type), .field(let type): return type
    }
  }

  /// Whether a key is a field of a structure rather than an entry of a map.
  package func isNamedField(_ key: String) -> Bool {
    if fields[key] != nil { return true }
    if case .field = unlisted { return true }
    return false
  }
}

/// The type of a list.
package struct ListSchema: Hashable, Sendable {
  /// How items are told apart.
  package enum Relation: Hashable, Sendable {
    /// The list is one leaf.
    case atomic
    /// By their values.
    case set
    /// By these fields of theirs, sorted.
    case map(keys: [String])
  }

  /// What a strategic merge patch does with the list.
  package enum PatchStrategy: Hashable, Sendable {
    case replace
    /// Merges the items by one key; nil for lists of primitives.
    case merge(key: String?)
  }

  package var relation: Relation
  package var items: FieldSchema
  /// Values of keys that an item may leave out; they are only looked up.
  package var keyDefaults: [String: JSONValue]
  package var patchStrategy: PatchStrategy

  /// Makes the type of a list.
  package init(
    _ relation: Relation, of items: FieldSchema = .deduced, keyDefaults: [String: JSONValue] = [:],
    patchStrategy: PatchStrategy = .replace
  ) {
    self.relation = relation
    self.items = items
    self.keyDefaults = keyDefaults
    self.patchStrategy = patchStrategy
  }
}

extension FieldSchema {
  /// A type with the value's freedom taken away.
  package enum Shape: Hashable, Sendable {
    case scalar(ScalarType)
    case map(MapSchema)
    case list(ListSchema)
  }

  /// The shape this type takes for a value.
  ///
  /// Follows structured-merge-diff, typed/helpers.go, deduceAtom.
  package func shape(of value: JSONValue?) -> Shape {
    switch self {
    case .scalar(let type): .scalar(type)
    case .map(let map): .map(map)
    case .list(let list): .list(list)
    case .deduced: deducedShape(of: value, MapSchema(unlisted: .entry(.deduced)))
    case .open: deducedShape(of: value, MapSchema(unlisted: .field(.open)))
    case .atomic: deducedShape(of: value, MapSchema(unlisted: .entry(.atomic), isAtomic: true))
    }
  }

  private func deducedShape(of value: JSONValue?, _ map: MapSchema) -> Shape {
    switch value {
    case .object?: .map(map)
    case .array?: .list(ListSchema(.atomic, of: self))
    default: .scalar(.any)
    }
  }

  /// A structure with these fields; those it does not list are open.
  package static func structure(
    _ fields: [String: FieldSchema], always: JSONObject = [:]
  ) -> FieldSchema {
    .map(MapSchema(fields: fields, unlisted: .field(.open), always: always))
  }

  /// A structure that is one leaf.
  package static let atomicStructure = FieldSchema.map(
    MapSchema(unlisted: .field(.open), isAtomic: true))

  /// A map of strings (labels, data) whose entries have owners of their own.
  package static let stringMap = FieldSchema.map(MapSchema(unlisted: .entry(.scalar(.any))))

  /// A map that is one leaf (a selector).
  package static let atomicMap = FieldSchema.map(
    MapSchema(unlisted: .entry(.scalar(.any)), isAtomic: true))

  /// A list of primitives without duplicates, merged by value in both kinds of patches.
  package static let set = FieldSchema.list(
    ListSchema(.set, of: .scalar(.any), patchStrategy: .merge(key: nil)))

  /// A list of structures told apart by keys; strategic merge patches use the first key.
  package static func listMap(
    _ keys: String..., of items: FieldSchema = .open, defaults: [String: JSONValue] = [:]
  ) -> FieldSchema {
    .list(
      ListSchema(
        .map(keys: keys.sorted()), of: items, keyDefaults: defaults,
        patchStrategy: .merge(key: keys.first)))
  }

  /// A list of structures told apart by keys, which a strategic merge patch replaces.
  package static func listMapReplacedByPatch(
    _ keys: String..., of items: FieldSchema = .open
  ) -> FieldSchema {
    .list(ListSchema(.map(keys: keys.sorted()), of: items))
  }

  /// A list that is one leaf, but merged by a key in strategic merge patches.
  package static func atomicListMergedByPatch(_ key: String) -> FieldSchema {
    .list(ListSchema(.atomic, of: .open, patchStrategy: .merge(key: key)))
  }
}
