internal import CEL

/// The kinds that every API server serves, as far as scenarios meet them.
///
/// Names, versions and subresources as pkg/registry/*/rest/storage_*.go install them.
enum BuiltInResources {
  static func all(_ version: KubernetesVersion) -> [Resource] {
    core(version) + workloads(version) + policies(version) + others(version)
  }

  private static func core(_ version: KubernetesVersion) -> [Resource] {
    let podFields = [
      "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
      "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName",
    ]
    return [
      Resource(
        "", ["v1"], "Pod", "pods", shortNames: ["po"],
        subresources: ["status", "eviction", "binding", "ephemeralcontainers"],
        selectableFields: podFields, strategy: PodStrategy()),
      Resource(
        "", ["v1"], "ConfigMap", "configmaps", shortNames: ["cm"], strategy: ConfigMapStrategy()),
      Resource(
        "", ["v1"], "Secret", "secrets", selectableFields: ["type"], strategy: SecretStrategy()),
      Resource(
        "", ["v1"], "Service", "services", shortNames: ["svc"], subresources: ["status"],
        hasDeleteCollection: version.servicesHaveDeleteCollection,
        selectableFields: version.servicesHaveFieldSelectors
          ? ["spec.clusterIP", "spec.type"] : [],
        strategy: ServiceStrategy()),
      Resource(
        "", ["v1"], "Endpoints", "endpoints", shortNames: ["ep"], strategy: EndpointsStrategy()),
      Resource(
        "", ["v1"], "ServiceAccount", "serviceaccounts", shortNames: ["sa"],
        strategy: PlainStrategy("ServiceAccount", returnsDeleted: true)),
      Resource(
        "", ["v1"], "Namespace", "namespaces", shortNames: ["ns"], isNamespaced: false,
        subresources: ["status", "finalize"], hasDeleteCollection: false,
        selectableFields: ["status.phase"], strategy: NamespaceStrategy()),
      Resource(
        "", ["v1"], "Node", "nodes", shortNames: ["no"], isNamespaced: false,
        subresources: ["status"], selectableFields: ["spec.unschedulable"],
        strategy: NodeStrategy()),
      Resource(
        "", ["v1"], "PersistentVolumeClaim", "persistentvolumeclaims", shortNames: ["pvc"],
        subresources: ["status"], strategy: VolumeClaimStrategy()),
      Resource(
        "", ["v1"], "PersistentVolume", "persistentvolumes", shortNames: ["pv"],
        isNamespaced: false, subresources: ["status"],
        strategy: PlainStrategy(hasStatus: true, returnsDeleted: true)),
      Resource(
        "", ["v1"], "ReplicationController", "replicationcontrollers", shortNames: ["rc"],
        subresources: ["status", "scale"], selectableFields: ["status.replicas"],
        strategy: ReplicationControllerStrategy()),
      Resource(
        "", ["v1"], "ResourceQuota", "resourcequotas", shortNames: ["quota"],
        subresources: ["status"], strategy: PlainStrategy(hasStatus: true, returnsDeleted: true)),
      Resource(
        "", ["v1"], "LimitRange", "limitranges", shortNames: ["limits"], strategy: PlainStrategy()),
      Resource(
        "", ["v1"], "Event", "events", shortNames: ["ev"],
        selectableFields: [
          "involvedObject.kind", "involvedObject.namespace", "involvedObject.name",
          "involvedObject.uid", "reason", "type", "source", "reportingComponent",
        ], strategy: PlainStrategy(propagation: .unsupported)),
    ]
  }

  private static func workloads(_ version: KubernetesVersion) -> [Resource] {
    [
      Resource(
        "apps", ["v1"], "Deployment", "deployments", shortNames: ["deploy"],
        subresources: ["status", "scale"], strategy: DeploymentStrategy()),
      Resource(
        "apps", ["v1"], "ReplicaSet", "replicasets", shortNames: ["rs"],
        subresources: ["status", "scale"], selectableFields: ["status.replicas"],
        strategy: ReplicaSetStrategy()),
      Resource(
        "apps", ["v1"], "StatefulSet", "statefulsets", shortNames: ["sts"],
        subresources: ["status", "scale"], strategy: StatefulSetStrategy()),
      Resource(
        "apps", ["v1"], "DaemonSet", "daemonsets", shortNames: ["ds"], subresources: ["status"],
        strategy: DaemonSetStrategy()),
      Resource(
        "apps", ["v1"], "ControllerRevision", "controllerrevisions",
        strategy: ControllerRevisionStrategy()),
      Resource(
        "batch", ["v1"], "Job", "jobs", subresources: ["status"],
        selectableFields: ["status.successful"], strategy: JobStrategy()),
      Resource(
        "batch", version.cronJobsAreStable ? ["v1", "v1beta1"] : ["v1beta1"],
        "CronJob", "cronjobs", shortNames: ["cj"], subresources: ["status"],
        strategy: CronJobStrategy()),
      Resource(
        "autoscaling",
        version.autoscalersAreStable
          ? ["v2", "v1"] : ["v2beta2", "v1", "v2beta1"],
        "HorizontalPodAutoscaler", "horizontalpodautoscalers", shortNames: ["hpa"],
        subresources: ["status"], strategy: AutoscalerStrategy()),
    ]
  }

