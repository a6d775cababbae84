package import CEL

/// How a PATCH body is to be read.
package enum PatchType: String, Hashable, Sendable {
  case json = "application/json-patch+json"
  case merge = "application/merge-patch+json"
  case strategic = "application/strategic-merge-patch+json"
  case apply = "application/apply-patch+yaml"
}

/// What a request asks of the API server.
package enum APIVerb: Hashable, Sendable {
  case get, list, create, update, delete, deleteCollection
  case patch(PatchType)
}

/// One request to the API server, after its path was read.
///
/// The same value serves controllers in process and clients over HTTP. It is hashable: two equal
/// requests are the same question of a reconcile.
package struct APIRequest: Hashable, Sendable {
  package var verb: APIVerb
  /// The `apiVersion` of the path, for example `apps/v1`.
  package var apiVersion: String
  /// The kind that the path's resource stands for.
  package var kind: String
  /// Empty for cluster-scoped objects and for lists over all namespaces.
  package var namespace: String
  /// Empty for create, list and deletecollection.
  package var name: String
  /// `status`, `scale`, `eviction`, `binding`, or empty.
  package var subresource: String
  /// The body: the object, the patch, DeleteOptions; nil where there is none.
  package var body: JSONValue? {
    get { identicalBody?.value }
    set { identicalBody = newValue.map(IdenticalJSON.init) }
  }
  /// The body as requests are compared by it: what is asked does not depend on unknown inputs.
  private var identicalBody: IdenticalJSON?
  package var labelSelector: String
  package var fieldSelector: String
  /// The `fieldManager` parameter, or what the User-Agent stands for.
  package var fieldManager: String
  /// Whether an apply takes fields over from other managers.
  package var force: Bool
  package var dryRun: Bool
  /// `limit` and `continue` of a list, and other rarely used parameters, verbatim.
  package var parameters: [String: String]

  /// Makes a request; what is not given is absent.
  package init(
    _ verb: APIVerb, apiVersion: String, kind: String, namespace: String = "", name: String = "",
    subresource: String = "", body: JSONValue? = nil, labelSelector: String = "",
    fieldSelector: String = "", fieldManager: String = "", force: Bool = false,
    dryRun: Bool = false, parameters: [String: String] = [:]
  ) {
    self.verb = verb
    self.apiVersion = apiVersion
    self.kind = kind
    self.namespace = namespace
    self.name = name
    self.subresource = subresource
    identicalBody = body.map(IdenticalJSON.init)
    self.labelSelector = labelSelector
    self.fieldSelector = fieldSelector
    self.fieldManager = fieldManager
    self.force = force
    self.dryRun = dryRun
    self.parameters = parameters
  }

  package var groupKind: GroupKind { GroupKind(apiVersion: apiVersion, kind: kind) }
  package var key: ObjectKey { ObjectKey(groupKind, namespace: namespace, name: name) }
}

/// One effective write: an object before and after, nil where it does not exist.
///
/// A request that changes nothing has no changes; one request may make several (a deletion that
/// first marks the object). Each is one watch event.
package struct ObjectChange: Hashable, Sendable {
  package let key: ObjectKey
  package let old: JSONObject?
  package let new: JSONObject?

  /// Makes a change; at least one side is present.
  package init(_ key: ObjectKey, old: JSONObject?, new: JSONObject?) {
    self.key = key
    self.old = old
    self.new = new
  }
}

/// The API server's answer and what the request changed.
package struct APIResponse: Hashable, Sendable {
  /// The HTTP status code.
  package var code: Int
  /// The object, the list, or a `Status`.
  package var body: JSONValue
  /// The effective writes, in order.
  package var changes: [ObjectChange]

  /// Makes an answer.
  package init(code: Int, body: JSONValue, changes: [ObjectChange] = []) {
    self.code = code
    self.body = body
    self.changes = changes
  }

  /// Whether the request succeeded.
  package var isSuccess: Bool { code < 400 }
  /// The `reason` of a failure's Status, such as `NotFound`, `Conflict`, `AlreadyExists`.
  package var reason: String? { isSuccess ? nil : body["reason"]?.string }
  /// The `message` of a failure's Status.
  package var message: String? { isSuccess ? nil : body["message"]?.string }
}
