package import CEL

extension ObjectSelection {
  /// Whether an object is among those meant.
  ///
  /// Selectors were parsed by the server before they got into a selection; text that does not
  /// parse selects nothing.
  package func matches(_ object: JSONObject) -> Bool {
    switch self {
    case .all: return true
    case .selectors(let label, let field):
      guard let labels = try? LabelSelector(parsing: label),
        let fields = try? FieldSelector(parsing: field)
      else { return false }
      return labels.matches(object) && fields.matches(object)
    case .dependents(let uid):
      let owners = object.at("metadata", "ownerReferences")?.array ?? []
      return owners.contains { $0["uid"]?.string == uid }
    }
  }
}
