extension EndpointsController {
  static let documentation = BuiltinDocumentation(
    name: "endpoints",
    summary: "Lists the addresses of a Service's Pods in its Endpoints.",
    upstream: [
      "pkg/controller/endpoint/endpoints_controller.go", "pkg/api/v1/endpoints/util.go",
      "pkg/api/v1/pod/util.go", "staging/src/k8s.io/endpointslice/util/controller_utils.go",
    ],
    keys: [],
    creates: [.endpoints],
    modelled: [
      "ready and not ready addresses, publishNotReadyAddresses, terminating Pods",
      "finished Pods: left out since 1.22; before, those that may be restarted are not ready",
      "ports by number and by name, headless Services, hostnames, the family of addresses",
      "labels of the Service, service.kubernetes.io/headless, endpoints.kubernetes.io/managed-by "
        + "(1.33)",
      "Endpoints of a Service that is gone are deleted; since 1.33 those found at the start, too",
      "a Pod with an address and no node makes the API server refuse the whole update",
      "Pods get addresses from the built-in kubelet where its `node` binds them",
    ],
    leftOut: [
      "EndpointSlices, and the mirroring of Endpoints to them",
      "the annotation endpoints.kubernetes.io/last-change-trigger-time (a time), and the "
        + "resourceVersion that 1.20 put into targetRef",
      "the limit of 1,000 addresses", "the alpha annotation tolerate-unready-endpoints",
      "the look for Endpoints without a Service at the start, before 1.33",
      "the end of retries after 15 failures", "the order of subsets (upstream: by a hash)",
    ])
}
