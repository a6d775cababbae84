import CEL
import Testing

@testable import Model

@Suite struct BuiltinControllersTests {
  @Test func everyNameIsDocumentedAndCanBeMade() throws {
    #expect(
      BuiltinControllers.names == [
        "cronjob", "daemonset", "deployment", "disruption", "endpoints", "garbagecollector",
        "horizontalpodautoscaler", "job", "kubelet", "namespace", "replicaset",
        "replicationcontroller", "scheduler",
        "statefulset",
      ])
    for name in BuiltinControllers.names {
      let controller = try BuiltinControllers.make(name, kinds: [.pod])
      #expect(controller.name == name)
      #expect(!controller.watches.isEmpty)
      let text = try #require(BuiltinControllers.documentation(name)).text
      #expect(text.hasPrefix("builtin: \(name)\n"))
      #expect(text.contains("pkg/"))
    }
  }

  @Test func unknownNamesAndKeysAreToldWithTheKnownOnes() {
    #expect(throws: BuiltinError.unknownName("deploymnt", known: BuiltinControllers.names)) {
      try BuiltinControllers.make("deploymnt", kinds: [])
    }
    #expect(
      throws: BuiltinError.unknownKey(
        "utilisation", of: "horizontalpodautoscaler",
        known: [
          "utilization", "averageValue", "value", "downscaleStabilization",
          "cpuInitializationPeriod", "initialReadinessDelay",
        ])
    ) {
      try BuiltinControllers.make(
        "horizontalpodautoscaler",
        with: BuiltinOptions(values: ["utilisation": { _, _ in 1 }]), kinds: [])
    }
  }

  @Test func hashesDependOnContentAndCollisions() {
    let template: JSONValue = ["a": 1, "b": "x"]
    let hash = TemplateHash.of(template, collisionCount: nil)
    #expect(hash == TemplateHash.of(["b": "x", "a": 1], collisionCount: nil))
    #expect(hash != TemplateHash.of(template, collisionCount: 1))
    #expect(hash != TemplateHash.of(["a": 2, "b": "x"], collisionCount: nil))
    #expect(hash.utf8.allSatisfy { "bcdfghjklmnpqrstvwxz2456789".utf8.contains($0) })
  }

  @Test func percentagesRoundAsUpstreamDoes() {
    #expect(IntOrPercent.scaled("25%", of: 10, rounding: .up) == 3)
    #expect(IntOrPercent.scaled("25%", of: 10, rounding: .down) == 2)
    #expect(IntOrPercent.scaled("34%", of: 7, rounding: .up) == 3)
    #expect(IntOrPercent.scaled(2, of: 7, rounding: .up) == 2)
    #expect(IntOrPercent.scaled("x", of: 7, rounding: .up) == nil)
  }

  @Test func templatesAreEqualButForTheHashLabel() {
    let left: JSONObject = ["metadata": ["labels": ["a": "b"]], "spec": ["volumes": []]]
    let right: JSONObject = [
      "metadata": ["labels": ["a": "b", "pod-template-hash": "x"], "creationTimestamp": .null]
    ]
    #expect(TemplateEquality.areEqual(left, right))
    #expect(!TemplateEquality.areEqual(left, ["metadata": ["labels": ["a": "c"]]]))
  }
}
