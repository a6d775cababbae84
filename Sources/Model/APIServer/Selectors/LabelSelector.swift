package import CEL

/// A test on the labels of an object: a conjunction of requirements.
///
/// Follows staging/src/k8s.io/apimachinery/pkg/labels/selector.go: an empty selector accepts
/// everything; `!=` and `notin` accept objects without the label.
package struct LabelSelector: Hashable, Sendable {
  /// How a label's value is tested.
  package enum Operator: String, Hashable, Sendable {
    case `in` = "in"
    case notIn = "notin"
    case exists = "exists"
    case doesNotExist = "!"
    case greaterThan = "gt"
    case lessThan = "lt"
  }

  /// One test of one label.
  package struct Requirement: Hashable, Sendable {
    package let key: String
    package let `operator`: Operator
    /// Sorted and unique.
    package let values: [String]

    /// Makes a requirement; the values are put in order.
    package init(_ key: String, _ operator: Operator, _ values: [String] = []) {
      self.key = key
      self.operator = `operator`
      var unique: [String] = []
      for value in values.sorted() where unique.last != value { unique.append(value) }
      self.values = unique
    }

    /// Whether labels satisfy it.
    func matches(_ labels: JSONObject) -> Bool {
      let value = labels[key]?.string
      switch `operator` {
      case .in: return value.map { values.contains($0) } ?? false
      case .notIn: return value.map { !values.contains($0) } ?? true
      case .exists: return value != nil
      case .doesNotExist: return value == nil
      case .greaterThan, .lessThan:
        guard let number = value.flatMap({ Int64($0) }),
          let bound = values.first.flatMap({ Int64($0) })
        else { return false }
        return `operator` == .greaterThan ? number > bound : number < bound
      }
    }
  }

  /// All must hold.
  package let requirements: [Requirement]

  /// Makes a selector; without requirements it accepts everything.
  package init(_ requirements: [Requirement] = []) { self.requirements = requirements }

  /// Reads the text of a `labelSelector` parameter.
  ///
  /// - Throws: `SelectorError` with upstream's words.
  package init(parsing text: String) throws(SelectorError) {
    var parser = LabelSelectorParser(text)
    self.init(try parser.requirements())
  }

  /// Reads a `metav1.LabelSelector` (`matchLabels`, `matchExpressions`).
  ///
  /// Follows metav1.LabelSelectorAsSelector: nil here is its "nothing" (an absent selector) or an
  /// invalid one; an empty one accepts everything.
  package init?(object: JSONValue?) {
    guard let object = object?.object else { return nil }
    var requirements: [Requirement] = []
    for entry in object["matchLabels"]?.object?.entries ?? [] {
      requirements.append(Requirement(entry.key, .in, [entry.value.string ?? ""]))
    }
    for expression in object["matchExpressions"]?.array ?? [] {
      let values = (expression["values"]?.array ?? []).compactMap(\.string)
      guard let key = expression["key"]?.string else { return nil }
      switch expression["operator"]?.string {
      case "In": requirements.append(Requirement(key, .in, values))
      case "NotIn": requirements.append(Requirement(key, .notIn, values))
      case "Exists": requirements.append(Requirement(key, .exists))
      case "DoesNotExist": requirements.append(Requirement(key, .doesNotExist))
      default: return nil
      }
    }
    self.init(requirements)
  }

  /// Reads a plain map of labels, as `Service.spec.selector` is.
  package init(labels: JSONObject) {
    self.init(labels.entries.map { Requirement($0.key, .in, [$0.value.string ?? ""]) })
  }

  /// Whether everything is accepted.
  package var isEmpty: Bool { requirements.isEmpty }

  /// Whether labels (`metadata.labels`, absent is empty) satisfy all requirements.
  package func matches(labels: JSONObject?) -> Bool {
    let labels = labels ?? JSONObject()
    return requirements.allSatisfy { $0.matches(labels) }
  }

  /// Whether an object's labels satisfy all requirements.
  package func matches(_ object: JSONObject) -> Bool {
    matches(labels: object.at("metadata", "labels")?.object)
  }

  /// The selector as a `labelSelector` parameter.
  package var text: String {
    requirements.map { requirement in
      let key = requirement.key
      let list = requirement.values.joined(separator: ",")
      switch requirement.operator {
      case .in:
        return requirement.values.count == 1 ? "\(key)=\(list)" : "\(key) in (\(list))"
      case .notIn:
        return requirement.values.count == 1 ? "\(key)!=\(list)" : "\(key) notin (\(list))"
      case .exists: return key
      case .doesNotExist: return "!\(key)"
      case .greaterThan: return "\(key)>\(list)"
      case .lessThan: return "\(key)<\(list)"
      }
    }.joined(separator: ",")
  }
}

/// Why a selector's text was refused.
package struct SelectorError: Error, Hashable, Sendable {
  package let message: String

  init(_ message: String) { self.message = message }
}
