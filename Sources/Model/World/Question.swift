package import CEL

/// What a reconcile asks its oracle, as a value: the node of a reconcile tree.
package enum Question: Hashable, Sendable {
  /// A cached read of one object.
  case get(apiVersion: String, ObjectKey)
  /// A cached list.
  case list(ListQuery)
  /// A request to the API server itself.
  case send(APIRequest)
  /// The creation order of an object.
  case creationRank(ObjectKey)
  /// Whether a deadline has passed.
  case hasPassed(String)
  /// Whether something that may happen so many times happens now.
  case spend(String, limit: Int)
  /// One of so many outcomes that upstream leaves open.
  case choose(Int, String)
  /// A new value.
  case fresh

  /// Whether the question is a write: what ends a step and what a crash can come after.
  package var isWrite: Bool {
    if case .send(let request) = self {
      request.verb != .get && request.verb != .list
    } else {
      false
    }
  }

  /// Whether the question is a write that names a resourceVersion.
  package var isConditionalWrite: Bool {
    guard case .send(let request) = self, isWrite, let body = request.body else { return false }
    switch request.verb {
    case .delete, .deleteCollection:
      return body.at("preconditions", "resourceVersion") != nil
    default:
      guard let text = body.at("metadata", "resourceVersion")?.string else { return false }
      return !text.isEmpty
    }
  }
}

/// An answer of the oracle, as a value: the edge of a reconcile tree.
package enum Answer: Hashable, Sendable {
  /// A version of the object asked for; 0 where there is none.
  case object(version: UInt32)
  case list([ListedObject])
  /// What the API server said, with what the request changed as it was just before.
  case response(code: Int, body: JSONValue, changed: [ChangedObject])
  case number(Int)
  case flag(Bool)
  case text(String)

  /// One object of a list.
  package struct ListedObject: Hashable, Sendable {
    package let key: ObjectKey
    package let version: UInt32
  }

  /// One object that a write changed, and its version before.
  package struct ChangedObject: Hashable, Sendable {
    package let key: ObjectKey
    package let before: UInt32
  }
}
