internal import CEL

/// Short names for the content of a template: `pod-template-hash` and revision hashes.
///
/// Upstream hashes a dump of the Go value (pkg/controller/controller_utils.go ComputeHash,
/// pkg/controller/history/controller_history.go HashControllerRevision): FNV-1a of 32 bits, with
/// the collision count appended, in the alphabet of apimachinery's rand.SafeEncodeString. Here the
/// canonical JSON is hashed: values differ from a cluster's, equalities do not.
enum TemplateHash {
  private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)

  /// The hash of a value and a collision count (nil before the first collision).
  static func of(_ value: JSONValue, collisionCount: Int64?) -> String {
    var hash: UInt32 = 2_166_136_261
    func add(_ bytes: some Sequence<UInt8>) {
      for byte in bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    }
    add(value.text.utf8)
    if let collisionCount {
      add((0..<8).map { UInt8(truncatingIfNeeded: collisionCount >> ($0 * 8)) })
    }
    return encode(String(hash))
  }

  /// The characters of a text, each replaced by one that makes no words.
  private static func encode(_ text: String) -> String {
    String(
      decoding: text.utf8.map { alphabet[Int($0) % alphabet.count] }, as: UTF8.self)
  }
}
