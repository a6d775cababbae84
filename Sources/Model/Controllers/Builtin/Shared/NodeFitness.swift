internal import CEL

/// Whether a node takes a Pod, as far as labels, fields and taints tell.
///
/// Follows staging/src/k8s.io/component-helpers/scheduling/corev1/{helpers.go,
/// nodeaffinity/nodeaffinity.go} and staging/src/k8s.io/api/core/v1/toleration.go.
struct NodeFitness {
  let node: JSONObject

  init(_ node: JSONObject) { self.node = node }

  /// Whether the Pod's `nodeSelector` and required node affinity accept the node
  /// (RequiredNodeAffinity.Match).
  func matchesAffinity(of podSpec: JSONObject) -> Bool {
    for entry in podSpec["nodeSelector"]?.object?.entries ?? []
    where node.labels[entry.key] != entry.value { return false }
    let required = podSpec.at(
      "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    guard let required else { return true }
    // One term is enough; one without requirements accepts nothing.
    return (required["nodeSelectorTerms"]?.array ?? []).contains { term in
      let expressions = term["matchExpressions"]?.array ?? []
      let fields = term["matchFields"]?.array ?? []
      return expressions.count + fields.count > 0 && expressions.allSatisfy(matchesLabel)
        && fields.allSatisfy(matchesField)
    }
  }

  private func matchesLabel(_ expression: JSONValue) -> Bool {
    let operators: [String: LabelSelector.Operator] = [
      "In": .in, "NotIn": .notIn, "Exists": .exists, "DoesNotExist": .doesNotExist,
      "Gt": .greaterThan, "Lt": .lessThan,
    ]
    guard let key = expression["key"]?.string,
      let test = operators[expression["operator"]?.string ?? ""]
    else { return false }
    let values = (expression["values"]?.array ?? []).compactMap(\.string)
    return LabelSelector.Requirement(key, test, values).matches(node.labels)
  }

  /// The only field is `metadata.name`, with In or NotIn one value.
  private func matchesField(_ expression: JSONValue) -> Bool {
    let values = (expression["values"]?.array ?? []).compactMap(\.string)
    guard expression["key"] == "metadata.name", values.count == 1 else { return false }
    switch expression["operator"]?.string {
    case "In": return values[0] == node.name
    case "NotIn": return values[0] != node.name
    default: return false
    }
  }

  /// Whether every taint with one of these effects is tolerated (FindMatchingUntoleratedTaint).
  func isTolerated(by tolerations: [JSONValue], effects: [String]) -> Bool {
    (node.at("spec", "taints")?.array ?? []).allSatisfy { taint in
      !effects.contains(taint["effect"]?.string ?? "")
        || tolerations.contains { Self.tolerates($0, taint) }
    }
  }

  /// ToleratesTaint.
  private static func tolerates(_ toleration: JSONValue, _ taint: JSONValue) -> Bool {
    func text(_ value: JSONValue, _ key: String) -> String { value[key]?.string ?? "" }
    let effect = text(toleration, "effect")
    let key = text(toleration, "key")
    guard effect.isEmpty || effect == text(taint, "effect"),
      key.isEmpty || key == text(taint, "key")
    else { return false }
    switch text(toleration, "operator") {
    case "", "Equal": return text(toleration, "value") == text(taint, "value")
    case "Exists": return true
    default: return false
    }
  }
}
