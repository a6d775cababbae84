internal import CEL

extension Template {
  /// The value of an object template without the members whose data is pending: kro's rule for status
  /// fields, which are resolved one by one.
  ///
  /// An array resolves whole or is left out, since its items have places. Throws other
  /// `EvaluationError`s, and what the activation throws.
  func evaluateWithoutPending(_ activation: any Activation) throws -> JSONObject {
    try root.evaluateWithoutPending(activation)?.object ?? JSONObject()
  }
}

extension Template.Node {
  fileprivate func evaluateWithoutPending(_ activation: any Activation) throws -> JSONValue? {
    guard case .object(let members) = self else {
      do {
        return try evaluate(activation)
      } catch let error as EvaluationError where error.isDataPending {
        return nil
      }
    }
    var object = JSONObject()
    for member in members {
      object[member.key] = try member.value.evaluateWithoutPending(activation)
    }
    return .object(object)
  }
}
