internal import CEL
internal import Model

/// Bytes that are no tree of calls.
struct CallTreeError: Error {
  let reason: String
}

/// A tree of calls as JSON: tables of calls, replies and results, and the nodes with their indices.
extension CallTree {
  /// The tree; nil where a body is no text.
  var json: JSONValue? {
    var calls = IndexedTable<HTTPCall>()
    var replies = IndexedTable<HTTPReply>()
    var results = IndexedTable<PostedEnd>()
    let rows = nodes.map { node in
      JSONValue.array(
        [
          node.parent ?? -1, node.reply.map { replies.index(of: $0) } ?? -1,
          node.call.map { calls.index(of: $0) } ?? -1,
          node.end.map { results.index(of: $0) } ?? -1, node.isChecked ? 1 : 0,
        ].map { .int(Int64($0)) })
    }
    let lifeRows = lives.runs.enumerated().map { index, run in
      JSONValue.array([
        lives.isNameless[index + 1].map { .bool($0) } ?? .null,
        .int(Int64(run.before)), .int(Int64(run.names)), .string(run.request.namespace),
        .string(run.request.name),
        .array(run.replies.map { .int(Int64(replies.index(of: $0))) }),
      ])
    }
    let callRows = calls.values.map(\.json)
    let replyRows = replies.values.map(\.json)
    guard !callRows.contains(nil), !replyRows.contains(nil) else { return nil }
    let rootRows = roots.sorted { $0.value < $1.value }.map { root, id in
      JSONValue.array([
        .string(root.controller), .string(root.request.namespace), .string(root.request.name),
        .string(root.life), .int(Int64(id)),
      ])
    }
    return [
      "calls": .array(callRows.compactMap(\.self)), "replies": .array(replyRows.compactMap(\.self)),
      "results": .array(results.values.map(\.json)), "roots": .array(rootRows),
      "nodes": .array(rows), "lives": .array(lifeRows),
    ]
  }

  /// The tree that JSON describes.
  init(json: JSONValue) throws(CallTreeError) {
    self.init()
    let calls = try Self.table(json, "calls") { HTTPCall(json: $0) }
    let replies = try Self.table(json, "replies") { HTTPReply(json: $0) }
    let results = try Self.table(json, "results") { PostedEnd(json: $0) }
    for row in try Self.rows(json, "nodes") {
      let numbers = row.array?.compactMap { $0.int.flatMap { Int(exactly: $0) } } ?? []
      guard numbers.count == 5 else { throw CallTreeError(reason: "a node is damaged") }
      let (parent, reply, call, result) = (numbers[0], numbers[1], numbers[2], numbers[3])
      guard parent < nodes.count, (parent < 0) == (reply < 0), reply < replies.count,
        call < calls.count, result < results.count, call < 0 || result < 0
      else { throw CallTreeError(reason: "a node is damaged") }
      var node = Node()
      if call >= 0 { node.call = calls[call] }
      if result >= 0 { node.end = results[result] }
      node.isChecked = numbers[4] == 1
      guard parent >= 0 else {
        append(node)
        continue
      }
      (node.parent, node.reply) = (parent, replies[reply])
      guard self[parent].call != nil, connect(node, to: parent) else {
        throw CallTreeError(reason: "a node is damaged")
      }
    }
    for (index, row) in try Self.rows(json, "lives").enumerated() {
      guard let fields = row.array, fields.count == 6, let before = fields[1].int,
        (0...Int64(index)).contains(before), let names = fields[2].int,
        (0..<1 << 31).contains(names),
        let namespace = fields[3].string, let name = fields[4].string, let said = fields[5].array
      else { throw CallTreeError(reason: "a life is damaged") }
      let numbers = said.compactMap { $0.int.flatMap { Int(exactly: $0) } }
      guard numbers.count == said.count, numbers.allSatisfy(replies.indices.contains) else {
        throw CallTreeError(reason: "a life is damaged")
      }
      let number = lives.append(
        LifeTable.Run(
          before: Int(before), request: ReconcileRequest(namespace: namespace, name: name),
          replies: numbers.map { replies[$0] }, names: Int(names)))
      if number != index + 1 { throw CallTreeError(reason: "a life is there twice") }
      if let isNameless = fields[0].bool { lives.note(number, isNameless: isNameless) }
    }
    for row in try Self.rows(json, "roots") {
      guard let fields = row.array, fields.count == 5, let controller = fields[0].string,
        let namespace = fields[1].string, let name = fields[2].string, let life = fields[3].string,
        let id = fields[4].int.flatMap({ Int(exactly: $0) }), nodes.indices.contains(id),
        self[id].parent == nil
      else { throw CallTreeError(reason: "a root is damaged") }
      let request = ReconcileRequest(namespace: namespace, name: name)
      addRoot(Root(controller: controller, request: request, life: life), id)
    }
  }

  private static func rows(_ json: JSONValue, _ name: String) throws(CallTreeError) -> [JSONValue] {
    guard let rows = json[name]?.array else { throw CallTreeError(reason: "it has no \(name)") }
    return rows
  }

  private static func table<Value>(
    _ json: JSONValue, _ name: String, _ decode: (JSONValue) -> Value?
  ) throws(CallTreeError) -> [Value] {
    let rows = try rows(json, name)
    let values = rows.compactMap(decode)
    guard values.count == rows.count else {
      throw CallTreeError(reason: "one of the \(name) is none")
    }
    return values
  }
}

/// Values by the order of their appearance, each once.
private struct IndexedTable<Value: Hashable> {
  private(set) var values: [Value] = []
  private var indices: [Value: Int] = [:]

  mutating func index(of value: Value) -> Int {
    if let index = indices[value] { return index }
    indices[value] = values.count
    values.append(value)
    return values.count - 1
  }
}

extension HTTPCall {
  /// The call; nil where its body is no text.
  fileprivate var json: JSONValue? {
    guard let body = String(validating: body, as: UTF8.self) else { return nil }
    return [
      "method": .string(method), "path": .string(path),
      "query": .object(JSONObject(query.map { ($0.key, .string($0.value)) })),
      "accept": .string(accept), "type": .string(contentType), "agent": .string(userAgent),
      "body": .string(body),
    ]
  }

  fileprivate init?(json: JSONValue) {
    guard let method = json["method"]?.string, let path = json["path"]?.string,
      let query = json["query"]?.object, let accept = json["accept"]?.string,
      let type = json["type"]?.string, let agent = json["agent"]?.string,
      let body = json["body"]?.string
    else { return nil }
    self.init(
      method: method, path: path,
      query: Dictionary(query.entries.map { ($0.key, $0.value.string ?? "") }) { $1 },
      accept: accept, contentType: type, userAgent: agent, body: Array(body.utf8))
  }
}

extension HTTPReply {
  /// The reply; nil where its body is no text.
  fileprivate var json: JSONValue? {
    guard let body = String(validating: body, as: UTF8.self) else { return nil }
    return ["status": .int(Int64(status)), "type": .string(contentType), "body": .string(body)]
  }

  fileprivate init?(json: JSONValue) {
    guard let status = json["status"]?.int, let type = json["type"]?.string,
      let body = json["body"]?.string
    else { return nil }
    self.init(status: Int(clamping: status), contentType: type, body: body)
  }
}
