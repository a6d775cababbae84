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
  /// What the controller remembers of its request under a label.
  case recall(String)
  /// That it remembers an object from now on; null for nothing.
  case remember(String, IdenticalJSON)
  /// Whether events of a kind are on their way to the controller's cache.
  case awaitsEvents(GroupKind)
  /// One of so many outcomes that upstream leaves open.
  case choose(Int, String)
  /// Which lane of several makes the next call.
  case next(CallBatch)
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

  /// Whether the controller remembers something.
  var isRemember: Bool { if case .remember = self { true } else { false } }

  /// How the API server refuses this write if somebody has changed the object since it was read; nil
  /// where it names no resourceVersion, and is done whatever the object is by now.
  package var staleRefusal: StaleRefusal? {
    guard case .send(let request) = self, isWrite, let body = request.body else { return nil }
    let version: JSONValue?
    switch request.verb {
    case .delete, .deleteCollection: version = body.at("preconditions", "resourceVersion")
    case .patch(.json):
      // endpoints/handlers/patch.go: a test that fails is an error of the patch.
      for operation in body.array ?? [] where operation["path"] == "/metadata/resourceVersion" {
        switch operation["op"]?.string {
        case "test": return .unprocessable
        case "add", "replace": return .conflict
        default: break
        }
      }
      return nil
    default: version = body.at("metadata", "resourceVersion")
    }
    return version == nil || version == "" || version == .null ? nil : .conflict
  }
}

/// What a writer is told whose resourceVersion is not the current one.
package enum StaleRefusal: Int64 {
  case conflict = 409
  /// A JSON patch that tests the resourceVersion.
  case unprocessable = 422

  package var reason: String { self == .conflict ? "Conflict" : "Invalid" }
}

/// An answer of the oracle, as a value: the edge of a reconcile tree.
///
/// Answers are compared by what they say whatever the unknown inputs are.
package enum Answer: Sendable {
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

extension Answer: Hashable {
  package static func == (left: Answer, right: Answer) -> Bool {
    switch (left, right) {
    case (.object(let a), .object(let b)): a == b
    case (.list(let a), .list(let b)): a == b
    case (.response(let a, let body, let changed), .response(let b, let otherBody, let others)):
      a == b && changed == others && body.isIdentical(to: otherBody)
    case (.number(let a), .number(let b)): a == b
    case (.flag(let a), .flag(let b)): a == b
    case (.text(let a), .text(let b)): a == b
    default: false
    }
  }

  package func hash(into hasher: inout Hasher) {
    switch self {
    case .object(let version):
      hasher.combine(0)
      hasher.combine(version)
    case .list(let objects):
      hasher.combine(1)
      hasher.combine(objects)
    case .response(let code, let body, let changed):
      hasher.combine(2)
      hasher.combine(code)
      hasher.combine(body)
      hasher.combine(changed)
    case .number(let number):
      hasher.combine(3)
      hasher.combine(number)
    case .flag(let flag):
      hasher.combine(4)
      hasher.combine(flag)
    case .text(let text):
      hasher.combine(5)
      hasher.combine(text)
    }
  }
}
