internal import CEL

/// CustomResourceDefinitions themselves.
///
/// Follows staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition/
/// strategy.go. The controllers inside the API server that accept the names and establish the
/// definition (pkg/controller/{status,establish}) do their work at creation.
struct CustomResourceDefinitionStrategy: Strategy {
  var hasStatus: Bool { true }
  func generationRule(_ version: KubernetesVersion) -> GenerationRule { .spec }

  func decode(_ object: JSONObject, _ context: StrategyContext) throws(APIError) -> JSONObject {
    object
  }

  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext) {
    object.edit("spec") { spec in
      spec.edit("names") { names in
        let kind = names["kind"]?.string ?? ""
        names.setDefault("singular", .string(kind.lowercased()))
        names.setDefault("listKind", .string(kind + "List"))
      }
      spec.setDefault("conversion", ["strategy": "None"])
    }
  }

  func prepareForCreate(_ object: inout JSONObject, _ context: StrategyContext) {
    object.generation = 1
    let versions = (object.at("spec", "versions")?.array ?? []).filter { $0["storage"] == true }
    func condition(_ type: String, _ reason: String, _ message: String) -> JSONValue {
      [
        "type": .string(type), "status": "True", "lastTransitionTime": .string(context.now),
        "reason": .string(reason), "message": .string(message),
      ]
    }
    object["status"] = [
      "conditions": [
        condition("NamesAccepted", "NoConflicts", "no conflicts found"),
        condition(
          "Established", "InitialNamesAccepted", "the initial names have been accepted"),
      ],
      "acceptedNames": object.at("spec", "names") ?? [:],
      "storedVersions": .array(versions.compactMap { $0["name"] }),
    ]
  }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    DefinitionValidation.validate(object)
  }
}
