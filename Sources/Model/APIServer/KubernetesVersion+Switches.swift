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
  /// structured-merge-diff#184 (4.1, Kubernetes 1.21), typed/tofieldset.go.
  package var ownsEmptyMaps: Bool { minor >= 21 }

  /// Whether a merged associative list follows the order of the applied configuration.
  ///
  /// structured-merge-diff#205 (4.2.1, Kubernetes 1.24), typed/merge.go. Before, applied items that
  /// are new went behind the live ones.
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

  /// Job and CronJob count generations (batch strategies set generation since 1.24).
  var jobsHaveGeneration: Bool { minor >= 24 }

  /// Pods count generations (KEP-5067, on by default since 1.34).
  var podsHaveGeneration: Bool { minor >= 34 }

  /// A PUT to a Service may leave out the resourceVersion and the cluster IP (the Service REST
  /// handler moved onto the generic store in 1.22 and patches allocated values).
  var servicesTakePartialUpdates: Bool { minor >= 22 }

  /// Empty creationTimestamps are left out instead of being `null` (`omitzero`, since 1.34).
  var omitsZeroTimes: Bool { minor >= 34 }

  /// StatefulSet updates may change more fields: minReadySeconds (1.22),
  /// persistentVolumeClaimRetentionPolicy (1.23), ordinals (1.26), revisionHistoryLimit (1.33).
  var mutableStatefulSetFields: [String] {
    var fields = ["replicas", "template", "updateStrategy"]
    if minor >= 22 { fields.append("minReadySeconds") }
    if minor >= 23 { fields.append("persistentVolumeClaimRetentionPolicy") }
    if minor >= 26 { fields.append("ordinals") }
    if minor >= 33 { fields.append("revisionHistoryLimit") }
    return fields
  }

  /// Pods may have scheduling gates, which updates may take away (PodSchedulingReadiness, KEP-3521, on by
  /// default since 1.27).
  var podsHaveSchedulingGates: Bool { minor >= 27 }

  /// Namespaces carry their name as a label (the defaulting of 1.21).
  var namespacesHaveNameLabel: Bool { minor >= 21 }

  /// PodDisruptionBudget of policy/v1: an empty selector selects all (since 1.21).
  var emptyDisruptionSelectorSelectsAll: Bool { minor >= 21 }

  /// Jobs say that completion is NonIndexed and that they are not suspended (IndexedJob and
  /// SuspendJob, on by default since 1.22).
  var jobsHaveCompletionMode: Bool { minor >= 22 }

  /// The completions of an Indexed Job may change with its parallelism (ElasticIndexedJob, on by
  /// default since 1.27).
  var jobsAreElastic: Bool { minor >= 27 }

  /// Errors of a schema name the index of a list's item; in the recordings they leave it out, since
  /// validators were made before their path was known (kube-openapi validation/validate).
  var schemaErrorsNameIndex: Bool { minor > 20 }

  /// A negative grace period means one second (pkg/registry/core/pod/strategy.go, since 1.23).
  var hasNoNegativeGrace: Bool { minor >= 23 }

  /// A Pod that is not ready may be evicted without being counted where its budget has enough
  /// healthy ones (eviction.go since 1.22; `unhealthyPodEvictionPolicy` since 1.26).
  var evictsUnreadyPodsFreely: Bool { minor >= 22 }

  /// An evicted Pod says so in its condition DisruptionTarget before it is deleted
  /// (PodDisruptionConditions, KEP-3329, on by default since 1.26).
  var marksEvictedPods: Bool { minor >= 26 }

  /// A budget that is used up says so in its condition DisruptionAllowed (since 1.21).
  var budgetsHaveConditions: Bool { minor >= 21 }

  /// Definitions may have CEL rules (KEP-2876, on by default since 1.25).
  var hasSchemaRules: Bool { minor >= 25 }

  /// What did not change is not held against an update of a custom resource (KEP-4008, on by
  /// default since 1.30).
  var ratchetsSchemas: Bool { minor >= 30 }

  /// Jobs' Pods carry labels with the prefix `batch.kubernetes.io/` too (since 1.27).
  var jobsUseBatchPrefixedLabels: Bool { minor >= 27 }

  /// A merge patch that is no JSON is a bad request; in the recordings the error went through unclassified
  /// (staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go: jsonpatch.ErrBadJSONPatch).
  var refusesBadMergePatches: Bool { minor > 20 }

  /// CronJobs are served as batch/v1 (KEP-19, 1.21).
  var cronJobsAreStable: Bool { minor >= 21 }

  /// HorizontalPodAutoscalers are served as autoscaling/v2 (KEP-2702, 1.23).
  var autoscalersAreStable: Bool { minor >= 23 }

  /// PodDisruptionBudgets are served as policy/v1 (KEP-85, 1.21).
  var policiesAreStable: Bool { minor >= 21 }

  /// EndpointSlices are served as discovery.k8s.io/v1 (KEP-752, 1.21).
  var endpointSlicesAreStable: Bool { minor >= 21 }

  /// Evictions are served as policy/v1 (pkg/registry/core/pod/storage/eviction.go, 1.22).
  var evictionsAreStable: Bool { minor >= 22 }

  /// Services are deleted as collections (pkg/registry/core/service/storage/storage.go, 1.23).
  var servicesHaveDeleteCollection: Bool { minor >= 23 }

  /// Services are selected by spec.clusterIP and spec.type (pkg/registry/core/service/strategy.go, 1.28).
  var servicesHaveFieldSelectors: Bool { minor >= 28 }

  /// Services say to which endpoints traffic from inside goes, and whether a load balancer needs node ports
  /// (ServiceInternalTrafficPolicy, KEP-2086, and ServiceLBNodePortControl, KEP-1864, both on by default
  /// since 1.22).
  var servicesHaveInternalTrafficPolicy: Bool { minor >= 22 }

  /// Services list the families of their addresses (IPv6DualStack, KEP-563, on by default since 1.21).
  var servicesHaveFamilies: Bool { minor >= 21 }

  /// A watch may begin with the objects there are and a bookmark behind them (KEP-3157: the feature
  /// gate WatchList, on by default in 1.32 and since 1.34).
  package var servesWatchLists: Bool { minor == 32 || minor >= 34 }
}
