package import CEL

/// The storage as the API server sees it while it serves one request.
///
/// The server is a pure function of the request and of what it reads here; the caller logs every
/// call, so a read that bypasses this protocol is a missed dependence. Stored objects are complete
/// (`metadata.uid`, `creationTimestamp`, `generation`, `managedFields`) but hold no
/// `metadata.resourceVersion`: the reader tells it and compares it.
package protocol ObjectReader: AnyObject {
  /// The stored object under a key; nil where there is none.
  func object(_ key: ObjectKey) -> JSONObject?

  /// The stored objects of a kind that a test accepts, by namespace and name.
  ///
  /// A namespace of nil means all namespaces; the selection is the predicate, hashable so that it
  /// can be a footprint.
  func objects(of groupKind: GroupKind, namespace: String?, selection: ObjectSelection)
    -> [(key: ObjectKey, object: JSONObject)]

  /// The resourceVersion under which the stored object is known to this client.
  func resourceVersion(of key: ObjectKey) -> String

  /// Whether nothing changed the object since it had this resourceVersion.
  func isCurrent(_ resourceVersion: String, of key: ObjectKey) -> Bool

  /// A new uid for an object about to be created.
  func freshUID(for key: ObjectKey) -> String

  /// A new suffix for `generateName`, unequal to all in use with that prefix.
  func freshSuffix(for prefix: String, in groupKind: GroupKind, namespace: String) -> String

  /// The time, as RFC 3339 text. A verification answers one constant instant.
  var now: String { get }
}

/// A storage that knows its past, as etcd does until it is compacted.
///
/// Only lists that name a version, or continue one, need it; a verification has none.
package protocol VersionedReader: ObjectReader {
  /// The version of the store as a whole.
  var revision: Int64 { get }

  /// The storage as it was at a version; nil where that is forgotten.
  func snapshot(at revision: Int64) -> (any ObjectReader)?
}

/// Which objects of a kind a list or a search means; a predicate that can be compared and stored.
package enum ObjectSelection: Hashable, Sendable {
  /// All of them.
  case all
  /// Those that a label selector and a field selector accept (either may be empty).
  case selectors(label: String, field: String)
  /// Those with an ownerReference to this uid (the garbage collector's search for dependents).
  case dependents(uid: String)
  /// Those that the controller with this uid may claim: its own, and those without a controller that a
  /// label selector accepts.
  case claimable(uid: String, label: String)
}
