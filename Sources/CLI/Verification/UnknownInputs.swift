internal import CEL
internal import Model

/// The symbols of a scenario as terms: what their values can be.
struct UnknownInputs {
  let terms = TermTable()
  private let symbols: [SymbolDeclaration]
  /// Which values of the symbols there are.
  let domain: TermID

  init(_ scenario: Scenario) { self.init(symbols: scenario.symbols) }

  init(symbols: [SymbolDeclaration]) {
    self.symbols = symbols
    let terms = terms
    domain = terms.all(symbols.map { Self.declare($0, terms) })
  }

  var isEmpty: Bool { symbols.isEmpty }

  /// The names, for sentences.
  var names: String { symbols.map(\.name).joined(separator: ", ") }

  /// Declares a symbol; the condition that its values fulfil.
  private static func declare(_ symbol: SymbolDeclaration, _ terms: TermTable) -> TermID {
    switch symbol.type {
    case .bool:
      let term = terms.symbol(symbol.name, .bool)
      let choices = symbol.choices?.compactMap(\.bool) ?? [false, true]
      return terms.any(choices.map { $0 ? term : terms.not(term) })
    case .int:
      let choices = symbol.choices?.compactMap(\.int).map { Int128($0) }
      let lower = choices?.min() ?? symbol.minimum.map { Int128($0) } ?? Int128(Int64.min)
      let upper = choices?.max() ?? symbol.maximum.map { Int128($0) } ?? Int128(Int64.max)
      let term = terms.symbol(symbol.name, .int, range: Interval(lower, upper))
      return choices.map { terms.any($0.map { terms.equals(term, $0) }) } ?? .always
    case .string, .quantity:
      let choices = symbol.choices?.map(text)
      let term = terms.symbol(symbol.name, .string, values: choices)
      return choices.map { terms.any($0.map { terms.stringEquals(term, terms.string($0)) }) }
        ?? .always
    }
  }

  /// A quantity may be written as a number; the API server keeps text.
  private static func text(_ value: JSONValue) -> String { value.string ?? value.text }

  /// The symbols' values under a valuation.
  func values(_ valuation: Valuation) -> [SymbolValue] {
    symbols.enumerated().map { number, symbol in
      let constant = valuation[number] ?? terms.defaultValue(ofSymbol: number)
      return SymbolValue(name: symbol.name, value: JSONValue(constant))
    }
  }

  /// The symbols as values that are not known, all of one run.
  func unknown(in run: SymbolicRun) -> [String: JSONValue] {
    var values: [String: JSONValue] = [:]
    for (number, symbol) in symbols.enumerated() {
      values[symbol.name] = JSONValue(terms.term(ofSymbol: number), in: run)
    }
    return values
  }
}
