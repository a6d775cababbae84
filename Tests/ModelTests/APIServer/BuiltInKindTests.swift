import CEL
import Testing

@testable import Model

/// Rules of built-in kinds that the recordings (1.20) do not show.
@Suite struct BuiltInKindTests {
  private let cluster = ServerAndStore(resources: .builtIn(.standard))
  private let merge = "application/merge-patch+json"

  private func service(_ spec: JSONObject) -> JSONValue {
    ["apiVersion": "v1", "kind": "Service", "metadata": ["name": "s"], "spec": .object(spec)]
  }

  private func deployment(_ replicas: Int64) -> JSONValue {
    [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "d"],
      "spec": [
        "replicas": .int(replicas), "selector": ["matchLabels": ["app": "d"]],
        "template": [
          "metadata": ["labels": ["app": "d"]],
          "spec": ["containers": [["name": "c", "image": "i"]]],
        ],
      ],
    ]
  }

  @Test func servicesKeepTheirAddressInAPartialUpdate() {
    let path = "/api/v1/namespaces/default/services"
    let made = cluster.send("POST", path, service(["ports": [["port": 80]]]))
    #expect(made.code == 201)
    let put = cluster.send("PUT", path + "/s", service(["ports": [["port": 81]]]))
    #expect(put.code == 200)
    #expect(put.body.at("spec", "clusterIP") == made.body.at("spec", "clusterIP"))
    #expect(put.body.at("spec", "ipFamilies") == ["IPv4"])
  }

  @Test func writesThatChangeNothingAreNone() {
    let path = "/apis/apps/v1/namespaces/default/deployments"
    let made = cluster.send("POST", path, deployment(2))
    #expect(made.code == 201)
    let revision = cluster.store.revision
    let again = cluster.send("PUT", path + "/d", deployment(2))
    #expect(again.code == 200)
    #expect(again.changes.isEmpty)
    #expect(
      again.body.at("metadata", "resourceVersion") == made.body.at("metadata", "resourceVersion"))
    #expect(cluster.store.revision == revision)
    let unknown = cluster.send(
      "PATCH", path + "/d", ["spec": ["noSuchField": 1]], contentType: merge)
    #expect(unknown.changes.isEmpty)
  }

  @Test func templatesHaveNoEmptyTimes() {
    let made = cluster.send("POST", "/apis/apps/v1/namespaces/default/deployments", deployment(1))
    #expect(made.body.at("spec", "template", "metadata") == ["labels": ["app": "d"]])
  }

  @Test func statusHasItsOwnEndpoint() {
    let path = "/apis/apps/v1/namespaces/default/deployments"
    cluster.send("POST", path, deployment(2))
    let status: JSONValue = ["spec": ["replicas": 9], "status": ["replicas": 2]]
    let patched = cluster.send("PATCH", path + "/d/status", status, contentType: merge)
    #expect(patched.body.at("spec", "replicas") == 2)
    #expect(patched.body.at("status", "replicas") == 2)
    #expect(patched.body.at("metadata", "generation") == 1)
    // The main endpoint leaves the status alone, and nobody owns what is reset.
    let main = cluster.send(
      "PATCH", path + "/d", ["status": ["replicas": 7]], contentType: merge)
    #expect(main.changes.isEmpty)
  }

  @Test func scaleIsATrackedWrite() {
    let path = "/apis/apps/v1/namespaces/default/deployments"
    cluster.send("POST", path, deployment(2))
    let scale: JSONValue = [
      "apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": ["name": "d"],
      "spec": ["replicas": 5],
    ]
    let answer = cluster.send("PUT", path + "/d/scale", scale)
    #expect(answer.code == 200)
    #expect(answer.body["kind"] == "Scale")
    #expect(cluster.send("GET", path + "/d").body.at("spec", "replicas") == 5)
    #expect(answer.changes.count == 1)
  }

  @Test func podsAreDeletedInTwoSteps() {
    let path = "/api/v1/namespaces/default/pods"
    let pod: JSONValue = [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p"],
      "spec": ["nodeName": "n", "containers": [["name": "c", "image": "i"]]],
    ]
    cluster.send("POST", path, pod)
    let marked = cluster.send("DELETE", path + "/p")
    #expect(marked.changes.count == 1)
    #expect(marked.body.at("metadata", "deletionGracePeriodSeconds") == 30)
    let gone = cluster.send(
      "DELETE", path + "/p",
      ["apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0])
    #expect(gone.changes.map { $0.new == nil } == [false, true])
    #expect(cluster.send("GET", path + "/p").code == 404)
  }

  @Test func autoscalersConvertBetweenVersions() {
    let old: JSONValue = [
      "apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler",
      "metadata": ["name": "h"],
      "spec": [
        "maxReplicas": 4, "targetCPUUtilizationPercentage": 55,
        "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "d"],
      ],
    ]
    let base = "/namespaces/default/horizontalpodautoscalers"
    #expect(cluster.send("POST", "/apis/autoscaling/v1" + base, old).code == 201)
    let new = cluster.send("GET", "/apis/autoscaling/v2" + base + "/h").body
    let metric = new.at("spec", "metrics")?.array?.first
    #expect(metric?.at("resource", "target", "averageUtilization") == 55)
    let back = cluster.send("GET", "/apis/autoscaling/v1" + base + "/h").body
    #expect(back.at("spec", "targetCPUUtilizationPercentage") == 55)
    #expect(back.at("spec", "metrics") == nil)
  }

  @Test func jobsSelectTheirPodsByUID() {
    let job: JSONValue = [
      "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "j"],
      "spec": [
        "template": [
          "spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "i"]]]
        ]
      ],
    ]
    let made = cluster.send("POST", "/apis/batch/v1/namespaces/default/jobs", job).body
    let uid = made.at("metadata", "uid")
    #expect(made.at("metadata", "generation") == 1)
    #expect(
      made.at("spec", "selector", "matchLabels")
        == .object(["batch.kubernetes.io/controller-uid": uid ?? ""]))
    #expect(made.at("spec", "template", "metadata", "labels", "job-name") == "j")
  }

  @Test func applyTakesOwnershipOnlyWhereItMay() {
    let path = "/api/v1/namespaces/default/configmaps/a"
    func apply(_ manager: String, _ value: String, force: Bool = false) -> APIResponse {
      cluster.send(
        "PATCH", path,
        [
          "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a"],
          "data": ["k": .string(value)],
        ], contentType: PatchType.apply.rawValue,
        query: ["fieldManager": manager].merging(force ? ["force": "true"] : [:]) { $1 })
    }
    #expect(apply("one", "1").code == 201)
    #expect(apply("two", "1").code == 200)
    let conflict = apply("two", "2")
    #expect(conflict.code == 409)
    #expect(conflict.body.at("details", "causes")?.array?.count == 1)
    #expect(apply("two", "2", force: true).code == 200)
    #expect(apply("two", "2", force: true).changes.isEmpty)
  }

  @Test func evictionCountsReadyPodsOnly() {
    let pods = "/api/v1/namespaces/default/pods"
    let budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
    cluster.send(
      "POST", budgets,
      [
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": ["name": "b"],
        "spec": ["minAvailable": 1, "selector": ["matchLabels": ["app": "x"]]],
      ])
    cluster.send(
      "PATCH", budgets + "/b/status",
      [
        "status": [
          "observedGeneration": 1, "disruptionsAllowed": 1, "currentHealthy": 1,
          "desiredHealthy": 1,
        ]
      ], contentType: merge)
    for (name, ready) in [("r", "True"), ("u", "False"), ("s", "True")] {
      cluster.send(
        "POST", pods,
        [
          "apiVersion": "v1", "kind": "Pod",
          "metadata": ["name": .string(name), "labels": ["app": "x"]],
          "spec": ["nodeName": "n", "containers": [["name": "c", "image": "i"]]],
        ])
      cluster.send(
        "PATCH", pods + "/\(name)/status",
        [
          "status": [
            "phase": "Running", "conditions": [["type": "Ready", "status": .string(ready)]],
          ]
        ], contentType: merge)
    }
    func evict(_ name: String) -> APIResponse {
      cluster.send(
        "POST", pods + "/\(name)/eviction",
        [
          "apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": .string(name)],
        ])
    }
    let uncounted = evict("u")
    #expect(uncounted.code == 201)
    // The Pod is marked before it goes.
    #expect(uncounted.changes.count == 2)
    let mark = uncounted.changes[0].new?.at("status", "conditions")?.array?.last
    #expect(mark?["type"] == "DisruptionTarget" && mark?["reason"] == "EvictionByEvictionAPI")
    #expect(evict("r").changes.count == 3)
    let budget = cluster.send("GET", budgets + "/b").body
    #expect(budget.at("status", "disruptionsAllowed") == 0)
    let condition = budget.at("status", "conditions")?.array?.first
    #expect(condition?["type"] == "DisruptionAllowed" && condition?["status"] == "False")
    #expect(evict("s").code == 429)
  }

  @Test func statefulSetsMayMountTheirClaims() {
    let container: JSONObject = [
      "name": "c", "image": "i", "volumeMounts": [["name": "home", "mountPath": "/home"]],
    ]
    let template: JSONObject = [
      "metadata": ["labels": ["app": "s"]], "spec": ["containers": [.object(container)]],
    ]
    let spec: JSONObject = [
      "serviceName": "s", "selector": ["matchLabels": ["app": "s"]],
      "template": .object(template), "volumeClaimTemplates": [["metadata": ["name": "home"]]],
    ]
    let made = cluster.send(
      "POST", "/apis/apps/v1/namespaces/default/statefulsets",
      [
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": ["name": "s"],
        "spec": .object(spec),
      ])
    #expect(made.code == 201, "\(made.body.text)")
  }
}
