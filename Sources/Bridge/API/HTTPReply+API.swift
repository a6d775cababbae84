internal import CEL
internal import Model

extension HTTPReply {
  /// The answer of the API server as HTTP; a bare text is sent as such.
  init(_ response: APIResponse) {
    if let text = response.body.string {
      self.init(status: response.code, contentType: "text/plain; charset=utf-8", body: text)
    } else {
      self.init(status: response.code, json: response.body)
    }
  }

  init(status: Int = 200, json: JSONValue) {
    self.init(status: status, contentType: "application/json", body: json.text + "\n")
  }

  init(status: Int = 200, contentType: String, body: String) {
    self.init(status: status, contentType: contentType, body: Array(body.utf8))
  }
}
