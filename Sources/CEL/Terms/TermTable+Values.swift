/// Symbolic values under known symbols: what a replay needs.
extension TermTable {
  /// The plain value that a value stands for under a valuation; nil where CEL cannot represent it,
  /// which an evaluation's error condition says too.
  package func value(_ value: Value, under values: Valuation) -> Value? {
    switch value {
    case .symbolic(.term(let term, let sort)):
      return Value(evaluate(term, values), sort)
    case .symbolic(.list(let items)):
      var plain: [Value] = []
      for item in items where holds(item.guardTerm, values) {
        guard let element = self.value(item.value, under: values) else { return nil }
        plain.append(element)
      }
      return .list(plain)
    case .symbolic(.map(let entries)):
      var pairs: [(Value, Value)] = []
      for entry in entries where holds(entry.guardTerm, values) {
        guard let element = self.value(entry.value, under: values) else { return nil }
        pairs.append((entry.key, element))
      }
      return (try? MapValue(pairs)).map(Value.map)
    case .symbolic(.choice(let cases)):
      for item in cases where holds(item.guardTerm, values) {
        return self.value(item.value, under: values)
      }
      return nil
    case .list(let items):
      var plain: [Value] = []
      for item in items {
        guard let element = self.value(item, under: values) else { return nil }
        plain.append(element)
      }
      return .list(plain)
    case .map(let map) where map.json == nil:
      var pairs: [(Value, Value)] = []
      for entry in map.entries {
        guard let element = self.value(entry.value, under: values) else { return nil }
        pairs.append((entry.key, element))
      }
      return (try? MapValue(pairs)).map(Value.map)
    case .optional(.some(let content)):
      return self.value(content, under: values).map { .optional($0) }
    default: return value
    }
  }
}
