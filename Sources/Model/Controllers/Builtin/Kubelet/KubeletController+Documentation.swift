extension KubeletController {
  static let documentation = BuiltinDocumentation(
    name: "kubelet",
    summary: "Runs Pods: they become ready, may fail or succeed, and are gone once deleted.",
    upstream: [
      "pkg/kubelet/status/status_manager.go", "pkg/kubelet/status/generate.go",
      "pkg/kubelet/kubelet_pods.go",
    ],
    keys: [
      .init("fail", .int, "how many times in a run a Pod may fail (phase Failed)"),
      .init(
        "succeed", .bool,
        "whether the Pod of the request ends with success now (unless restartPolicy is Always)"),
      .init(
        "unready", .int, "how many times in a run a ready Pod may become not ready for a while"),
      .init(
        "node", .string,
        "binds Pods without a node to this one first; without it they run unscheduled, and a DELETE "
          + "removes them at once"),
      .init("bound", .bool, "runs only Pods that are on a node: a scheduler binds them"),
      .init("pods", .counted, "Pods are numbers: see builtin replicaset"),
    ],
    creates: [],
    modelled: [
      "phase Running with Ready and ContainersReady in one write of /status",
      "terminating Pods are deleted without grace, on condition of the uid",
      "where there are Services, Pods on a node get an address: all the same one",
      "fail and unready happen at a step of a Pod or at its timer, each a choice",
    ],
    leftOut: [
      "containers, probes, images, volumes, nodes",
      "the steps between Pending and Running", "the restarts of a container",
    ])
}
