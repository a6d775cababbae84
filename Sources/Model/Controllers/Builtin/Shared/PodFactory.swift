internal import CEL

/// A Pod made from a template.
///
/// Follows pkg/controller/controller_utils.go (GetPodFromTemplate).
enum PodFactory {
  /// The Pod that a parent makes of a template: generated name, labels, annotations, finalizers
  /// and spec of the template, and a reference to the parent.
  static func make(from template: JSONObject, parent: JSONObject) -> JSONObject {
    var metadata: JSONObject = [
      "generateName": .string(prefix(parent.name)), "namespace": .string(parent.namespace),
      "ownerReferences": [.object(ControllerReference.make(to: parent))],
    ]
    for key in ["labels", "annotations", "finalizers"] {
      if let value = template.metadata[key], TemplateEquality.pruned(value) != nil {
        metadata[key] = value
      }
    }
    return [
      "apiVersion": "v1", "kind": "Pod", "metadata": .object(metadata),
      "spec": template["spec"] ?? .object(JSONObject()),
    ]
  }

  /// `name-`, or the name alone where that would be no valid name (getPodsPrefix).
  private static func prefix(_ name: String) -> String {
    name.utf8.count < 253 ? "\(name)-" : name
  }
}
