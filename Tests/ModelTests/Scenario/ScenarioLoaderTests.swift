import CEL
import Model
import Testing

/// Scenarios: what is accepted, and what is said of the rest.
struct ScenarioLoaderTests {
  @Test func `every field arrives`() throws {
    let result = load(
      spec: """
          interleaving: reconcile
          time: anytime
          kubernetesVersion: "1.30"
          objects:
          - apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: "${load}"
              selector: {matchLabels: {a: b}}
              template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}
          - {apiVersion: v1, kind: Node, metadata: {name: one}}
          controllers:
          - builtin: deployment
          - {builtin: kubelet, name: slow, with: {fail: 1, succeed: "load > 1"}}
          names:
            web: {apiVersion: apps/v1, kind: Deployment, name: web}
            pods: {apiVersion: v1, kind: Pod, list: true, labels: {b: x1, a: y1}}
          symbols:
          - {name: load, type: int, min: 1, max: 3}
          assume: [load != 2]
          variables:
          - {name: twice, expression: load * 2}
          - {name: current, expression: web.spec.replicas + variables.twice}
          events:
          - {name: remove, times: 2, when: web != null, delete: {target: web, propagationPolicy: Orphan}}
          - {name: grow, scale: {target: web, replicas: variables.current}}
          - {name: edit, patch: {target: web, merge: {spec: {paused: true}}}}
          faults:
            crash: {times: 3}
            staleReads: {controllers: [slow], lag: 2, relist: true}
          bounds: {states: 1000}
          properties:
          - {name: a, always: "old.web == null || web != null", when: old.web != null}
          - {name: c, converges: true}
          - {name: d, confluent: {ignore: ['Deployment/web:metadata.annotations["a.b/c"].d'], acrossEvents: true}}
          - {name: e, never: {by: slow, verb: delete, on: Pod}}
          - {name: f, leadsTo: {from: web == null, to: size(pods) == 0}, message: text}

        """)
    #expect(result.places.isEmpty)
    let scenario = try #require(result.scenarios.first)
    #expect(scenario.interleaving == .reconcile)
    #expect(scenario.time == .anytime)
    #expect(scenario.kubernetesVersion == "1.30")
    #expect(scenario.objects.map(\.key?.description) == ["Deployment/web", "Node/one"])
    #expect(scenario.objects.map(\.key?.namespace) == ["default", ""])
    #expect(
      scenario.objects[0].template.node(at: "metadata", "namespace")?.literalString == "default")
    #expect(scenario.controllers.map(\.name) == ["deployment", "slow"])
    #expect(scenario.symbols[0].values == [1, 2, 3])
    #expect(scenario.assume.map(\.source) == ["load != 2"])
    #expect(scenario.events.map(\.times) == [2, 1, 1])
    #expect(scenario.faults.crash?.controllers == ["deployment", "slow"])
    #expect(scenario.faults.staleReads?.lag == 2)
    #expect(scenario.bounds.states == 1000)
    #expect(
      scenario.properties.map(\.kindName) == [
        "always", "converges", "confluent", "never", "leadsTo",
      ])
    guard case .confluent(let ignore, true) = scenario.properties[2].claim else {
      Issue.record("not confluent")
      return
    }
    #expect(ignore.map(\.path) == [["metadata", "annotations", "a.b/c", "d"]])
    guard case .list(nil, let labels) = scenario.names[1].target else {
      Issue.record("not a list")
      return
    }
    #expect(labels.selector == "a=y1,b=x1")
  }

  /// Each mistake gives its findings and no others.
  @Test(arguments: [
    ("  propertys: []", ["5:3 KV0301"]), ("  time: fairly", ["5:9 KV0305"]),
    ("  kubernetesVersion: 1.30", ["5:22 KV0302"]), ("  kubernetesVersion: '1.37'", []),
    ("  kubernetesVersion: '1.38'", ["5:22 KV0305"]), ("  bounds: {states: 0}", ["5:20 KV0305"]),
    ("  objects: {}", ["5:12 KV0302"]), ("  objects: [x]", ["5:13 KV0302"]),
    ("  objects: [{apiVersion: v1, kind: ConfigMap}]", ["5:13 KV0410"]),
    (
      "  objects: [{apiVersion: v1, kind: Node, metadata: {name: a, namespace: x}}]",
      ["5:73 KV0409"]
    ),
    ("  objects: [{apiVersion: v2, kind: Pod, metadata: {name: one}}]", ["5:26 KV0403"]),
    (
      "  names: {on: {apiVersion: v1, kind: Pod, name: p}, if: {apiVersion: v1, kind: Pod, name: p}}",
      ["5:53 KV0308"]
    ),
    ("  names: {x: {apiVersion: v1, kind: Pod}}", ["5:14 KV0303"]),
    ("  names: {x: {apiVersion: v1, kind: Pod, name: p, labels: {a: b}}}", ["5:51 KV0309"]),
    ("  symbols: [{name: x, type: bool}, {name: x, type: bool}]", ["5:43 KV0306"]),
    ("  symbols: [{name: x, type: int, in: [1, a]}]", ["5:42 KV0302"]),
    ("  symbols: [{name: x, type: int, min: 3, max: 1}]", ["5:42 KV0305"]),
    ("  properties: [{name: p, converges: true, when: 'true'}]", ["5:43 KV0309"]),
    ("  properties: [{name: p, converges: false}]", ["5:37 KV0305"]),
    ("  properties: [{name: p, sometimes: old.x == null}]", ["5:37 KV0502"]),
    ("  properties: [{name: p, always: 'true'}, {name: p, never: 'false'}]", ["5:50 KV0306"]),
    ("  properties: [{name: p, confluent: {ignore: [Secret]}}]", ["5:47 KV0305"]),
    ("  controllers: [{builtin: deployment}, {builtin: deployment}]", []),
    ("  controllers: [{builtin: deployment, file: x.yaml}]", ["5:39 KV0304"]),
    ("  controllers: [{}]", ["5:17 KV0304"]),
    ("  events: [{name: e}]", ["5:12 KV0304"]),
    ("  events: [{name: e, evict: {apiVersion: v1, kind: Node, name: one}}]", ["5:29 KV0305"]),
    ("  assume: ['1']", ["5:13 KV0504"]),
    ("  variables: [{name: v, expression: w}, {name: w, expression: '1'}]", ["5:37 KV0502"]),
    ("  faults: {crash: {controllers: [x]}}", ["5:34 KV0404"]),
    ("  objects: [{file: nope.yaml}]", ["5:20 KV0201"]),
    ("  objects: [{file: 'nope/*.yaml'}]", ["5:20 KV0203"]),
    ("  objects: [{file: scenario.yaml}]", ["5:20 KV0204"]),
  ])
  func `a mistake is found once and at its place`(spec: String, places: [String]) {
    let result = load(spec: spec + "\n")
    let errors = result.diagnostics.filter { $0.severity == .error }
    #expect(
      errors.map { "\($0.location.line):\($0.location.column) \($0.code)" } == places)
    #expect(result.scenarios.isEmpty == !places.isEmpty)
  }

  @Test func `kinds come from CRDs, whatever the order`() {
    let crd = """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: foos.example.com}
      spec:
        group: example.com
        scope: Cluster
        names: {kind: Foo, plural: foos}
        versions:
        - {name: v1alpha1, served: false, storage: false, schema: {openAPIV3Schema: {type: object}}}
        - {name: v1beta1, served: true, storage: false, schema: {openAPIV3Schema: {type: object}}}
        - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}

      """
    let spec = """
        objects:
        - {apiVersion: example.com/v1beta1, kind: Foo, metadata: {name: f}}
        - {file: crds/*.yaml}
        names: {f: {apiVersion: example.com/v1, kind: Foo, name: f}}
        properties: [{name: p, always: f != null}]

      """
    let result = load(spec: spec, ["crds/foo.yaml": crd])
    #expect(result.places.isEmpty)
    #expect(result.scenarios.first?.names.first?.key?.namespace == "")
    #expect(
      result.scenarios.first?.kinds[GroupKind(group: "example.com", kind: "Foo")]?.versions == [
        "v1", "v1beta1",
      ])
    let wrong = load(spec: spec.replacing("v1beta1", with: "v1alpha1"), ["crds/foo.yaml": crd])
    #expect(wrong.places == ["6:18 KV0403"])
  }

  @Test func `controllers come from included files and from beside the scenario`() {
    func controller(_ name: String) -> String {
      "apiVersion: kverify.dev/v1alpha1\nkind: Controller\nmetadata: {name: \(name)}\nspec:\n"
        + "  for: {apiVersion: v1, kind: ConfigMap}\n  steps: [{id: s, status: {x: 1}}]\n"
    }
    let result = load(
      spec:
        "  controllers: [{name: b}, {file: more.yaml}, {name: here}]\n  properties: [{name: p, converges: true}]\n---\n"
        + controller("here"),
      ["more.yaml": controller("a") + "---\n" + controller("b")])
    #expect(result.places.isEmpty)
    #expect(result.scenarios.first?.controllers.map(\.name) == ["b", "a", "here"])
    let unused = load(
      spec: "  properties: [{name: p, converges: true}]\n---\n" + controller("here"))
    #expect(unused.places == ["7:1 KV0411"])
  }

  @Test func `variables that read live objects stay out of templates`() {
    let result = load(
      spec: """
          names: {c: {apiVersion: v1, kind: ConfigMap, name: c}}
          variables: [{name: live, expression: c.data}, {name: fixed, expression: "1"}]
          objects:
          - {apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: "${variables.live}", b: "${variables.fixed}"}}

        """)
    #expect(result.places == ["8:73 KV0502"])
  }

  @Test func `a symbol is enumerable up to 64 values`() throws {
    func values(_ symbol: String) throws -> Int? {
      let result = load(
        spec: "  symbols: [{name: x, \(symbol)}]\n  properties: [{name: p, converges: true}]\n")
      return try #require(result.scenarios.first).symbols[0].values?.count
    }
    #expect(try values("type: int, min: 0, max: 63") == 64)
    #expect(try values("type: int, min: 0, max: 64") == nil)
    #expect(try values("type: int, min: -9223372036854775808, max: 9223372036854775807") == nil)
    #expect(try values("type: int") == nil)
    #expect(try values("type: bool") == 2)
    #expect(try values("type: string, in: [a, b, c]") == 3)
  }

  @Test(arguments: [
    ("*.yaml", "a.yaml", true), ("*.yaml", "b/a.yaml", false), ("**/*.yaml", "a.yaml", true),
    ("**/*.yaml", "b/c/a.yaml", true), ("b/**", "b/c/d", true), ("?.yaml", "ab.yaml", false),
    ("a*b*c", "aXbYbZc", true), ("a*b*c", "aXbYbZ", false), ("**/**/x", "x", true),
  ])
  func `patterns`(pattern: String, path: String, matches: Bool) {
    #expect(SourcePath.matches(pattern, path) == matches)
  }

  @Test func `paths are joined and cleaned`() {
    #expect(SourcePath.join("a/b", "../c.yaml") == "a/c.yaml")
    #expect(SourcePath.join(".", "./x/./y") == "x/y")
    #expect(SourcePath.join("/a", "../../b") == "/../b")
    #expect(SourcePath.join("a", "/b/c") == "/b/c")
    #expect(SourcePath.folder(of: "a.yaml") == ".")
  }
}
