internal import CEL

/// The types of Kubernetes' own kinds, as far as merging depends on them.
///
/// Follows the `+listType`, `+listMapKey`, `+mapType`, `+structType`, `patchStrategy` and
/// `patchMergeKey` marks of the types.go of each API group (api/core/v1, api/apps/v1, …). A field
/// not listed has none of them: its objects are structures, its lists are atomic.
package struct BuiltinSchemas: Sendable {
  private let byKind: [GroupKind: FieldSchema]
  /// The type of a built-in kind that the tables do not list.
  package let unlisted: FieldSchema

  /// Makes the tables of a version.
  package init(version: KubernetesVersion) {
    let parts = BuiltinParts(version: version)
    unlisted = .structure(["metadata": parts.metadata], always: ["metadata": [:]])
    byKind = parts.core.merging(parts.workloads) { _, new in new }
      .merging(parts.others) { _, new in new }
  }

  /// The type of a kind; nil for one that is not in the tables.
  package subscript(groupKind: GroupKind) -> FieldSchema? { byKind[groupKind] }

  /// The tables of the modelled standard version.
  package static let standard = BuiltinSchemas(version: .standard)

  /// The tables of the recorded version.
  package static let recorded = BuiltinSchemas(version: .recorded)

  /// The tables of a version, made once for the two common ones.
  package static func of(_ version: KubernetesVersion) -> BuiltinSchemas {
    switch version {
    case .standard: standard
    case .recorded: recorded
    default: BuiltinSchemas(version: version)
    }
  }
}

/// The pieces that the tables of all groups share.
struct BuiltinParts {
  let version: KubernetesVersion

  /// api/meta/v1 types.go, ObjectMeta.
  var metadata: FieldSchema {
    .structure([
      "labels": .stringMap, "annotations": .stringMap, "finalizers": .set,
      "ownerReferences": .listMap("uid", of: reference),
    ])
  }

  /// A reference to an object: one leaf since 1.22.
  var reference: FieldSchema { version.referencesAreAtomic ? .atomicStructure : .open }

  /// A map marked `+mapType=atomic` since 1.22.
  var selectorMap: FieldSchema { version.referencesAreAtomic ? .atomicMap : .stringMap }

  /// api/meta/v1 types.go, Condition and its older kin.
  var conditions: FieldSchema { .listMap("type") }

  /// A kind: its top level is closed, so that an unknown field is an error.
  func kind(
    _ fields: [String: FieldSchema], always: JSONObject = ["spec": [:], "status": [:]]
  ) -> FieldSchema {
    var all: [String: FieldSchema] = [
      "apiVersion": .scalar(.string), "kind": .scalar(.string), "metadata": metadata,
    ]
    all.merge(fields) { _, new in new }
    var present = always
    present["metadata"] = [:]
    return .map(MapSchema(fields: all, unlisted: .rejected, always: present))
  }

  /// A group's kinds by name.
  func group(_ group: String, _ kinds: [String: FieldSchema]) -> [GroupKind: FieldSchema] {
    var result: [GroupKind: FieldSchema] = [:]
    for (kind, schema) in kinds { result[GroupKind(group: group, kind: kind)] = schema }
    return result
  }
}
