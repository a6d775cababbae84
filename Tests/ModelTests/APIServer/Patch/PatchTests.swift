import CEL
import Testing

@testable import Model

@Suite struct PatchTests {
  private func object(_ text: String) throws -> JSONObject {
    try #require(JSONValue(parsing: text).object)
  }

  private func jsonPatch(_ patch: String, _ text: String) throws -> JSONValue {
    .object(try JSONPatch.apply(JSONValue(parsing: patch), to: object(text)))
  }

  private func code(_ patch: String, _ text: String) throws -> Int {
    do {
      _ = try jsonPatch(patch, text)
      return 200
    } catch let error as PatchError { return error.code }
  }

  @Test func addReplaceRemove() throws {
    let result = try jsonPatch(
      """
      [{"op": "add", "path": "/data/z", "value": "3"},
       {"op": "replace", "path": "/data/x", "value": "9"}, {"op": "remove", "path": "/data/y"}]
      """, #"{"data": {"x": "1", "y": "2"}}"#)
    #expect(result == ["data": ["x": "9", "z": "3"]])
  }

  @Test func replaceOfMissingKeyAddsIt() throws {
    let patch = #"[{"op": "replace", "path": "/data/nope", "value": "1"}]"#
    #expect(try jsonPatch(patch, #"{"data": {}}"#) == ["data": ["nope": "1"]])
  }

  @Test(arguments: [
    #"[{"op": "remove", "path": "/data/nope"}]"#,
    #"[{"op": "add", "path": "/metadata/labels/a", "value": "1"}]"#,
    #"[{"op": "test", "path": "/data/x", "value": "2"}]"#,
    #"[{"op": "replace", "path": "", "value": {}}]"#,
    #"[{"op": "replace", "path": "/list/3", "value": 1}]"#,
    #"[{"op": "add", "path": "/list/4", "value": 1}]"#,
    #"[{"op": "remove", "path": "/list/-4"}]"#,
    #"[{"op": "remove", "path": "/list/x"}]"#,
    #"[{"op": "add", "path": "/data/x/y", "value": 1}]"#,
    #"[{"op": "add", "path": "/data/null/y", "value": 1}]"#,
    #"[{"op": "move", "from": "/data/nope", "path": "/data/z"}]"#,
    #"[{"op": "jump", "path": "/data/x"}]"#, #"[{"op": "remove"}]"#,
  ])
  func unprocessable(_ patch: String) throws {
    #expect(try code(patch, #"{"data": {"x": "1", "null": null}, "list": [1, 2, 3]}"#) == 422)
  }

  @Test func patchThatIsNoListIsABadRequest() throws {
    let error = #expect(throws: PatchError.self) { try jsonPatch(#"{"data": {"a": "b"}}"#, "{}") }
    #expect(
      error
        == .badRequest("json: cannot unmarshal object into Go value of type jsonpatch.Patch"))
    #expect(error?.code == 400)
  }

  @Test func escapesInPaths() throws {
    let patch = #"[{"op": "replace", "path": "/a/x.io~1y", "value": 1}]"#
    #expect(try jsonPatch(patch, #"{"a": {"x.io/y": 0}}"#) == ["a": ["x.io/y": 1]])
    let tilde = #"[{"op": "remove", "path": "/m~01"}]"#
    #expect(try jsonPatch(tilde, #"{"m~1": 0}"#) == [:])
  }

  @Test func listsTakeIndicesFromEitherEnd() throws {
    let result = try jsonPatch(
      """
      [{"op": "add", "path": "/l/-", "value": "e"}, {"op": "add", "path": "/l/0", "value": "f"},
       {"op": "remove", "path": "/l/1"}, {"op": "replace", "path": "/l/-1", "value": "g"}]
      """, #"{"l": ["c", "d"]}"#)
    #expect(result == ["l": ["f", "d", "g"]])
  }

  @Test func moveAndCopy() throws {
    let result = try jsonPatch(
      """
      [{"op": "move", "from": "/a/x", "path": "/b"}, {"op": "copy", "from": "/b", "path": "/c"},
       {"op": "copy", "from": "/a/none", "path": "/d"}]
      """, #"{"a": {"x": [1]}}"#)
    #expect(result == ["a": [:], "b": [1], "c": [1], "d": .null])
  }

  @Test func testComparesNumbersByValueAndMissingWithNull() throws {
    let patch =
      #"[{"op": "test", "path": "/n", "value": 1.0}, {"op": "test", "path": "/m", "value": null}]"#
    #expect(try jsonPatch(patch, #"{"n": 1}"#) == ["n": 1])
  }

  @Test func mergePatchDeletesWithNullAndReplacesLists() throws {
    let result = MergePatch.apply(
      try object(
        #"{"a": null, "b": {"x": null, "y": 2}, "l": [1], "n": {"k": null, "v": [{"z": null}]}}"#),
      to: try object(#"{"a": 1, "b": {"x": 1}, "l": [7, 8]}"#))
    #expect(JSONValue.object(result) == ["b": ["y": 2], "l": [1], "n": ["v": [[:]]]])
  }

  @Test func mergePatchOfTheDifferenceGivesTheTarget() {
    let seed: UInt64 = 20_261_122
    print("mergePatchOfTheDifferenceGivesTheTarget: seed \(seed)")
    var random = SeededRandom(seed: seed)
    for _ in 0..<2_000 {
      let old = random.object(depth: 3)
      let new = random.object(depth: 3)
      let patch = MergePatch.difference(from: old, to: new)
      #expect(MergePatch.apply(patch, to: old) == new, "\(old) \(new)")
      #expect(MergePatch.difference(from: new, to: new).isEmpty)
    }
  }
}

/// A small generator of numbers and objects (splitmix64), the same on every run.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  mutating func object(depth: Int) -> JSONObject {
    var result = JSONObject()
    for key in ["a", "b", "c", "d"] where Bool.random(using: &self) {
      result[key] = value(depth: depth - 1)
    }
    return result
  }

  mutating func value(depth: Int) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 6 : 3), using: &self) {
    case 0: return .int(Int64.random(in: 0..<3, using: &self))
    case 1: return .string(["x", "y"].randomElement(using: &self) ?? "")
    case 2: return .bool(Bool.random(using: &self))
    case 3:
      return .array((0..<Int.random(in: 0..<3, using: &self)).map { _ in value(depth: depth - 1) })
    default: return .object(object(depth: depth))
    }
  }
}
