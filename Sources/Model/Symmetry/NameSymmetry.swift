import CEL

/// The interchangeable names of a world while it is explored: where they are mentioned, how a state is
/// renamed, and the checks that what runs does not tell them apart.
///
/// A fresh value mentions the names that its class mentions (the uid of `t1` belongs to `t1`); its
/// class is renamed with them.
final class NameSymmetry {
  let names: BlockNames
  let definition: ScenarioSymmetry
  /// Whether something was found that tells names apart: there is no symmetry then.
  private(set) var isBroken = false
  private let tokens: FreshTokens
  private let versions: VersionTable
  private var mentionsOfFamilies: [UInt16: [BlockMention]] = [:]
  private var mentionsOfVersions: [UInt32: [BlockMention]] = [:]
  private var renamedVersions: [VersionKey: UInt32] = [:]
  private var erasedVersions: [UInt64: UInt32] = [:]
  private var erasedIDs: [JSONValue: UInt32] = [:]
  private var checkedWorkers: Set<CellLayout.Worker> = []
  private var checkedObjects: Set<WatchedObject> = []
  private var checkedLists: Set<[ObjectKey]> = []
  private var stepCheck: NameFunctionCheck
  private var watchCheck: NameFunctionCheck

  private struct VersionKey: Hashable {
    let version: UInt32
    /// Where the blocks go that the version mentions.
    let moves: [Int32]
  }

  private struct WatchedObject: Hashable {
    let controller: Int
    let key: ObjectKey
  }

  /// The symmetry of a scenario; nil where its names cannot be told from other text.
  init?(_ definition: ScenarioSymmetry, tokens: FreshTokens, versions: VersionTable) {
    guard let names = BlockNames(definition.orbits) else { return nil }
    self.names = names
    stepCheck = NameFunctionCheck(names: names)
    watchCheck = NameFunctionCheck(names: names)
    self.definition = definition
    self.tokens = tokens
    self.versions = versions
  }

  /// Notes that names are told apart.
  func markBroken() { isBroken = true }

  // MARK: Mentions

  /// The names that a text mentions, in order, fresh values by their class.
  func mentions(in text: String) -> [BlockMention] {
    var found: [BlockMention] = []
    tokens.pieces(of: text) { piece in
      switch piece {
      case .text(let bytes): found += names.mentions(in: bytes).map(\.mention)
      case .token(let token): found += mentions(inFamily: token.family)
      }
    }
    return found
  }

  /// The names that the description of a class of fresh values mentions.
  func mentions(inFamily family: UInt16) -> [BlockMention] {
    if let known = mentionsOfFamilies[family] { return known }
    let found = mentions(in: tokens.description(ofFamily: family))
    mentionsOfFamilies[family] = found
    return found
  }

  /// The names that a value mentions, in the order of its text.
  func mentions(in value: JSONValue) -> [BlockMention] {
    switch value {
    case .string(let text): mentions(in: text)
    case .array(let items): items.flatMap { mentions(in: $0) }
    case .object(let object):
      object.entries.flatMap { mentions(in: $0.key) + mentions(in: $0.value) }
    case .null, .bool, .int, .double, .symbolic: []
    }
  }

  /// The names that a version of an object mentions, in the order of its text.
  func mentions(inVersion version: UInt32) -> [BlockMention] {
    if version == 0 { return [] }
    if let known = mentionsOfVersions[version] { return known }
    let found = versions.object(version).map { mentions(in: .object($0)) } ?? []
    mentionsOfVersions[version] = found
    return found
  }

  // MARK: Renaming

  /// A text with its names and fresh values renamed; blocks go where `moves` says.
  func rename(_ text: String, _ moves: [Int]) -> String {
    rewrite(text, name: { names.texts[moves[$0.block]][$0.role] }) { token in
      guard mentions(inFamily: token.family).contains(where: { moves[$0.block] != $0.block })
      else { return nil }
      let family = tokens.family(rename(tokens.description(ofFamily: token.family), moves))
      return tokens.text(FreshToken(family: family, index: token.index))
    }
  }

  /// A value with its names renamed.
  func rename(_ value: JSONValue, _ moves: [Int]) -> JSONValue {
    map(value) { rename($0, moves) }
  }

