/// Where a list begins and which version it shows.
///
/// Follows staging/src/k8s.io/apimachinery/pkg/apis/meta/internalversion/validation/validation.go
/// and staging/src/k8s.io/apiserver/pkg/storage/continue.go.
struct ListStart {
  /// How many items at most; nil for all.
  let limit: Int?
  /// The namespace and name of the last item before.
  let after: String?
  /// The version that the list shows exactly; nil for the present one.
  let exactRevision: String?
  /// The version that the store must have reached.
  let minimumRevision: Int64?

  /// Reads the parameters of a list.
  ///
  /// - Throws: a bad request for what cannot be read or does not go together.
  init(_ parameters: [String: String]) throws(APIError) {
    let version = parameters["resourceVersion"] ?? ""
    let token = parameters["continue"] ?? ""
    if !version.isEmpty, !token.isEmpty, version != "0" {
      throw .badRequest("specifying resource version is not allowed when using continue")
    }
    if !version.isEmpty, Int64(version) == nil {
      throw .internalFailure(
        "resourceVersion: Invalid value: \"\(version)\": strconv.ParseUint: parsing "
          + "\"\(version)\": invalid syntax")
    }
    let limit = parameters["limit"] ?? ""
    guard let number = limit.isEmpty ? 0 : Int(limit) else {
      throw .badRequest("strconv.ParseInt: parsing \"\(limit)\": invalid syntax")
    }
    self.limit = number > 0 ? number : nil
    minimumRevision = Int64(version)
    guard token.isEmpty else {
      let parts = Base64Text.decode(token)?.split(
        separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
      guard let parts, parts.count == 2 else {
        throw .badRequest("continue key is not valid")
      }
      exactRevision = parts[0].isEmpty ? nil : String(parts[0])
      after = String(parts[1])
      return
    }
    after = nil
    exactRevision =
      parameters["resourceVersionMatch"] == "Exact" && !version.isEmpty ? version : nil
  }
}
