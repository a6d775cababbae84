package import CEL

/// One client's watch: which writes it is told of, and as what.
///
/// Follows staging/src/k8s.io/apiserver/pkg/endpoints/handlers/get.go and
/// pkg/storage/cacher/cacher.go (Watch).
package struct WatchSession {
  /// The kind's resource when the watch began.
  private let resource: Resource
  private let request: APIRequest
  private let matcher: ObjectSelection
  /// Whether the client takes bookmarks.
  package let takesBookmarks: Bool
  /// After how many seconds the server ends the watch; nil where the client does not say.
  package let timeout: Int?
  /// The newest revision that the client knows of.
  package private(set) var revision: Int64
  /// Whether the watch ends after its first events: with an error.
  package private(set) var hasFailed = false
  private var startRevision: Int64

  /// Begins a watch.
  ///
  /// - Parameters:
  ///   - list: the list that the watch continues.
  ///   - cluster: what is watched.
  /// - Returns: the watch, and what is told first: the objects there are, the writes since the
  ///   version asked for, or an error.
  /// - Throws: what is wrong with the request.
  package static func open(_ list: APIRequest, in cluster: LiveCluster) throws(APIError) -> (
    WatchSession, [JSONValue]
  ) {
    let store = cluster.store
    var session = try WatchSession(list, cluster)
    let start = try version(list)
    let sendsInitial = try session.sendsInitialEvents(cluster.version)
    let fromNow = sendsInitial ?? (start == 0)
    guard fromNow || start == 0 else {
      session.revision = start
      session.startRevision = start
      guard let writes = store.writes(after: start) else {
        session.hasFailed = true
        return (session, [Self.expired(start, store)])
      }
      var events: [JSONValue] = []
      for write in writes {
        if let event = session.event(of: write) { events.append(event) }
      }
      return (session, events)
    }
    session.revision = store.revision
    session.startRevision = store.revision
    if sendsInitial == false { return (session, []) }
    var plain = list
    plain.parameters = [:]
    let items = cluster.answer(plain).body["items"]?.array ?? []
    var events = items.map { item in
      var object = item.object ?? JSONObject()
      object["kind"] = .string(list.kind)
      object["apiVersion"] = .string(list.apiVersion)
      return JSONValue.object(["type": "ADDED", "object": .object(object)])
    }
    if sendsInitial == true { events.append(session.bookmark(endsInitialEvents: true)) }
    return (session, events)
  }

  private init(_ list: APIRequest, _ cluster: LiveCluster) throws(APIError) {
    guard
      let resource = cluster.server.resources.resource(
        apiVersion: list.apiVersion, kind: list.kind)
    else { throw .noSuchResource }
    var plain = list
    plain.parameters = ["limit": "1"]
    let response = cluster.server.handle(plain, reader: cluster.store)
    guard response.isSuccess else { throw APIError(answering: response) }
    self.resource = resource
    request = list
    matcher =
      list.labelSelector.isEmpty && list.fieldSelector.isEmpty
      ? .all : .selectors(label: list.labelSelector, field: list.fieldSelector)
    takesBookmarks = Self.flag("allowWatchBookmarks", list) ?? false
    timeout = list.parameters["timeoutSeconds"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    revision = 0
    startRevision = 0
  }

  private static func flag(_ name: String, _ list: APIRequest) -> Bool? {
    switch list.parameters[name] {
    case "true", "1": true
    case "false", "0": false
    default: nil
    }
  }

  private static func version(_ list: APIRequest) throws(APIError) -> Int64 {
    let text = list.parameters["resourceVersion"] ?? ""
    if text.isEmpty { return 0 }
    guard let version = Int64(text), version >= 0 else {
      throw .internalFailure(
        "resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: parsing \"\(text)\": "
          + "invalid syntax")
    }
    return version
  }

  /// `sendInitialEvents`; nil where it is not given.
  ///
  /// Follows ValidateListOptions in apimachinery/pkg/apis/meta/internalversion/validation.
  private func sendsInitialEvents(_ version: KubernetesVersion) throws(APIError) -> Bool? {
    let given = Self.flag("sendInitialEvents", request)
    let match = request.parameters["resourceVersionMatch"] ?? ""
    guard given != nil || !match.isEmpty else { return nil }
    func invalid(_ error: FieldError) -> APIError {
      .invalid("meta.k8s.io", "ListOptions", "", [error])
    }
    guard let given else {
      throw invalid(
        .forbidden(
          "resourceVersionMatch",
          "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"))
    }
    guard version.servesWatchLists else {
      throw invalid(
        .forbidden(
          "sendInitialEvents",
          "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"))
    }
    guard match == "NotOlderThan" else {
      throw invalid(
        .forbidden(
          "resourceVersionMatch",
          "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
    }
    return given
  }

  private static func expired(_ start: Int64, _ store: LiveStore) -> JSONValue {
    let error = APIError(
      410, "Expired", "too old resource version: \(start) (\(store.revision))")
    return ["type": "ERROR", "object": error.response.body]
  }

  /// The event of a write that is newer than all the client knows of; nil where it is not told.
  package mutating func event(of write: LiveStore.Write) -> JSONValue? {
    guard write.revision > revision else { return nil }
    revision = write.revision
    let key = write.change.key
    guard key.groupKind == resource.groupKind,
      request.namespace.isEmpty || key.namespace == request.namespace,
      let event = WatchEvent(write.change, selection: matcher)
    else { return nil }
    var object = resource.rules.encode(event.object, apiVersion: request.apiVersion)
    object.resourceVersion = String(write.revision)
    return ["type": .string(event.type.rawValue), "object": .object(object)]
  }

  /// The bookmark of a watch that is about to end, or that was quiet for long.
  ///
  /// - Returns: nil where the client takes none or nothing happened since the watch began.
  package mutating func dueBookmark() -> JSONValue? {
    guard takesBookmarks, revision > startRevision else { return nil }
    startRevision = revision
    return bookmark(endsInitialEvents: false)
  }

  private func bookmark(endsInitialEvents: Bool) -> JSONValue {
    var metadata: JSONObject = ["resourceVersion": .string(String(revision))]
    if endsInitialEvents {
      metadata["annotations"] = ["k8s.io/initial-events-end": "true"]
    }
    return [
      "type": "BOOKMARK",
      "object": [
        "kind": .string(request.kind), "apiVersion": .string(request.apiVersion),
        "metadata": .object(metadata),
      ],
    ]
  }
}
