import CEL

/// Where the text of an unknown input may become the name of an object without being known.
///
/// The API server, declarative controllers and the world do nothing with the name of such an object
/// but to compare it: they look it up, and check its form.
enum UnknownNames {
  /// Whether nobody in a scenario computes with names or depends on their order.
  ///
  /// Built-in controllers and processes may do either, and policies see names as text; so do the
  /// expressions in which `NameAnalysis` cannot exclude it, and lists come in the order of names.
  static func areOnlyCompared(in scenario: Scenario) -> Bool {
    guard scenario.symbols.contains(where: { $0.type == .string && $0.choices == nil }) else {
      return false
    }
    let isDeclarative = scenario.controllers.allSatisfy {
      if case .declarative = $0.source { true } else { false }
    }
    let hasPolicies = scenario.objects.contains { $0.kind == "ValidatingAdmissionPolicy" }
    guard isDeclarative, !hasPolicies else { return false }
    let use = ScenarioNameUse(scenario, names: [])
    let all = use.controllers + use.watches + use.properties
    return use.failures.isEmpty && !all.contains { $0.isOrderSensitive || !$0.failures.isEmpty }
  }

  /// The names that a scenario's own text gives: what its names, its events and its controllers
  /// speak of.
  static func known(in scenario: Scenario) -> [String] {
    var found = scenario.names.compactMap { $0.key?.name }
    for controller in scenario.controllers {
      guard case .declarative(let controller) = controller.source else { continue }
      found += [controller.primary.name].compactMap(\.self)
    }
    return found
  }

  /// A value as the name of an object of a kind; kinds whose names mean more keep it as it is.
  static func name(_ value: JSONValue, of kind: GroupKind, in run: SymbolicRun?) -> JSONValue {
    guard let run else { return value }
    guard areFree(kind) else {
      if case .string(let text) = value { run.noteKnownName(text) }
      return value
    }
    return run.name(value)
  }

  /// Whether the API server only checks the form of names of a kind and looks them up; custom
  /// resources' are such. (A Job writes its name into a label, a CronJob's must be shorter, a
  /// CustomResourceDefinition's and a Namespace's have a meaning.)
  private static func areFree(_ kind: GroupKind) -> Bool {
    switch kind.group {
    case "":
      [
        "ConfigMap", "Secret", "ServiceAccount", "PersistentVolumeClaim", "Pod", "Service",
      ].contains(kind.kind)
    case "apps": kind.kind == "Deployment"
    default: kind.group.contains(".") && !kind.group.hasSuffix("k8s.io")
    }
  }
}

extension JSONObject {
  /// Takes the name of this object, where it is not known, for a name (``UnknownNames``).
  mutating func takeName(in run: SymbolicRun?) {
    guard let run, run.takesNames, let name = metadata["name"] else { return }
    metadata["name"] = UnknownNames.name(
      name, of: GroupKind(apiVersion: apiVersion, kind: kind), in: run)
  }
}
