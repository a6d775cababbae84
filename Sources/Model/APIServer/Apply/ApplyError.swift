package import CEL

/// One field that another manager holds with another value.
package struct ApplyConflict: Hashable, Sendable {
  package let manager: ManagerIdentity
  package let path: FieldPath

  /// The cause in the details of the answer; managedfields/internal/conflict.go.
  package var cause: JSONValue {
    [
      "reason": "FieldManagerConflict", "message": .string("conflict with \(manager.text)"),
      "field": .string(path.description),
    ]
  }
}

/// Why an apply failed.
package enum ApplyError: Error, Hashable, Sendable {
  /// 409 Conflict: fields that others own have other values, and the apply is not forced.
  case conflicts([ApplyConflict])
  /// 400 BadRequest.
  case badRequest(String)
  /// 500 without a reason: the configuration does not fit the schema.
  case unclassified(String)

  /// The HTTP status code.
  package var code: Int {
    switch self {
    case .conflicts: 409
    case .badRequest: 400
    case .unclassified: 500
    }
  }

  /// The `reason` of the Status; empty for an unclassified error.
  package var reason: String {
    switch self {
    case .conflicts: "Conflict"
    case .badRequest: "BadRequest"
    case .unclassified: ""
    }
  }

  /// The `details.causes` of the Status.
  package var causes: [JSONValue] {
    if case .conflicts(let conflicts) = self { conflicts.map(\.cause) } else { [] }
  }

  /// The `message` of the Status.
  ///
  /// Follows managedfields/internal/conflict.go, getConflictMessage.
  package var message: String {
    switch self {
    case .badRequest(let text), .unclassified(let text): return text
    case .conflicts(let conflicts):
      if conflicts.count == 1 {
        let conflict = conflicts[0]
        return "Apply failed with 1 conflict: conflict with \(conflict.manager.text): "
          + conflict.path.description
      }
      var lines: [String] = []
      var last: ManagerIdentity?
      for conflict in conflicts {
        if conflict.manager != last { lines.append("conflicts with \(conflict.manager.text):") }
        last = conflict.manager
        lines.append("- \(conflict.path)")
      }
      return "Apply failed with \(conflicts.count) conflicts: " + lines.joined(separator: "\n")
    }
  }
}
