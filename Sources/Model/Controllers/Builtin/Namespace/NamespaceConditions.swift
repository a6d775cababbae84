internal import CEL

/// The conditions of a Namespace that is being deleted.
///
/// Follows pkg/controller/namespace/deletion/status_condition_utils.go.
struct NamespaceConditions {
  private var failures: [String] = []
  private var remaining: [String] = []
  private var finalizers: [(name: String, count: Int)] = []

  /// A kind's objects could not be deleted.
  mutating func addFailure(_ message: String) { failures.append(message) }

  /// So many objects of a kind are left, with these finalizers.
  mutating func addRemains(
    _ kind: NamespaceController.ListedKind, count: Int, finalizers names: [String]
  ) {
    guard count > 0 else { return }
    let group = GroupKind(apiVersion: kind.apiVersion, kind: kind.kind).group
    remaining.append("\(kind.plural).\(group) has \(count) resource instances")
    for name in names {
      if let index = finalizers.firstIndex(where: { $0.name == name }) {
        finalizers[index].count += 1
      } else {
        finalizers.append((name, 1))
      }
    }
  }

  /// The Namespace with its conditions brought up to date; nil where they are.
  func updated(_ namespace: JSONObject) -> JSONObject? {
    var conditions = ConditionList(of: namespace)
    var hasChanged = false
    for condition in all {
      guard let old = conditions[condition["type"]?.string ?? ""] else {
        conditions.append(condition)
        hasChanged = true
        continue
      }
      if ["status", "reason", "message"].allSatisfy({ old[$0] == condition[$0] }) { continue }
      var new = condition
      if old["status"] == condition["status"] {
        new["lastTransitionTime"] = old["lastTransitionTime"]
      }
      conditions.replace(new)
      hasChanged = true
    }
    guard hasChanged else { return nil }
    var changed = namespace
    changed.set(conditions.value, at: "status", "conditions")
    return changed
  }

  /// All five, in upstream's order.
  private var all: [JSONObject] {
    let content = "All content successfully removed"
    return [
      condition(
        "NamespaceDeletionDiscoveryFailure", nil, "ResourcesDiscovered",
        "All resources successfully discovered"),
      condition(
        "NamespaceDeletionGroupVersionParsingFailure", nil, "ParsedGroupVersions",
        "All legacy kube types successfully parsed"),
      condition(
        "NamespaceDeletionContentFailure",
        failures.isEmpty
          ? nil
          : (
            "ContentDeletionFailed",
            "Failed to delete all resource types, \(failures.count) remaining: "
              + failures.sorted().joined(separator: ", ")
          ), "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization"),
      condition(
        "NamespaceContentRemaining",
        remaining.isEmpty
          ? nil
          : (
            "SomeResourcesRemain",
            "Some resources are remaining: " + remaining.sorted().joined(separator: ", ")
          ), "ContentRemoved", content),
      condition(
        "NamespaceFinalizersRemaining",
        finalizers.isEmpty
          ? nil
          : (
            "SomeFinalizersRemain",
            "Some finalizers are remaining: "
              + finalizers.map { "\($0.name) in \($0.count) resource instances" }.sorted()
              .joined(separator: ", ")
          ), "ContentHasNoFinalizers", content),
    ]
  }

  /// A condition that is True with a cause, else False.
  private func condition(
    _ type: String, _ cause: (reason: String, message: String)?, _ reason: String,
    _ message: String
  ) -> JSONObject {
    [
      "type": .string(type), "status": cause == nil ? "False" : "True",
      "reason": .string(cause?.reason ?? reason), "message": .string(cause?.message ?? message),
      "lastTransitionTime": .string(ModelInstant.now),
    ]
  }
}
