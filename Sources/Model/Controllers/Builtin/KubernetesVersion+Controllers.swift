/// The rules of controllers that changed since the recordings (1.20), each with its upstream change.
extension KubernetesVersion {
  /// The annotation controller.kubernetes.io/pod-deletion-cost counts (PodDeletionCost, on by
  /// default since 1.22).
  var hasPodDeletionCost: Bool { minor >= 22 }

  /// Among Pods that differ only in age, ages are compared on a logarithmic scale, and the uid decides
  /// inside a bucket (LogarithmicScaleDown, on by default since 1.22).
  var hasLogarithmicScaleDown: Bool { minor >= 22 }

  /// ReplicaSets and Deployments report terminatingReplicas (DeploymentReplicaSetTerminatingReplicas,
  /// KEP-3973, on by default since 1.35, kubernetes#133087).
  var countsTerminatingReplicas: Bool { minor >= 35 }

  /// StatefulSets report availableReplicas (StatefulSetMinReadySeconds, on by default since 1.23).
  var hasStatefulSetAvailability: Bool { minor >= 23 }

  /// A StatefulSet's Pods carry their ordinal as a label (PodIndexLabel, on by default since 1.28).
  var hasPodIndexLabel: Bool { minor >= 28 }

  /// A StatefulSet's status is written even where its Pods could not be brought in line (1.24).
  var writesStatefulSetStatusOnError: Bool { minor >= 24 }

  /// The Pods of a StatefulSet with `Parallel` are created and deleted in parallel, in batches of 1, 2,
  /// 4 … (kubernetes#117865, 1.28, in patch releases since 1.26).
  var runsStatefulPodsInParallel: Bool { minor >= 26 }

  /// Finished Pods of StatefulSets are replaced whether they failed or succeeded (1.28).
  var replacesSucceededStatefulPods: Bool { minor >= 28 }

  /// Autoscalers stop at an invalid metric only where that would scale down (1.21).
  var autoscalerRefusesPartialScaleDown: Bool { minor >= 21 }

  /// Rolling updates of StatefulSets may take several Pods at a time: `maxUnavailable`
  /// (MaxUnavailableStatefulSet, KEP-961, on by default since 1.37, kubernetes#139466; the first patch
  /// releases of 1.35, which had it on too, did so with other rules).
  var hasStatefulSetMaxUnavailable: Bool { minor >= 37 }

  /// Indexed Jobs may count failures by index: `backoffLimitPerIndex` (JobBackoffLimitPerIndex,
  /// KEP-3850, on by default since 1.29).
  var hasBackoffLimitPerIndex: Bool { minor >= 29 }

  /// Autoscalers have tolerances of their own: `behavior.scaleUp.tolerance`
  /// (HPAConfigurableTolerance, KEP-4951, on by default since 1.35).
  var hasAutoscalerTolerances: Bool { minor >= 35 }

  /// Whether a ratio is near 1 is seen by comparing it with 1 ± tolerance, not |1 − ratio| with the
  /// tolerance (HPAConfigurableTolerance, KEP-4951, 1.33, whether or not it is on).
  var autoscalerComparesWithInterval: Bool { minor >= 33 }

  /// Autoscalers may look at single containers (HPAContainerMetrics, KEP-1610, on by default since
  /// 1.27).
  var hasAutoscalerContainerMetrics: Bool { minor >= 27 }

  /// Scaling down, Pods without metrics count as the target where that is more than 100 %
  /// (kubernetes#112178, 1.26).
  var autoscalerAssumesTargetOfMissing: Bool { minor >= 26 }

  /// Just at the target, Pods without metrics do not scale down by average values either
  /// (kubernetes#117845, 1.28).
  var autoscalerIgnoresMissingAtTarget: Bool { minor >= 28 }

  /// Autoscalers whose Pods another one selects too do not look at metrics (AmbiguousSelector,
  /// kubernetes#112011, 1.27).
  var autoscalersRefuseSharedPods: Bool { minor >= 27 }

  /// With `behavior` an autoscaler keeps the size between the lowest and the highest recommendation
  /// (kubernetes#97348, 1.21); before, a target could grow since it was to shrink.
  var autoscalerStabilizesInEnvelope: Bool { minor >= 21 }

  /// The size at the beginning of a policy's period takes back changes of both directions
  /// (kubernetes#109058, 1.26).
  var autoscalerCountsBothDirections: Bool { minor >= 26 }

