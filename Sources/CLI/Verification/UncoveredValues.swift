internal import CEL

/// The smallest values of the symbols that no class has.
struct UncoveredValues {
  private let terms: TermTable
  private let domain: TermID

  init(_ terms: TermTable, domain: TermID) {
    self.terms = terms
    self.domain = domain
  }

  /// The values that come first in the order of the symbols and fulfil none of the conditions.
  mutating func next(outside covered: [TermID]) throws -> ValueClasses.Next {
    var valuation = Valuation()
    for number in terms.symbols.indices { valuation[number] = first(number) }
    while true {
      if terms.holds(domain, valuation), !covered.contains(where: { terms.holds($0, valuation) }) {
        return .values(valuation)
      }
      guard advance(&valuation) else { return .none }
    }
  }

  private func first(_ number: Int) -> TermConstant {
    let symbol = terms.symbols[number]
    return symbol.sort == .int ? .integer(symbol.range?.lower ?? 0) : terms.defaultValue(ofSymbol: number)
  }

  private func advance(_ valuation: inout Valuation) -> Bool {
    for number in terms.symbols.indices.reversed() {
      let symbol = terms.symbols[number]
      switch valuation[number] {
      case .integer(let value) where value < symbol.range?.upper ?? 0:
        valuation[number] = .integer(value + 1)
        return true
      case .bool(false):
        valuation[number] = .bool(true)
        return true
      case .string(let text):
        if let values = symbol.values, let place = values.firstIndex(of: text),
          place + 1 < values.count
        {
          valuation[number] = .string(values[place + 1])
          return true
        }
      default: break
      }
      valuation[number] = first(number)
    }
    return false
  }
}
