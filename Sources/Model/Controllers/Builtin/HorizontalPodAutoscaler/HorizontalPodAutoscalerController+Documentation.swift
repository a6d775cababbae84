extension HorizontalPodAutoscalerController {
  static let documentation = BuiltinDocumentation(
    name: "horizontalpodautoscaler",
    summary: "Scales a target through its /scale subresource by what the metrics say.",
    upstream: [
      "pkg/controller/podautoscaler/horizontal.go",
      "pkg/controller/podautoscaler/replica_calculator.go",
      "pkg/controller/podautoscaler/metrics/utilization.go",
    ],
    keys: [
      .init(
        "utilization", .int,
        "what each running Pod uses, in percent of its request, truncated (Resource and ContainerResource "
          + "metrics with averageUtilization); null or absent: no metrics"),
      .init(
        "averageValue", .quantity,
        "what each running Pod uses (Resource, ContainerResource and Pods metrics with averageValue)"
      ),
      .init(
        "value", .quantity,
        "the value of Object and External metrics"),
      .init(
        "downscaleStabilization", .int,
        "seconds for which the highest recommendation counts where behavior does not say (300 without it); 0: "
          + "none, as with --horizontal-pod-autoscaler-downscale-stabilization=0s"),
      .init(
        "cpuInitializationPeriod", .int,
        "seconds after its start in which a Pod that is not ready, or was not measured since it is, does not count "
          + "(300 without it; of the cpu only); 0: none, as with --horizontal-pod-autoscaler-cpu-initialization-period=0s"
      ),
      .init(
        "initialReadinessDelay", .int,
        "seconds after its start until which a Pod that is not ready counts as never ready (30 without it); 0: none"
      ),
    ],
    creates: [],
    modelled: [
      "the ratio and its tolerance of 0.1 as IEEE doubles, compared as 1 ± 0.1 since 1.33; tolerances of "
        + "behavior (since 1.35)",
      "the CPU initialization period and the first sample of each Pod: whether they have passed is a choice at each "
        + "sync, until they have; where nothing else changes they have at the next one, and a crash forgets it",
      "pending, never ready, just started and unmeasured Pods damp a scale-up; Resource, ContainerResource (1.27), Pods, Object "
        + "and External metrics",
      "minReplicas, maxReplicas, at most max(2 × current, 4) a sync, the policies of behavior",
      "stabilization windows, of behavior or else 300 s for scaling down, and the periods of policies: how many "
        + "of the recommendations and scalings that it remembers have left them is a choice, older ones "
        + "before newer ones; a crash loses them",
      "without behavior it scales up, too, to a higher recommendation of the window, as upstream: that one "
        + "counts in as many syncs as fit into the window",
      "two autoscalers whose targets have a Pod in common refuse to look at metrics (AmbiguousSelector, since 1.27), "
        + "and go on to enforce their ranges",
      "several metrics: the greatest proposal; conditions, currentMetrics, lastScaleTime",
      "a sync every 15 s (a timer), and at once for a new autoscaler or spec",
      "a composition without Pods: all replicas are taken to be ready and measured",
    ],
    leftOut: [
      "events (kind Event)",
      "lengths of cpuInitializationPeriod and initialReadinessDelay but 0 and others: readiness changes at a Pod's start, "
        + "or long after it",
      "of AmbiguousSelector: a restart, after which upstream does not know autoscalers before they have looked at "
        + "metrics again",
    ])
}
