internal import CEL

extension ListQuery {
  /// The query that `list(apiVersion, kind, namespace, labels)` means; a null, empty or absent
  /// namespace stands for all, no labels for any.
  init(arguments: [Value], kinds: KindCatalogue) throws(EvaluationError) {
    guard case .string(let apiVersion)? = arguments.first, arguments.count >= 2,
      case .string(let kind) = arguments[1]
    else { throw EvaluationError.noMatchingOverload("list", arguments) }
    var namespace = ""
    if arguments.count > 2 {
      switch arguments[2] {
      case .null: break
      case .string(let text): namespace = text
      default: throw EvaluationError.noMatchingOverload("list", arguments)
      }
    }
    var pairs: [(key: String, value: String)] = []
    if arguments.count > 3 {
      guard case .map(let labels) = arguments[3] else {
        throw EvaluationError.noMatchingOverload("list", arguments)
      }
      for case (.string(let key), .string(let value)) in labels.entries {
        pairs.append((key, value))
      }
      guard pairs.count == labels.count else {
        throw EvaluationError(.invalidArgument, "labels must be a map of strings to strings")
      }
    }
    let groupKind = GroupKind(apiVersion: apiVersion, kind: kind)
    let isNamespaced = kinds[groupKind]?.isNamespaced ?? true
    let selector = pairs.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      .joined(separator: ",")
    self.init(
      apiVersion: apiVersion, kind: kind,
      namespace: isNamespaced && !namespace.isEmpty ? namespace : nil,
      selection: selector.isEmpty ? .all : .selectors(label: selector, field: ""))
  }
}
