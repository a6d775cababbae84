/// The rules of controllers that changed since the recordings (1.20), each with its upstream change.
extension KubernetesVersion {
  /// The annotation controller.kubernetes.io/pod-deletion-cost counts (PodDeletionCost, on by
  /// default since 1.22).
  var hasPodDeletionCost: Bool { minor >= 22 }

  /// Among Pods that differ only in age, ages are compared on a logarithmic scale, and the uid decides
  /// inside a bucket (LogarithmicScaleDown, on by default since 1.22).
  var hasLogarithmicScaleDown: Bool { minor >= 22 }

  /// StatefulSets report availableReplicas (StatefulSetMinReadySeconds, on by default since 1.23).
  var hasStatefulSetAvailability: Bool { minor >= 23 }

  /// A StatefulSet's Pods carry their ordinal as a label (PodIndexLabel, on by default since 1.28).
  var hasPodIndexLabel: Bool { minor >= 28 }

  /// A StatefulSet's status is written even where its Pods could not be brought in line (1.24).
  var writesStatefulSetStatusOnError: Bool { minor >= 24 }

  /// Finished Pods of StatefulSets are replaced whether they failed or succeeded (1.28).
  var replacesSucceededStatefulPods: Bool { minor >= 28 }

  /// Autoscalers stop at an invalid metric only where that would scale down (1.21).
  var autoscalerRefusesPartialScaleDown: Bool { minor >= 21 }
}
