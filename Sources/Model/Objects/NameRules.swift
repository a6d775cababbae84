/// The forms of names, label keys and label values that Kubernetes accepts.
///
/// Follows staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go. Each function answers
/// what is wrong, in upstream's words; an empty list is valid.
package enum NameRules {
  /// What is wrong with a DNS-1123 subdomain, the form of most object names.
  package static func dns1123Subdomain(_ name: String) -> [String] {
    var problems: [String] = []
    if name.utf8.count > 253 { problems.append("must be no more than 253 characters") }
    if !name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy({
      isDNS1123Part($0.utf8)
    }) {
      problems.append(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
          + "and must start and end with an alphanumeric character (e.g. 'example.com', regex "
          + "used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*"
          + "[a-z0-9])?)*')")
    }
    return problems
  }

  /// What is wrong with a DNS-1123 label, the form of namespaces' and containers' names.
  package static func dns1123Label(_ name: String) -> [String] {
    var problems: [String] = []
    if name.utf8.count > 63 { problems.append("must be no more than 63 characters") }
    if !isDNS1123Part(name.utf8) {
      problems.append(
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must "
          + "start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex "
          + "used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')")
    }
    return problems
  }

  /// What is wrong with a DNS-1035 label, the form of Services' names.
  package static func dns1035Label(_ name: String) -> [String] {
    var problems: [String] = []
    if name.utf8.count > 63 { problems.append("must be no more than 63 characters") }
    if !isDNS1123Part(name.utf8) || !(name.utf8.first.map(isLower) ?? false) {
      problems.append(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with "
          + "an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  "
          + "or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')")
    }
    return problems
  }

  /// What is wrong with a qualified name: a label key, an annotation key, a finalizer.
  package static func qualifiedName(_ name: String) -> [String] {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let rule =
      "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
      + "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
      + "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
    var problems: [String] = []
    var local = name[...]
    switch parts.count {
    case 1: break
    case 2:
      local = parts[1]
      if parts[0].isEmpty {
        problems.append("prefix part must be non-empty")
      } else {
        problems += dns1123Subdomain(String(parts[0])).map { "prefix part " + $0 }
      }
    default:
      return ["a qualified name " + rule + " with an optional DNS subdomain prefix and '/'"]
    }
    if local.isEmpty {
      problems.append("name part must be non-empty")
    } else if local.utf8.count > 63 {
      problems.append("name part must be no more than 63 characters")
    }
    if !isWord(local.utf8) { problems.append("name part " + rule) }
    return problems
  }

  /// What is wrong with a label's value.
  package static func labelValue(_ value: String) -> [String] {
    var problems: [String] = []
    if value.utf8.count > 63 { problems.append("must be no more than 63 characters") }
    if !value.isEmpty, !isWord(value.utf8) {
      problems.append(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
          + "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or "
          + "'my_value',  or '12345', regex used for validation is "
          + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")
    }
    return problems
  }

  /// What is wrong with a name that only has to fit into a path (path.ValidatePathSegmentName).
  package static func pathSegment(_ name: String) -> [String] {
    if name == "." || name == ".." { return ["may not be '\(name)'"] }
    return ["/", "%"].filter { name.contains($0) }.map { "may not contain '\($0)'" }
  }

  /// What is wrong with a key of a ConfigMap or Secret (validation.IsConfigMapKey).
  package static func configMapKey(_ key: String) -> [String] {
    var problems: [String] = []
    if key.utf8.count > 253 { problems.append("must be no more than 253 characters") }
    let isValid =
      !key.isEmpty
      && key.utf8.allSatisfy {
        isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
          || $0 == UInt8(ascii: ".")
      }
    if !isValid {
      problems.append(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
          + "'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is "
          + "'[-._a-zA-Z0-9]+')")
    }
    if key == "." || key == ".." { problems.append("must not be '\(key)'") }
    if key.hasPrefix(".."), key != ".." { problems.append("must not start with '..'") }
    return problems
  }

  private static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isLower(byte) || isDigit(byte) || (0x41...0x5A).contains(byte)
  }

  private static func isDNS1123Part(_ bytes: Substring.UTF8View) -> Bool {
    guard let first = bytes.first, let last = bytes.last else { return false }
    return (isLower(first) || isDigit(first)) && (isLower(last) || isDigit(last))
      && bytes.allSatisfy { isLower($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
  }

  private static func isDNS1123Part(_ bytes: String.UTF8View) -> Bool {
    isDNS1123Part(Substring(String(bytes)).utf8)
  }

  private static func isWord(_ bytes: some BidirectionalCollection<UInt8>) -> Bool {
    guard let first = bytes.first, let last = bytes.last else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last)
      && bytes.allSatisfy {
        isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
          || $0 == UInt8(ascii: ".")
      }
  }
}
