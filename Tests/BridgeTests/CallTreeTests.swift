import CEL
import Testing

@testable import Bridge
@testable import Model

/// The record of runs as JSON: what is written is read, and what is damaged is not.
struct CallTreeTests {
  /// A call with two replies: after one the run ends, after the other it asks on and fails.
  private static func tree() -> CallTree {
    var tree = CallTree()
    let root = tree.root(
      CallTree.Root(controller: "c", request: ReconcileRequest(namespace: "n", name: "a")))
    tree.record(
      HTTPCall(method: "GET", path: "/api/v1/pods", query: ["limit": "5"], accept: "text/x"),
      at: root)
    let first = tree.follow(root, HTTPReply(status: 200, json: ["kind": "PodList"]))
    tree.record(PostedEnd(.finished(.requeueAfter(seconds: 3)), memoryHash: "m"), at: first)
    tree.check(first)
    let second = tree.follow(root, HTTPReply(status: 404, json: ["kind": "Status"]))
    tree.record(
      HTTPCall(method: "POST", path: "/api/v1/pods", userAgent: "c/1", body: Array("{}".utf8)),
      at: second)
    let third = tree.follow(second, HTTPReply(status: 409, json: ["kind": "Status"]))
    tree.record(PostedEnd(.failed("no luck")), at: third)
    tree.lives.append(
      LifeTable.Run(
        before: 0, request: ReconcileRequest(namespace: "n", name: "a"),
        replies: [HTTPReply(status: 200, json: ["kind": "PodList"])], names: 0))
    return tree
  }

  @Test func `a tree that is written is read`() throws {
    let json = try #require(Self.tree().json)
    let read = try CallTree(json: JSONValue(parsing: Array(json.text.utf8)))
    #expect(read.json == json)
    let root = CallTree.Root(controller: "c", request: ReconcileRequest(namespace: "n", name: "a"))
    let id = try #require(read.roots[root])
    // What an earlier session knew is not known to this one.
    #expect(!read[id].isKnown)
    #expect(read[id].call == Self.tree()[id].call)
    #expect(read.path(to: 3).map(\.call.method) == ["GET", "POST"])
  }

  @Test func `a damaged tree is refused, whatever is wrong`() throws {
    let json = try #require(Self.tree().json)
    let rows = try #require(json["nodes"]?.array)
    for (row, fields) in rows.enumerated() {
      let numbers = try #require(fields.array)
      for column in 0..<4 {
        for value: Int64 in [-2, 7, 1 << 40] where column < 3 || value != -2 {
          var damaged = numbers
          damaged[column] = .int(value)
          // An absent call or reply may be written as any negative number.
          if value < 0, numbers[column] == .int(-1) { continue }
          var all = rows
          all[row] = .array(damaged)
          var object = try #require(json.object)
          object["nodes"] = .array(all)
          #expect(throws: CallTreeError.self, "row \(row), column \(column), \(value)") {
            try CallTree(json: .object(object))
          }
        }
      }
    }
    for name in ["calls", "replies", "results", "lives", "roots", "nodes"] {
      var object = try #require(json.object)
      object[name] = nil
      #expect(throws: CallTreeError.self, "\(name)") { try CallTree(json: .object(object)) }
      object[name] = [.null]
      #expect(throws: CallTreeError.self, "\(name)") { try CallTree(json: .object(object)) }
    }
  }
}
