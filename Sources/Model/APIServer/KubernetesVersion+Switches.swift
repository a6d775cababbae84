/// The rules that changed since the recordings (1.20), each with the upstream change.
///
/// Everything that depends on the version asks one of these, so that this file lists all that the
/// recordings do not cover.
extension KubernetesVersion {
  /// Whether a managedFields entry names the subresource it was written through.
  ///
  /// 1.22: ManagedFieldsEntry.subresource (apimachinery meta/v1 types.go, KEP-555).
  package var tracksSubresources: Bool { minor >= 22 }

  /// Whether `/scale` moves the ownership of the replicas field to its writer.
  ///
  /// 1.22: managedfields/scalehandler.go. Before, a write through `/scale` touched no entry.
  package var tracksScale: Bool { minor >= 22 }

  /// Whether fields that a strategy resets (`status` at the main resource) are left out of
  /// ownership.
  ///
  /// 1.21: rest.ResetFieldsStrategy. Before, the writer owned what it could not write.
  package var ignoresResetFields: Bool { minor >= 21 }

  /// Whether an applied empty map or null is itself owned.
  ///
  /// structured-merge-diff 4.1 (Kubernetes 1.21), typed/tofieldset.go.
  package var ownsEmptyMaps: Bool { minor >= 21 }

  /// Whether a merged associative list follows the order of the applied configuration.
  ///
  /// structured-merge-diff 4.2 (Kubernetes 1.24), typed/merge.go. Before, applied items that are
  /// new went behind the live ones.
  package var mergesListsInAppliedOrder: Bool { minor >= 24 }

  /// Whether a missing list-map key counts as its schema default (a port's `protocol`).
  ///
  /// 1.21: defaults are published in the OpenAPI schema; structured-merge-diff typed/helpers.go.
  package var defaultsListMapKeys: Bool { minor >= 21 }

  /// Whether object references, key selectors and the maps marked so are atomic.
  ///
  /// 1.22: `+structType=atomic` and `+mapType=atomic` in api/core/v1/types.go. LabelSelector was
  /// atomic before.
  package var referencesAreAtomic: Bool { minor >= 22 }

  /// Whether the error for an invalid applied object names the object.
  ///
  /// 1.21: fieldmanager/structuredmerge.go.
  package var namesInvalidAppliedObject: Bool { minor >= 21 }
}
