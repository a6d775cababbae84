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
        "what each running Pod uses, in percent of its request, truncated (Resource metrics with "
          + "averageUtilization); null or absent: no metrics"),
      .init(
        "averageValue", .quantity,
        "what each running Pod uses (Resource and Pods metrics with averageValue)"),
      .init(
        "value", .quantity,
        "the value of Object and External metrics"),
    ],
    creates: [],
    modelled: [
      "the ratio and its tolerance of 0.1 as IEEE doubles",
      "pending, never ready and unmeasured Pods damp a scale-up",
      "minReplicas, maxReplicas, at most max(2 × current, 4) a sync, the policies of behavior",
      "several metrics: the greatest proposal; conditions, currentMetrics, lastScaleTime",
      "a sync every 15 s (a timer), and at once for a new autoscaler or spec",
      "a composition without Pods: all replicas are taken to be ready and measured",
    ],
    leftOut: [
      "events (kind Event)",
      "memory of recommendations and scale events: stabilization windows have always passed, and "
        + "each sync begins the periods of behavior anew",
      "the CPU initialization period (5 minutes) of each Pod has passed",
      "ContainerResource metrics",
      "the per-autoscaler tolerance (alpha)",
    ])
}
