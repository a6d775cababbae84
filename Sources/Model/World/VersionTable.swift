package import CEL

/// The interned contents of objects: equal contents have equal ids, so states compare by integers.
///
/// Id 0 stands for absence. An id is given in the order of first appearance, which is the order of
/// exploration and therefore the same in every run.
package final class VersionTable {
  private var objects: [JSONObject] = [JSONObject()]
  private var ids: [IdenticalJSON: UInt32] = [:]
  private var tokensOf: [[FreshToken]] = [[]]
  private let tokens: FreshTokens

  /// Makes an empty table; `tokens` finds the fresh values that a content mentions.
  package init(tokens: FreshTokens) { self.tokens = tokens }

  /// How many ids there are, absence included.
  package var count: Int { objects.count }

  /// The id of a content; a new one where it was never seen.
  package func intern(_ object: JSONObject) -> UInt32 {
    let key = IdenticalJSON(.object(object))
    if let id = ids[key] { return id }
    let id = UInt32(objects.count)
    objects.append(object)
    ids[key] = id
    tokensOf.append(tokens.mentioned(in: .object(object)))
    return id
  }

  /// The id of a content that may be absent.
  package func intern(_ object: JSONObject?) -> UInt32 { object.map { intern($0) } ?? 0 }

  /// The content of an id; nil for absence.
  package func object(_ id: UInt32) -> JSONObject? { id == 0 ? nil : objects[Int(id)] }

  /// The fresh values that a content mentions, ascending.
  package func mentioned(in id: UInt32) -> [FreshToken] { tokensOf[Int(id)] }
}
