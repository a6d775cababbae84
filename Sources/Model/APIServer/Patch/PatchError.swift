/// Why a patch was not applied, told apart by the status the API server answers.
package enum PatchError: Error, Hashable, Sendable {
  /// 400 BadRequest: the patch itself is malformed; the text is the message.
  case badRequest(String)
  /// 422 Invalid: the patch does not fit the object. Clients are told only that; the text is for us.
  case unprocessable(String)
  /// 413 RequestEntityTooLarge: too many JSON patch operations.
  case tooLarge(String)
  /// 500 without a reason: an error that upstream lets through unclassified.
  case unclassified(String)

  /// The HTTP status code.
  package var code: Int {
    switch self {
    case .badRequest: 400
    case .unprocessable: 422
    case .tooLarge: 413
    case .unclassified: 500
    }
  }

  /// The `reason` of the Status; empty for an unclassified error.
  package var reason: String {
    switch self {
    case .badRequest: "BadRequest"
    case .unprocessable: "Invalid"
    case .tooLarge: "RequestEntityTooLarge"
    case .unclassified: ""
    }
  }

  /// The `message` of the Status.
  ///
  /// For 422 it is the general one: endpoints/handlers/patch.go wraps the cause with
  /// errors.NewGenericServerResponse, which hides it.
  package var message: String {
    switch self {
    case .badRequest(let text), .tooLarge(let text), .unclassified(let text): text
    case .unprocessable: "the server rejected our request due to an error in our request"
    }
  }
}
