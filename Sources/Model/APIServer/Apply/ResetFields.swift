/// What an endpoint of a kind resets, so that a write through it gains no ownership of it.
///
/// Follows the GetResetFields of the strategies in pkg/registry and, for custom resources,
/// apiextensions-apiserver/pkg/registry/customresource.
package enum ResetFields {
  /// The paths that an endpoint of a built-in kind resets: `status`, or the main one (empty).
  package static func builtin(
    _ groupKind: GroupKind, subresource: String, hasStatus: Bool
  ) -> FieldSet {
    switch subresource {
    case "": return hasStatus ? FieldSet(paths: [[.field("status")]]) : FieldSet()
    case "status":
      let metadata: [[PathElement]] =
        switch groupKind.kind {
        case "Deployment" where groupKind.group == "apps":
          [[.field("metadata"), .field("labels")]]
        case "Pod" where groupKind.group.isEmpty:
          [
            [.field("metadata"), .field("deletionTimestamp")],
            [.field("metadata"), .field("ownerReferences")],
          ]
        case "CustomResourceDefinition": [[.field("metadata")]]
        default: []
        }
      return FieldSet(paths: [[.field("spec")]] + metadata)
    default: return FieldSet()
    }
  }

  /// The paths that an endpoint of a custom resource resets.
  package static func customResource(subresource: String, hasStatus: Bool) -> FieldSet {
    switch subresource {
    case "": hasStatus ? FieldSet(paths: [[.field("status")]]) : FieldSet()
    case "status": FieldSet(paths: [[.field("metadata")], [.field("spec")]])
    default: FieldSet()
    }
  }
}
