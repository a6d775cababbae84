internal import CEL
internal import Model

/// A request to a hook: what its answer depends on.
struct HookQuestion: Hashable {
  let path: String
  let body: String
  /// Whether the answer may depend on numbers of generations: then it was not checked that it does not.
  var seesGenerations = false
}

/// Requests to the hooks of a server with their answers, as a cache keeps them.
struct HookRecords {
  struct Entry {
    let answer: HookAnswer
    /// Whether the hook gave the same answer a second time.
    var isChecked: Bool
  }

  private var entries: [HookQuestion: Entry] = [:]

  subscript(question: HookQuestion) -> Entry? {
    get { entries[question] }
    set { entries[question] = newValue }
  }

  /// Makes an empty record.
  init() {}

  /// The record that JSON describes; nil where it is damaged.
  init?(json: JSONValue) {
    guard let rows = json["hooks"]?.array else { return nil }
    for row in rows {
      guard let path = row["path"]?.string, let body = row["body"]?.string,
        let exact = row["exact"]?.bool, let isChecked = row["checked"]?.bool,
        let answer = HookAnswer(json: row)
      else { return nil }
      let question = HookQuestion(path: path, body: body, seesGenerations: exact)
      entries[question] = Entry(answer: answer, isChecked: isChecked)
    }
  }

  /// The record as JSON, in an order that is always the same.
  var json: JSONValue {
    func order(_ question: HookQuestion) -> (String, String, Int) {
      (question.path, question.body, question.seesGenerations ? 1 : 0)
    }
    let rows = entries.sorted { order($0.key) < order($1.key) }
    return [
      "hooks": .array(
        rows.map { question, entry in
          var row = entry.answer.json
          row["path"] = .string(question.path)
          row["body"] = .string(question.body)
          row["exact"] = .bool(question.seesGenerations)
          row["checked"] = .bool(entry.isChecked)
          return .object(row)
        })
    ]
  }
}

extension HookAnswer {
  fileprivate var json: JSONObject {
    switch self {
    case .answered(let body): ["answer": .object(body)]
    case .tooManyRequests(let seconds): ["later": .int(Int64(seconds))]
    case .refused(let code, let text): ["code": .int(Int64(code)), "text": .string(text)]
    }
  }

  fileprivate init?(json: JSONValue) {
    if let body = json["answer"]?.object {
      self = .answered(body)
    } else if let seconds = json["later"]?.int {
      self = .tooManyRequests(seconds: Int(clamping: seconds))
    } else if let code = json["code"]?.int, let text = json["text"]?.string {
      self = .refused(code: Int(clamping: code), text: text)
    } else {
      return nil
    }
  }
}