  /// A DaemonSet is updated node by node instead of Pod by Pod (1.21, with the code for surge).
  var updatesDaemonSetsNodeByNode: Bool { minor >= 21 }

  /// A DaemonSet's update may put a second Pod on a node (DaemonSetUpdateSurge, on by default since
  /// 1.22).
  var hasDaemonSetSurge: Bool { minor >= 22 }

  /// Pods of DaemonSets that succeeded are replaced as failed ones are (1.23).
  var replacesSucceededDaemonPods: Bool { minor >= 23 }

  /// A DaemonSet's status is written even where its Pods could not be brought in line (1.26).
  var writesDaemonSetStatusOnError: Bool { minor >= 26 }

  /// Pods of DaemonSets that have ended and are being deleted no longer hold their node (1.28).
  var forgetsEndedDaemonPods: Bool { minor >= 28 }

  /// Finished Pods are in no Endpoints (kubernetes#110255 of 1.25, in patch releases since 1.22).
  var hidesFinishedPods: Bool { minor >= 22 }

  /// Endpoints say which controller made them: endpoints.kubernetes.io/managed-by (1.33).
  var labelsManagedEndpoints: Bool { minor >= 33 }

  /// A budget's Pods without a controller are left out of what it expects (kubernetes#103414, 1.22);
  /// before they were an error.
  var budgetsIgnoreUnmanagedPods: Bool { minor >= 22 }

  /// Pods are deleted before everything else in a namespace (OrderedNamespaceDeletion, KEP-5080, on
  /// by default since 1.33).
  var deletesPodsOfNamespaceFirst: Bool { minor >= 33 }

  /// A Job counts its Pods by a finalizer that keeps them until they are counted
  /// (JobTrackingWithFinalizers, on by default since 1.23); before, by what is there.
  var tracksJobsWithFinalizers: Bool { minor >= 23 }

  /// Jobs may be Indexed and may be suspended (IndexedJob and SuspendJob, on by default since 1.22).
  var hasIndexedAndSuspendedJobs: Bool { minor >= 22 }

  /// A Job has too many Pods if more than its completions need, not only more than its parallelism
  /// (1.21).
  var deletesJobPodsThatAreNotNeeded: Bool { minor >= 21 }

  /// Finished Jobs may be deleted after a while (TTLAfterFinished, on by default since 1.21).
  var deletesFinishedJobs: Bool { minor >= 21 }

  /// A Job's status tells how many Pods are ready (JobReadyPods, on by default since 1.24).
  var jobsReportReadyPods: Bool { minor >= 24 }

  /// Jobs may have a podFailurePolicy (JobPodFailurePolicy, on by default since 1.26).
  var hasPodFailurePolicy: Bool { minor >= 26 }

  /// A Job's next Pod after a failed one waits, instead of the sync that makes it (1.26).
  var delaysReplacementsOfFailedJobPods: Bool { minor >= 26 }

  /// Jobs count Pods that are being deleted, and may wait for them (JobPodReplacementPolicy, on by
  /// default since 1.29).
  var hasPodReplacementPolicy: Bool { minor >= 29 }

  /// A Job's end is first a FailureTarget or a SuccessCriteriaMet, until its last Pod is gone (1.31).
  var delaysTerminalJobConditions: Bool { minor >= 31 }

  /// Jobs may have a successPolicy (JobSuccessPolicy, on by default since 1.31).
  var hasJobSuccessPolicy: Bool { minor >= 31 }

  /// Jobs may be left to another controller (JobManagedBy, on by default since 1.32).
  var hasJobsManagedByOthers: Bool { minor >= 32 }

  /// CronJobs say when a Job of theirs last succeeded (1.21).
  var cronJobsTellLastSuccess: Bool { minor >= 21 }

  /// A CronJob's Jobs carry their scheduled time as an annotation (CronJobsScheduledAnnotation, on by
  /// default since 1.28).
  var annotatesScheduledJobs: Bool { minor >= 28 }

  /// The version of CronJobs that is stored (KEP-19, 1.21).
  var cronJobAPIVersion: String { minor >= 21 ? "batch/v1" : "batch/v1beta1" }

  /// A StatefulSet's claims may go with it or with a Pod that is scaled away
  /// (StatefulSetAutoDeletePVC, on by default since 1.27; the references control since 1.31).
  var deletesStatefulClaims: Bool { minor >= 27 }
}
