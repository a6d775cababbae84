/// The names an environment declares.
struct Names: Sendable {
  let container: String
  let variables: [String: CELType]
  let types: [String: CELType]
  let functions: [String: [Signature]]

  /// What a name may mean, in the order of trying.
  ///
  /// In the container, in what contains it, outside; with a leading dot outside only.
  func candidates(_ name: String) -> [String] {
    if name.hasPrefix(".") { return [String(name.dropFirst())] }
    var result: [String] = []
    var scope = container[...]
    while !scope.isEmpty {
      result.append("\(scope).\(name)")
      scope = scope.lastIndex(of: ".").map { scope[..<$0] } ?? ""
    }
    result.append(name)
    return result
  }

  /// The function's full name and signatures of a style.
  func function(_ name: String, _ style: Overload.Style) -> (name: String, [Signature])? {
    for candidate in style == .member ? [name] : candidates(name) {
      if let signatures = functions[candidate]?.filter({ $0.style == style }), !signatures.isEmpty {
        return (candidate, signatures)
      }
    }
    return nil
  }

  /// Whether a dotted name, or the start of it, is a variable or a type.
  func isDeclared(_ dottedName: String) -> Bool {
    var name = dottedName[...]
    while true {
      for candidate in candidates(String(name))
      where variables[candidate] != nil || types[candidate] != nil {
        return true
      }
      guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return false }
      name = name[..<dot]
    }
  }

  /// The names of all functions, for suggestions.
  var functionNames: [String] { functions.keys.sorted() }

  /// The names of all variables, for suggestions.
  var variableNames: [String] { variables.keys.sorted() }

  /// The types the language names.
  static let standardTypes: [String: CELType] = [
    "bool": .bool, "bytes": .bytes, "double": .double, "int": .int, "list": .list(.dyn),
    "map": .map(.dyn, .dyn), "null_type": .null, "string": .string, "type": .type(.dyn),
    "uint": .uint, "google.protobuf.Timestamp": .timestamp, "google.protobuf.Duration": .duration,
  ]
}