  private static func policies(_ version: KubernetesVersion) -> [Resource] {
    let isOld = !version.policiesAreStable
    return [
      Resource(
        "policy", isOld ? ["v1beta1"] : ["v1"], "PodDisruptionBudget", "poddisruptionbudgets",
        shortNames: ["pdb"], subresources: ["status"], strategy: DisruptionBudgetStrategy()),
      Resource(
        "rbac.authorization.k8s.io", ["v1"], "Role", "roles",
        strategy: PlainStrategy(nameRule: .path)),
      Resource(
        "rbac.authorization.k8s.io", ["v1"], "RoleBinding", "rolebindings",
        strategy: PlainStrategy(nameRule: .path)),
      Resource(
        "rbac.authorization.k8s.io", ["v1"], "ClusterRole", "clusterroles", isNamespaced: false,
        strategy: PlainStrategy(nameRule: .path)),
      Resource(
        "rbac.authorization.k8s.io", ["v1"], "ClusterRoleBinding", "clusterrolebindings",
        isNamespaced: false, strategy: PlainStrategy(nameRule: .path)),
      Resource(
        "networking.k8s.io", ["v1"], "NetworkPolicy", "networkpolicies", shortNames: ["netpol"],
        strategy: PlainStrategy(generation: .spec)),
      Resource(
        "networking.k8s.io", ["v1"], "Ingress", "ingresses", shortNames: ["ing"],
        subresources: ["status"], strategy: PlainStrategy(hasStatus: true, generation: .spec)),
      Resource(
        "networking.k8s.io", ["v1"], "IngressClass", "ingressclasses", isNamespaced: false,
        strategy: PlainStrategy(generation: .spec)),
    ]
  }

  private static func others(_ version: KubernetesVersion) -> [Resource] {
    [
      Resource(
        "coordination.k8s.io", ["v1"], "Lease", "leases", strategy: PlainStrategy("Lease")),
      Resource(
        "discovery.k8s.io", version.endpointSlicesAreStable ? ["v1"] : ["v1beta1"],
        "EndpointSlice", "endpointslices", strategy: PlainStrategy()),
      Resource(
        "events.k8s.io", ["v1"], "Event", "events",
        strategy: PlainStrategy(propagation: .unsupported)),
      Resource(
        "storage.k8s.io", ["v1"], "StorageClass", "storageclasses", shortNames: ["sc"],
        isNamespaced: false, strategy: PlainStrategy(returnsDeleted: true)),
      Resource(
        "storage.k8s.io", ["v1"], "VolumeAttachment", "volumeattachments", isNamespaced: false,
        subresources: ["status"], strategy: PlainStrategy(hasStatus: true, returnsDeleted: true)),
      Resource(
        "scheduling.k8s.io", ["v1"], "PriorityClass", "priorityclasses", shortNames: ["pc"],
        isNamespaced: false, strategy: PlainStrategy()),
      Resource(
        "apiextensions.k8s.io", ["v1"], "CustomResourceDefinition", "customresourcedefinitions",
        shortNames: ["crd", "crds"], isNamespaced: false, subresources: ["status"],
        strategy: CustomResourceDefinitionStrategy()),
      Resource(
        "apiregistration.k8s.io", ["v1"], "APIService", "apiservices", isNamespaced: false,
        subresources: ["status"], strategy: PlainStrategy(hasStatus: true)),
      Resource(
        "admissionregistration.k8s.io", ["v1"], "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations", isNamespaced: false,
        strategy: PlainStrategy(generation: .spec)),
      Resource(
        "admissionregistration.k8s.io", ["v1"], "MutatingWebhookConfiguration",
        "mutatingwebhookconfigurations", isNamespaced: false,
        strategy: PlainStrategy(generation: .spec)),
      Resource(
        "admissionregistration.k8s.io", ["v1"], "ValidatingAdmissionPolicy",
        "validatingadmissionpolicies", isNamespaced: false, subresources: ["status"],
        strategy: PlainStrategy(hasStatus: true, generation: .spec)),
      Resource(
        "admissionregistration.k8s.io", ["v1"], "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings", isNamespaced: false,
        strategy: PlainStrategy(generation: .spec)),
      Resource(
        "certificates.k8s.io", ["v1"], "CertificateSigningRequest", "certificatesigningrequests",
        shortNames: ["csr"], isNamespaced: false, subresources: ["status", "approval"],
        selectableFields: ["spec.signerName"], strategy: PlainStrategy(hasStatus: true)),
    ]
  }
}