  /// A version with its names renamed.
  func rename(version: UInt32, _ moves: [Int]) -> UInt32 {
    let mentioned = mentions(inVersion: version)
    guard mentioned.contains(where: { moves[$0.block] != $0.block }),
      let object = versions.object(version)
    else { return version }
    var seen: Set<Int> = []
    let moved = mentioned.map(\.block).filter { seen.insert($0).inserted }
      .flatMap { [Int32($0), Int32(moves[$0])] }
    let key = VersionKey(version: version, moves: moved)
    if let known = renamedVersions[key] { return known }
    guard case .object(let renamed) = rename(.object(object), moves) else { return version }
    let result = versions.intern(renamed)
    renamedVersions[key] = result
    return result
  }

  // MARK: What remains of a value without names

  /// A text in which the names of a block are replaced by their roles, those of other blocks by the
  /// fact that they are others'.
  func erase(_ text: String, _ block: Int) -> String {
    func word(_ mention: BlockMention) -> String {
      let orbit = names.orbitOf[mention.block]
      return "\u{1}\(mention.block == block ? "own" : "other") \(orbit) \(mention.role)\u{1}"
    }
    return rewrite(text, name: word) { token in
      "\u{1}\(erase(tokens.description(ofFamily: token.family), block)) \(token.index)\u{1}"
    }
  }

  /// The number of a version without names, as seen from a block.
  func erased(version: UInt32, _ block: Int) -> UInt32 {
    if version == 0 { return 0 }
    let key = UInt64(version) << 32 | UInt64(UInt32(truncatingIfNeeded: block))
    if let known = erasedVersions[key] { return known }
    let object = versions.object(version).map(JSONValue.object) ?? .null
    let id = number(of: map(object) { erase($0, block) })
    erasedVersions[key] = id
    return id
  }

  /// The number of a value, from 1; equal values have equal numbers.
  func number(of value: JSONValue) -> UInt32 {
    // Signatures choose among equals: what an unknown value is now does for that.
    let known = value.current
    if let id = erasedIDs[known] { return id }
    let id = UInt32(erasedIDs.count + 1)
    erasedIDs[known] = id
    return id
  }

  private func map(_ value: JSONValue, _ text: (String) -> String) -> JSONValue {
    switch value {
    case .string(let content): .string(text(content))
    case .array(let items): .array(items.map { map($0, text) })
    case .object(let object):
      .object(JSONObject(object.entries.map { (text($0.key), map($0.value, text)) }))
    case .null, .bool, .int, .double, .symbolic: value
    }
  }

  private func rewrite(
    _ text: String, name: (BlockMention) -> String, token: (FreshToken) -> String?
  ) -> String {
    var bytes: [UInt8] = []
    tokens.pieces(of: text) { piece in
      switch piece {
      case .text(let part): bytes += names.rewrite(part, name) ?? Array(part)
      case .token(let found): bytes += Array((token(found) ?? tokens.text(found)).utf8)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Checks while controllers run

  /// Whether what a controller computes from the name of its request's object commutes with every
  /// exchange.
  func allows(_ worker: CellLayout.Worker) -> Bool {
    guard let functions = definition.computedNames[worker.controller], !functions.isEmpty,
      checkedWorkers.insert(worker).inserted
    else { return true }
    return stepCheck.commute(
      functions, of: worker.controller, namespace: worker.request.namespace,
      name: worker.request.name)
  }

  /// Whether what the watches of a controller compute from the name of an object commutes with every
  /// exchange.
  func allows(watchOf controller: Int, _ key: ObjectKey) -> Bool {
    guard let functions = definition.watchedNames[controller], !functions.isEmpty,
      checkedObjects.insert(WatchedObject(controller: controller, key: key)).inserted
    else { return true }
    return watchCheck.commute(
      functions, of: controller, namespace: key.namespace, name: key.name)
  }

  /// Whether a list, to whose order a controller may be sensitive, keeps its order under every
  /// exchange: its objects are of one block at most, whatever block takes its place.
  func keepsOrder(_ keys: [ObjectKey]) -> Bool {
    guard keys.count > 1 else { return true }
    let blocks = Set(
      keys.flatMap { mentions(in: $0.namespace) + mentions(in: $0.name) }.map(\.block))
    guard let block = blocks.first else { return true }
    guard blocks.count == 1 else { return false }
    guard checkedLists.insert(keys).inserted else { return true }
    var moves = Array(names.texts.indices)
    for other in names.members[names.orbitOf[block]] where other != block {
      moves[block] = other
      moves[other] = block
      let renamed = keys.map {
        ObjectKey(
          $0.groupKind, namespace: rename($0.namespace, moves), name: rename($0.name, moves))
      }
      moves[other] = other
      if !zip(renamed, renamed.dropFirst()).allSatisfy(<) {
        checkedLists.remove(keys)
        return false
      }
    }
    return true
  }
}
