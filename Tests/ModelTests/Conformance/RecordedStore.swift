import CEL

@testable import Model

/// A store with real counters: what a cluster's etcd is to the API server.
final class RecordedStore: VersionedReader {
  /// One effective write.
  struct Event {
    let revision: Int64
    let key: ObjectKey
    let old: JSONObject?
    let new: JSONObject?
    /// The resourceVersion that the object had before.
    let oldRevision: Int64
  }

  private var stored: [ObjectKey: (object: JSONObject, revision: Int64)] = [:]
  private(set) var revision: Int64 = 100
  private var uids = 0
  private var suffixes = 0
  private(set) var log: [Event] = []

  let now = "2021-02-03T04:05:06Z"

  func object(_ key: ObjectKey) -> JSONObject? { stored[key]?.object }

  func objects(of groupKind: GroupKind, namespace: String?, selection: ObjectSelection)
    -> [(key: ObjectKey, object: JSONObject)]
  {
    let matcher = SelectionMatcher(selection)
    return stored.filter { key, value in
      key.groupKind == groupKind && (namespace == nil || key.namespace == namespace)
        && matcher.matches(value.object)
    }.map { (key: $0.key, object: $0.value.object) }.sorted { $0.key < $1.key }
  }

  func resourceVersion(of key: ObjectKey) -> String { String(stored[key]?.revision ?? 0) }

  func isCurrent(_ resourceVersion: String, of key: ObjectKey) -> Bool {
    stored[key].map { String($0.revision) == resourceVersion } ?? false
  }

  func freshUID(for key: ObjectKey) -> String {
    uids += 1
    let digits = String(uids, radix: 16)
    return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
  }

  func freshSuffix(for prefix: String, in groupKind: GroupKind, namespace: String) -> String {
    suffixes += 1
    let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
    var number = suffixes
    var text = ""
    for _ in 0..<5 {
      text.append(alphabet[number % alphabet.count])
      number /= alphabet.count
    }
    return text
  }

  func snapshot(at revision: Int64) -> (any ObjectReader)? {
    let past = RecordedStore()
    past.stored = stored
    past.revision = revision
    for event in log.reversed() where event.revision > revision {
      past.stored[event.key] = event.old.map { ($0, event.oldRevision) }
    }
    return past
  }

  /// Puts an object into the store past the server.
  func put(_ key: ObjectKey, _ object: JSONObject) {
    revision += 1
    stored[key] = (object, revision)
  }

  /// Writes the changes of an answer and fills in its resourceVersion.
  func commit(_ response: APIResponse) -> APIResponse {
    var written = revision
    for change in response.changes {
      revision += 1
      let before = stored[change.key]?.revision ?? 0
      log.append(
        Event(
          revision: revision, key: change.key, old: change.old, new: change.new,
          oldRevision: before))
      stored[change.key] = change.new.map { ($0, revision) }
      if change.new != nil { written = revision }
    }
    let isList = response.body["items"]?.array != nil
    return response.filling(resourceVersion: String(isList ? revision : written))
  }
}
