internal import CEL

/// What a ControllerRevision holds: a Pod template, as the patch that brings it back.
///
/// Follows pkg/controller/{statefulset/stateful_set_utils,daemon/update}.go (getPatch, Match,
/// ApplyRevision).
enum TemplateRevision {
  /// The template of an object, as what replaces the one of a later time.
  static func data(of object: JSONObject) -> JSONValue {
    var template = object.at("spec", "template")?.object ?? JSONObject()
    template["$patch"] = "replace"
    return TemplateEquality.pruned(["spec": ["template": .object(template)]]) ?? .null
  }

  /// Whether a revision holds these data.
  static func holds(_ revision: JSONObject, _ data: JSONValue) -> Bool {
    revision["data"].flatMap(TemplateEquality.pruned) == data
  }

  /// The template that a revision holds.
  static func template(of revision: JSONObject) -> JSONObject {
    var template = revision.at("data", "spec", "template")?.object ?? JSONObject()
    template["$patch"] = nil
    return template
  }
}
