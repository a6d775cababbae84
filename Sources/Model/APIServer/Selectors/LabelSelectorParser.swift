internal import CEL

/// Reads the text of a label selector: upstream's `labels.Parser`.
///
/// Follows staging/src/k8s.io/apimachinery/pkg/labels/selector.go (Lexer, Parser).
struct LabelSelectorParser {
  private enum Token: Equatable {
    case end, comma, open, close, not, equals, doubleEquals, notEquals, greater, less, `in`, notIn
    case word(String)

    var text: String {
      switch self {
      case .end: ""
      case .comma: ","
      case .open: "("
      case .close: ")"
      case .not: "!"
      case .equals: "="
      case .doubleEquals: "=="
      case .notEquals: "!="
      case .greater: ">"
      case .less: "<"
      case .in: "in"
      case .notIn: "notin"
      case .word(let word): word
      }
    }
  }

  private var tokens: [Token]
  private var position = 0

  init(_ text: String) { tokens = Self.tokens(of: text) }

  private static func tokens(of text: String) -> [Token] {
    let bytes = Array(text.utf8)
    var tokens: [Token] = []
    var index = 0
    let symbols: [(String, Token)] = [
      ("==", .doubleEquals), ("!=", .notEquals), ("=", .equals), ("!", .not), (",", .comma),
      ("(", .open), (")", .close), (">", .greater), ("<", .less),
    ]
    func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
    while index < bytes.count {
      if isSpace(bytes[index]) {
        index += 1
        continue
      }
      if let (symbol, token) = symbols.first(where: {
        bytes[index...].starts(with: $0.0.utf8)
      }) {
        tokens.append(token)
        index += symbol.utf8.count
        continue
      }
      let start = index
      while index < bytes.count, !isSpace(bytes[index]),
        !"=!,()><".utf8.contains(bytes[index])
      { index += 1 }
      let word = String(decoding: bytes[start..<index], as: UTF8.self)
      tokens.append(word == "in" ? .in : word == "notin" ? .notIn : .word(word))
    }
    return tokens
  }

  private var current: Token { position < tokens.count ? tokens[position] : .end }

  /// In the place of a value `in` and `notin` are words (upstream's context Values).
  private var currentWord: String? {
    switch current {
    case .word(let word): word
    case .in: "in"
    case .notIn: "notin"
    default: nil
    }
  }

  mutating func requirements() throws(SelectorError) -> [LabelSelector.Requirement] {
    var requirements: [LabelSelector.Requirement] = []
    if current == .end { return [] }
    while true {
      requirements.append(try requirement())
      switch current {
      case .end: return requirements
      case .comma:
        position += 1
        if currentWord == nil, current != .not {
          throw SelectorError("found '\(current.text)', expected: identifier after ','")
        }
      default: throw SelectorError("found '\(current.text)', expected: ',' or 'end of string'")
      }
    }
  }

  private mutating func requirement() throws(SelectorError) -> LabelSelector.Requirement {
    var isNegated = false
    if current == .not {
      isNegated = true
      position += 1
    }
    guard let key = currentWord else {
      throw SelectorError("found '\(current.text)', expected: identifier")
    }
    if let problem = NameRules.qualifiedName(key).first {
      throw SelectorError("unable to parse requirement: invalid label key \"\(key)\": \(problem)")
    }
    position += 1
    if isNegated { return .init(key, .doesNotExist) }
    let sign = current
    switch sign {
    case .end, .comma: return .init(key, .exists)
    case .in, .notIn:
      position += 1
      return .init(key, sign == .in ? .in : .notIn, try checked(try list()))
    case .equals, .doubleEquals, .notEquals, .greater, .less:
      position += 1
      let value = currentWord ?? ""
      if currentWord != nil {
        position += 1
      } else if current != .end, current != .comma {
        throw SelectorError("found '\(current.text)', expected: identifier")
      }
      return try comparison(key, sign, value)
    default:
      throw SelectorError(
        "found '\(sign.text)', expected: in, notin, =, ==, !=, gt, lt")
    }
  }

  private func comparison(_ key: String, _ sign: Token, _ value: String) throws(SelectorError)
    -> LabelSelector.Requirement
  {
    switch sign {
    case .greater, .less:
      guard Int64(value) != nil else {
        throw SelectorError(
          "for 'Gt', 'Lt' operators, the value must be an integer")
      }
      return .init(key, sign == .greater ? .greaterThan : .lessThan, [value])
    case .notEquals: return .init(key, .notIn, try checked([value]))
    default: return .init(key, .in, try checked([value]))
    }
  }

  private func checked(_ values: [String]) throws(SelectorError) -> [String] {
    for value in values {
      if let problem = NameRules.labelValue(value).first {
        throw SelectorError(
          "unable to parse requirement: invalid label value: \"\(value)\": \(problem)")
      }
    }
    return values
  }

  private mutating func list() throws(SelectorError) -> [String] {
    guard current == .open else {
      throw SelectorError("found '\(current.text)' expected: '('")
    }
    position += 1
    var values: [String] = []
    var expectsValue = true
    while true {
      if let word = currentWord {
        guard expectsValue else {
          throw SelectorError("found '\(word)', expected: ',' or ')'")
        }
        values.append(word)
        expectsValue = false
      } else if current == .comma {
        if expectsValue { values.append("") }
        expectsValue = true
      } else if current == .close {
        if expectsValue { values.append("") }
        position += 1
        return values
      } else {
        throw SelectorError("found '\(current.text)', expected: ',', ')' or identifier")
      }
      position += 1
    }
  }
}
