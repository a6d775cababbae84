extension SchedulerController {
  static let documentation = BuiltinDocumentation(
    name: "scheduler",
    summary: "Binds Pods to nodes that take them: any of them.",
    upstream: [
      "pkg/scheduler/schedule_one.go",
      "pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go",
      "pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go",
      "pkg/scheduler/framework/plugins/nodeunschedulable/node_unschedulable.go",
      "pkg/scheduler/framework/plugins/noderesources/fit.go",
    ],
    keys: [],
    creates: [],
    modelled: [
      "filters: nodeSelector and required node affinity, taints, cordoned nodes, requests against "
        + "what nodes have (status.allocatable)",
      "every node that passes is a choice: no score decides",
      "the condition PodScheduled where no node does; scheduling gates (1.27)",
      "use it with `bound: \"true\"` on kubelet, which otherwise runs Pods without a node",
    ],
    leftOut: [
      "scores and preferences, Pod affinity, topology spread, ports, volumes, extended resources of "
        + "init containers, preemption and priorities, nominated nodes, several profiles"
    ])
}
