package import CEL

/// What a webhook answered.
package enum HookAnswer: Hashable, Sendable {
  /// 200 with a JSON object.
  case answered(JSONObject)
  /// 429: it wants to be asked again later.
  case tooManyRequests(seconds: Int)
  /// Any other code.
  case refused(code: Int, text: String)
}

/// The way to the hooks of one controller.
///
/// A hook is a pure function of its request, so answers are kept: each distinct request is made once
/// (and once more, to see that the answer is the same).
package protocol HookClient: Sendable {
  /// The answer to a request.
  ///
  /// - Throws: ``HookFailure``.
  func answer(_ hook: MetacontrollerController.Hook, to request: JSONObject) throws -> HookAnswer
}

/// A hook that could not be started or reached, died, hung, or answered nonsense, or that does not
/// answer the same to the same: never a verdict.
package struct HookFailure: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// Makes a failure.
  package init(_ description: String) { self.description = description }
}
