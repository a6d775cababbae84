package import CEL

/// The `fieldsV1` form of managedFields.
///
/// Follows structured-merge-diff, fieldpath/serialize.go: a node that is a member and has children
/// says so with the key `.`, a node without children is a member.
extension FieldSet {
  /// The set as a `fieldsV1` object.
  package var fieldsV1: JSONObject { encoded(isMember: false) }

  private func encoded(isMember: Bool) -> JSONObject {
    var result = JSONObject()
    if isMember, !isEmpty { result["."] = [:] }
    for node in nodes {
      result[node.element.serialized] = .object(node.children.encoded(isMember: node.isMember))
    }
    return result
  }

  /// Reads a `fieldsV1` object; nil where it is malformed.
  package init?(fieldsV1: JSONObject) {
    var nodes: [Node] = []
    for entry in fieldsV1.entries where entry.key != "." {
      guard let below = entry.value.object, let element = PathElement(serialized: entry.key),
        let children = FieldSet(fieldsV1: below)
      else { return nil }
      let isMember = below["."] != nil || below.isEmpty
      nodes.append(Node(element: element, isMember: isMember, children: children))
    }
    self.init(nodes)
  }
}
