import CEL
import Testing

@testable import Model

/// The three-way merge, rule by rule (pkg/dynamic/apply/apply.go).
@Suite struct ChildMergeTests {
  /// Creates from `first`, lets somebody change the object, then wants `second`.
  private func merged(
    _ first: JSONObject, _ second: JSONObject,
    somebody change: (inout JSONObject) -> Void = { _ in }
  ) throws -> JSONObject {
    var child = ChildMerge.created(first)
    change(&child)
    return try ChildMerge.updated(child, to: second)
  }

  @Test func `what is wanted no more goes, and what others set stays`() throws {
    let result = try merged(["a": 1, "b": 2], ["a": 3]) { $0["c"] = 4 }
    #expect(result["a"] == 3)
    #expect(result["b"] == nil)
    #expect(result["c"] == 4)
    #expect(result.annotations[ChildMerge.lastApplied] == .string(#"{"a":3}"#))
  }

  @Test func `what is as wanted is no change`() throws {
    let wanted: JSONObject = ["a": ["b": [1, 2]], "metadata": ["labels": ["x": "y"]]]
    let child = ChildMerge.created(wanted)
    #expect(try ChildMerge.updated(child, to: wanted) == child)
  }

  @Test func `status and system fields are never changed`() throws {
    let result = try merged(
      ["a": 1], ["a": 1, "status": ["x": 1], "metadata": ["uid": "z", "generation": 9]]
    ) {
      $0.metadata["uid"] = "u"
      $0["status"] = ["x": 2]
    }
    #expect(result.uid == "u")
    #expect(result.metadata["generation"] == nil)
    #expect(result["status"] == ["x": 2])
  }

  @Test func `lists of objects with a known key are merged by it`() throws {
    let result = try merged(
      ["ports": [["port": 80], ["port": 90]]],
      ["ports": [["port": 90, "name": "x"], ["port": 70]]]
    ) {
      $0["ports"] = [["port": 80, "nodePort": 1], ["port": 90, "nodePort": 2], ["port": 5]]
    }
    #expect(
      result["ports"]
        == [["port": 90, "nodePort": 2, "name": "x"], ["port": 5], ["port": 70]])
  }

  @Test func `other lists are replaced`() throws {
    let result = try merged(["tolerations": [["key": "a"]]], ["tolerations": [["key": "a"]]]) {
      $0["tolerations"] = [["key": "a"], ["key": "b"]]
    }
    #expect(result["tolerations"] == [["key": "a"]])
    let scalars = try merged(["x": [1, 2]], ["x": [3]]) { $0["x"] = [1, 2, 9] }
    #expect(scalars["x"] == [3])
  }

  @Test func `a value of another type than the child's is as good as none`() throws {
    let result = try merged(["a": ["x": 1]], ["a": 5]) { $0["a"] = ["x": 1, "y": 2] }
    #expect(result["a"] == ["y": 2])
  }

  @Test func `a hook that returns what it saw does not remember the annotation in itself`() throws {
    let child = ChildMerge.created(["a": 1])
    let once = try ChildMerge.updated(child, to: child)
    #expect(try ChildMerge.updated(once, to: once) == once)
  }

  @Test func `an annotation that is no JSON is an error`() {
    var child = ChildMerge.created(["a": 1])
    child.annotations[ChildMerge.lastApplied] = "{"
    #expect(throws: ReconcileError.self) { try ChildMerge.updated(child, to: ["a": 1]) }
  }
}
