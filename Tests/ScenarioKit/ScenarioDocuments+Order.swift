import CEL

extension ScenarioDocuments {
  /// The same scenario with every list whose order means nothing turned round: objects, controllers,
  /// events, properties.
  package func reversed() -> ScenarioDocuments {
    var result = self
    result.objects.reverse()
    result.controllers.reverse()
    result.documents.reverse()
    for key in ["events", "properties"] {
      result.change(key) { .array(($0.array ?? []).reversed()) }
    }
    return result
  }

  /// The same scenario in which one object that one event may change is read by every declarative
  /// controller, without consequence: at the start of each reconcile where a condition holds.
  package func tied(readingWhen condition: String = "true") -> ScenarioDocuments {
    var result = self
    result.name = "\(name)-tied"
    let shared: JSONObject = ["apiVersion": "v1", "kind": "ConfigMap"]
    var object = shared
    object["metadata"] = ["name": "shared", "namespace": "shared"]
    object["data"] = ["mode": "old"]
    result.objects.append(object)
    result.controllers = controllers.map { entry in
      var entry = entry
      if let held = entry["namespaces"]?.array { entry["namespaces"] = .array(held + ["shared"]) }
      return entry
    }
    result.documents = documents.map { document in
      var document = document
      let look: JSONObject = [
        "id": "look",
        "when": .string(
          "(\(condition)) && "
            + "list('v1', 'ConfigMap', 'shared', {}).exists(c, c.data.mode == 'never')"),
        "patch": ["target": "object", "merge": ["metadata": ["labels": ["never": "never"]]]],
      ]
      let steps = document.at("spec", "steps")?.array ?? []
      document.set(.array([.object(look)] + steps), at: "spec", "steps")
      return document
    }
    var binding = shared
    binding["name"] = "shared"
    binding["namespace"] = "shared"
    let names = spec["names"]?.object?.entries ?? []
    result.spec["names"] = .object(
      JSONObject(names.map { ($0.key, $0.value) } + [("shared", .object(binding))]))
    let event: JSONObject = [
      "name": "change-what-is-shared",
      "patch": ["target": "shared", "merge": ["data": ["mode": "new"]]],
    ]
    result.spec["events"] = .array((spec["events"]?.array ?? []) + [.object(event)])
    return result
  }
}
