package import CEL

/// A store with real counters: what a cluster's etcd is to the API server.
///
/// Every effective write makes a new revision, which is the resourceVersion of what it wrote. The
/// last writes are remembered: lists that name a version, continued lists and watches read them
/// (staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go).
package final class LiveStore: VersionedReader {
  /// One effective write.
  package struct Write: Sendable {
    package let revision: Int64
    package let change: ObjectChange
    /// The resourceVersion that the object had before.
    package let oldRevision: Int64
  }

  private struct Stored {
    let object: JSONObject
    let revision: Int64
  }

  private var objects: [GroupKind: [ObjectKey: Stored]] = [:]
  /// The writes remembered, oldest first.
  private var log: [Write] = []
  /// The revision of the store as a whole.
  package private(set) var revision: Int64
  /// The newest revision that is forgotten.
  private var compacted: Int64
  private let historyLimit: Int
  private let clock: () -> String
  private var generator: any RandomNumberGenerator

  /// Makes an empty store.
  ///
  /// - Parameters:
  ///   - generator: where uids and generated names come from.
  ///   - historyLimit: how many writes are remembered at least, and at most twice as many.
  ///   - clock: tells the time as RFC 3339 text.
  package init(
    generator: any RandomNumberGenerator = SystemRandomNumberGenerator(),
    historyLimit: Int = 10_000, clock: @escaping () -> String
  ) {
    revision = 100
    compacted = 100
    self.historyLimit = historyLimit
    self.clock = clock
    self.generator = generator
  }

  package var now: String { clock() }

  package func object(_ key: ObjectKey) -> JSONObject? { objects[key.groupKind]?[key]?.object }

  package func objects(of groupKind: GroupKind, namespace: String?, selection: ObjectSelection)
    -> [(key: ObjectKey, object: JSONObject)]
  {
    let matcher = SelectionMatcher(selection)
    return (objects[groupKind] ?? [:]).filter { key, value in
      (namespace == nil || key.namespace == namespace) && matcher.matches(value.object)
    }.map { (key: $0.key, object: $0.value.object) }.sorted { $0.key < $1.key }
  }

  package func resourceVersion(of key: ObjectKey) -> String {
    String(objects[key.groupKind]?[key]?.revision ?? 0)
  }

  package func isCurrent(_ resourceVersion: String, of key: ObjectKey) -> Bool {
    objects[key.groupKind]?[key].map { String($0.revision) == resourceVersion } ?? false
  }

  /// A random uid, version 4 of RFC 9562.
  package func freshUID(for key: ObjectKey) -> String {
    let high = generator.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
    let low = generator.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    let digits = Self.hex(high) + Self.hex(low)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { text += "-" }
      text.append(digit)
    }
    return text
  }

  private static func hex(_ bits: UInt64) -> String {
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Five characters that no object of the kind has behind this prefix.
  package func freshSuffix(for prefix: String, in groupKind: GroupKind, namespace: String)
    -> String
  {
    let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
    while true {
      let suffix = String(
        (0..<5).map { _ in alphabet[Int(generator.next() % UInt64(alphabet.count))] })
      let key = ObjectKey(groupKind, namespace: namespace, name: prefix + suffix)
      if objects[groupKind]?[key] == nil { return suffix }
    }
  }

  package func snapshot(at revision: Int64) -> (any ObjectReader)? {
    guard let writes = writes(after: revision) else { return nil }
    let past = LiveStore(historyLimit: 0, clock: clock)
    past.objects = objects
    past.revision = revision
    for write in writes.reversed() {
      let key = write.change.key
      past.objects[key.groupKind, default: [:]][key] = write.change.old.map {
        Stored(object: $0, revision: write.oldRevision)
      }
    }
    return past
  }

  /// The writes after a revision, oldest first; nil where some of them are forgotten.
  package func writes(after revision: Int64) -> ArraySlice<Write>? {
    guard revision >= compacted else { return nil }
    var low = log.startIndex
    var high = log.endIndex
    while low < high {
      let middle = (low + high) / 2
      if log[middle].revision <= revision { low = middle + 1 } else { high = middle }
    }
    return log[low...]
  }

  /// Puts an object into the store past the server.
  package func put(_ key: ObjectKey, _ object: JSONObject) {
    revision += 1
    compacted = revision
    objects[key.groupKind, default: [:]][key] = Stored(object: object, revision: revision)
  }

  /// Writes the changes of an answer and fills in its resourceVersion.
  package func commit(_ response: APIResponse) -> APIResponse {
    var written = revision
    for change in response.changes {
      revision += 1
      let key = change.key
      let before = objects[key.groupKind]?[key]?.revision ?? 0
      log.append(Write(revision: revision, change: change, oldRevision: before))
      objects[key.groupKind, default: [:]][key] = change.new.map {
        Stored(object: $0, revision: revision)
      }
      if change.new != nil { written = revision }
    }
    if log.count > 2 * historyLimit {
      let forgotten = log.count - historyLimit
      compacted = log[forgotten - 1].revision
      log.removeFirst(forgotten)
    }
    let isList = response.body["items"]?.array != nil
    return response.filling(resourceVersion: String(isList ? revision : written))
  }
}
