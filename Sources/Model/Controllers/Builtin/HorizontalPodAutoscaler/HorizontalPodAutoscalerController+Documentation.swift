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
      "the ratio and its tolerance of 0.1 as IEEE doubles; tolerances of behavior (since 1.35)",
      "pending, never ready and unmeasured Pods damp a scale-up",
      "minReplicas, maxReplicas, at most max(2 × current, 4) a sync, the policies of behavior",
      "of behavior: stabilization windows (300 s for scaling down by default) and the periods of policies: how many "
        + "of the recommendations and scalings that it remembers have left them is a choice, older ones "
        + "before newer ones; a crash loses them",
      "several metrics: the greatest proposal; conditions, currentMetrics, lastScaleTime",
      "a sync every 15 s (a timer), and at once for a new autoscaler or spec",
      "a composition without Pods: all replicas are taken to be ready and measured",
    ],
    leftOut: [
      "events (kind Event)",
      "the window of 300 s for scaling down of an autoscaler without behavior: it has always passed",
      "the CPU initialization period (5 minutes) of each Pod has passed",
      "ContainerResource metrics",
      "the comparison with 1 ± tolerance of 1.33 and 1.34: up to 1.34 the difference from 1 is compared, which "
        + "matters where the ratio is just at the limit",
    ])
}
