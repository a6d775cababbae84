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
    ],
    creates: [],
    modelled: [
      "the ratio and its tolerance of 0.1 as IEEE doubles, compared as 1 ± 0.1 since 1.33; tolerances of "
        + "behavior (since 1.35)",
      "pending, never ready and unmeasured Pods damp a scale-up; Resource, ContainerResource (1.27), Pods, Object "
        + "and External metrics",
      "minReplicas, maxReplicas, at most max(2 × current, 4) a sync, the policies of behavior",
      "stabilization windows, of behavior or else 300 s for scaling down, and the periods of policies: how many "
        + "of the recommendations and scalings that it remembers have left them is a choice, older ones "
        + "before newer ones; a crash loses them",
      "without behavior it scales up, too, to a higher recommendation of the window, as upstream: that one "
        + "counts in as many syncs as fit into the window",
      "two autoscalers of one target whose Pods are there refuse to look at metrics (AmbiguousSelector, since 1.27), "
        + "and go on to enforce their ranges",
      "several metrics: the greatest proposal; conditions, currentMetrics, lastScaleTime",
      "a sync every 15 s (a timer), and at once for a new autoscaler or spec",
      "a composition without Pods: all replicas are taken to be ready and measured",
    ],
    leftOut: [
      "events (kind Event)",
      "the CPU initialization period (5 minutes) of each Pod has passed: in it Pods damp scaling up further",
      "of AmbiguousSelector: overlapping Pods of different targets; a restart, after which upstream does not know "
        + "autoscalers before they have looked at metrics again",
    ])
}
