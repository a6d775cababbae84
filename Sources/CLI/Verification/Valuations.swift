internal import CEL
internal import Model

/// The valuations of a scenario's symbols that are tried one by one.
struct Valuations {
  /// The valuations; one without values where there are no symbols.
  var all: [[SymbolValue]]
  /// The symbols with too many values to be tried; the verdict then covers less than all.
  var untried: [String]

  /// The product of the symbols' values, where each symbol has at most 64 and all together at most
  /// 4,096.
  static func of(_ scenario: Scenario) throws -> Valuations {
    var result = Valuations(all: [[]], untried: [])
    for symbol in scenario.symbols {
      guard let values = symbol.values, !values.isEmpty,
        result.all.count * values.count <= 4_096
      else {
        result.untried.append(symbol.name)
        let first = symbol.values?.first ?? symbol.anyValue
        result.all = result.all.map { $0 + [SymbolValue(name: symbol.name, value: first)] }
        continue
      }
      result.all = result.all.flatMap { valuation in
        values.map { valuation + [SymbolValue(name: symbol.name, value: $0)] }
      }
    }
    return result
  }
}

extension SymbolDeclaration {
  /// One value of a symbol that has too many.
  fileprivate var anyValue: JSONValue {
    switch type {
    case .int: .int(minimum ?? maximum ?? 0)
    case .bool: .bool(false)
    case .string: .string("")
    case .quantity: .string("0")
    }
  }
}
