/// What checked and unchecked programs are linked with alike.
enum NodeBuilding {
  /// A list literal; one of constants is a constant.
  static func list(_ elements: [Node.Element], _ span: SourceSpan) -> Node {
    var values: [Value] = []
    for element in elements {
      guard !element.isOptional, let value = element.value.constant else {
        return .list(elements, span)
      }
      values.append(value)
    }
    return .constant(.list(values))
  }

  /// A map literal; one of constants is a constant, unless its keys are wrong.
  static func map(_ entries: [Node.Entry], _ span: SourceSpan) -> Node {
    var pairs: [(Value, Value)] = []
    for entry in entries {
      guard !entry.isOptional, let key = entry.key.constant, let value = entry.value.constant else {
        return .map(entries, span)
      }
      pairs.append((key, value))
    }
    guard let map = try? MapValue(pairs) else { return .map(entries, span) }
    return .constant(.map(map))
  }

  /// A call of the overloads that may apply.
  ///
  /// The second result is why no call can succeed, where a constant argument shows it.
  static func call(
    _ function: String, _ signatures: [Signature], _ arguments: [Node], _ span: SourceSpan
  ) -> (Node, EvaluationError?) {
    if let style = Node.OrElse(rawValue: function), arguments.count == 2,
      signatures.allSatisfy({ $0.style == .member })
    {
      return (.orElse(arguments[0], arguments[1], style, span), nil)
    }
    var candidates: [CallSite.Candidate] = []
    var failure: EvaluationError?
    for signature in signatures where signature.parameters.count == arguments.count {
      switch signature.action {
      case .none: break
      case .host: return (.host(function, arguments, span), nil)
      case .library(let overload):
        var implementation = overload.implementation
        if let preparation = overload.preparation {
          do throws(EvaluationError) {
            implementation = try preparation(arguments.map(\.constant)) ?? implementation
          } catch {
            failure = failure ?? error
          }
        }
        candidates.append(
          CallSite.Candidate(
            id: overload.id, parameters: overload.parameters, implementation: implementation))
      }
    }
    let site = CallSite(
      function: function, arguments: arguments, candidates: candidates, span: span)
    return (.call(site), failure)
  }
}
