package import CEL

/// What a watch tells of one change.
///
/// Follows staging/src/k8s.io/apiserver/pkg/storage/cacher/cache_watcher.go (convertToWatchEvent):
/// an object that comes into a selection was added, one that leaves it was deleted, and then as it
/// was before.
package struct WatchEvent: Hashable, Sendable {
  /// The type of an event.
  package enum EventType: String, Hashable, Sendable {
    case added = "ADDED"
    case modified = "MODIFIED"
    case deleted = "DELETED"
  }

  package let type: EventType
  /// As it is in storage; the front-end adds the resourceVersion of the change.
  package let object: JSONObject

  /// The event of a change for a watch of a selection; nil where the watch is not told.
  package init?(_ change: ObjectChange, selection: ObjectSelection) {
    let before = change.old.flatMap { selection.matches($0) ? $0 : nil }
    let after = change.new.flatMap { selection.matches($0) ? $0 : nil }
    switch (before, after) {
    case (nil, nil): return nil
    case (nil, let object?):
      type = .added
      self.object = object
    case (_?, let object?):
      type = .modified
      self.object = object
    case (let object?, nil):
      type = .deleted
      self.object = object
    }
  }
}

extension APIServer {
  /// The event of a change as JSON, for a client that watches with a list request.
  ///
  /// - Parameters:
  ///   - change: one effective write.
  ///   - request: the list that the watch continues: kind, version, namespace, selectors.
  ///   - resourceVersion: the version that the change made.
  ///   - reader: tells which definitions are in the store.
  /// - Returns: nil where the watch is not told of the change.
  package func watchEvent(
    of change: ObjectChange, for request: APIRequest, resourceVersion: String,
    reader: any ObjectReader
  ) -> JSONObject? {
    guard change.key.groupKind == request.groupKind,
      request.namespace.isEmpty || change.key.namespace == request.namespace,
      let resource = resources(reader: reader).resource(change.key.groupKind)
    else { return nil }
    let selection: ObjectSelection =
      request.labelSelector.isEmpty && request.fieldSelector.isEmpty
      ? .all : .selectors(label: request.labelSelector, field: request.fieldSelector)
    guard let event = WatchEvent(change, selection: selection) else { return nil }
    var object = resource.rules.encode(event.object, apiVersion: request.apiVersion)
    object.resourceVersion = resourceVersion
    return ["type": .string(event.type.rawValue), "object": .object(object)]
  }
}
