/// A named format of the API server: what it says about a text that does not have it.
///
/// Follows k8s.io/apiserver/pkg/cel/library/format.go and, for the texts,
/// k8s.io/apimachinery/pkg/util/validation/validation.go and pkg/api/validation/generic.go.
enum NamedFormat: String, CaseIterable, Sendable {
  case dns1123Label
  case dns1123Subdomain
  case dns1035Label
  case qualifiedName
  case dns1123LabelPrefix
  case dns1123SubdomainPrefix
  case dns1035LabelPrefix
  case labelValue
  case uri
  case uuid
  case byte
  case date
  case datetime

  /// The problems of a text; none where it has the format.
  func problems(_ text: String) -> [String] {
    switch self {
    case .dns1123Label: Self.dns1123Label(text)
    case .dns1123Subdomain: Self.dns1123Subdomain(text)
    case .dns1035Label: Self.dns1035Label(text)
    case .dns1123LabelPrefix: Self.dns1123Label(Self.withoutTrailingDash(text))
    case .dns1123SubdomainPrefix: Self.dns1123Subdomain(Self.withoutTrailingDash(text))
    case .dns1035LabelPrefix: Self.dns1035Label(Self.withoutTrailingDash(text))
    case .qualifiedName: Self.qualifiedName(text)
    case .labelValue: Self.labelValue(text)
    case .uri: ParsedURL(text) == nil ? ["invalid URI: '\(text)'"] : []
    case .uuid:
      Self.matches(Self.uuidPattern, text) ? [] : ["does not match the UUID format"]
    case .byte: Self.matches(Self.base64Pattern, text) ? [] : ["invalid base64"]
    case .date: Self.isDate(text) ? [] : ["invalid date"]
    case .datetime: Self.isDateTime(text) ? [] : ["invalid datetime"]
    }
  }

  // MARK: Names

  private static let label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
  private static let subdomain = "\(label)(\\.\(label))*"
  private static let oldLabel = "[a-z]([-a-z0-9]*[a-z0-9])?"
  private static let qualified = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"

  /// A prefix may end in a dash, since something follows it.
  private static func withoutTrailingDash(_ text: String) -> String {
    text.utf8.count > 1 && text.hasSuffix("-") ? text.dropLast(2) + "a" : text
  }

  private static func dns1123Label(_ text: String) -> [String] {
    var problems = tooLong(text, 63)
    guard !matches("^\(label)$", text) else { return problems }
    if matches("^\(subdomain)$", text) {
      problems.append("must not contain dots")
    } else {
      problems.append(
        mismatch(
          "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
            + "and must start and end with an alphanumeric character", label,
          ["my-name", "123-abc"]))
    }
    return problems
  }

  private static func dns1123Subdomain(_ text: String) -> [String] {
    var problems = tooLong(text, 253)
    if !matches("^\(subdomain)$", text) {
      problems.append(
        mismatch(
          "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' "
            + "or '.', and must start and end with an alphanumeric character", subdomain,
          ["example.com"]))
    }
    return problems
  }

  private static func dns1035Label(_ text: String) -> [String] {
    var problems = tooLong(text, 63)
    if !matches("^\(oldLabel)$", text) {
      problems.append(
        mismatch(
          "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with "
            + "an alphabetic character, and end with an alphanumeric character", oldLabel,
          ["my-name", "abc-123"]))
    }
    return problems
  }

  private static func qualifiedName(_ text: String) -> [String] {
    let rule = mismatch(
      "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
        + "alphanumeric character", qualified, ["MyName", "my.name", "123-abc"])
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, let name = parts.last else {
      return [
        "a qualified name " + rule
          + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
      ]
    }
    var problems: [String] = []
    if parts.count == 2 {
      problems =
        (parts[0].isEmpty ? ["must be non-empty"] : dns1123Subdomain(parts[0]))
        .map { "prefix part " + $0 }
    }
    if name.isEmpty {
      problems.append("name part must be non-empty")
    } else {
      problems += tooLong(name, 63).map { "name part " + $0 }
    }
    if !matches("^\(qualified)$", name) { problems.append("name part " + rule) }
    return problems
  }

  private static func labelValue(_ text: String) -> [String] {
    var problems = tooLong(text, 63)
    if !matches("^(\(qualified))?$", text) {
      problems.append(
        mismatch(
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' "
            + "or '.', and must start and end with an alphanumeric character", "(\(qualified))?",
          ["MyValue", "my_value", "12345"]))
    }
    return problems
  }

  private static func tooLong(_ text: String, _ limit: Int) -> [String] {
    text.utf8.count > limit ? ["must be no more than \(limit) bytes"] : []
  }

  private static func mismatch(
    _ message: String, _ pattern: String, _ examples: [String]
  ) -> String {
    let list = examples.map { "'\($0)'" }.joined(separator: ",  or ")
    return "\(message) (e.g. \(list), regex used for validation is '\(pattern)')"
  }

  // MARK: Formats of OpenAPI (k8s.io/kube-openapi/pkg/validation/strfmt)

  private static let uuidPattern =
    "(?i)(^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$)|(^[0-9a-f]{32}$)"
  private static let base64Pattern =
    "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$"

  private static func isDate(_ text: String) -> Bool {
    text.utf8.count == 10 && (try? CELTimestamp(text + "T00:00:00Z")) != nil
  }

  private static func isDateTime(_ text: String) -> Bool {
    let parts = text.lowercased().split(separator: "t", omittingEmptySubsequences: false)
    guard parts.count >= 2, isDate(String(parts[0])) else { return false }
    return matches(
      "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$",
      String(parts[1]))
  }

  private static func matches(_ pattern: String, _ text: String) -> Bool {
    (try? RegularExpression(pattern))?.matches(text) ?? false
  }
}
