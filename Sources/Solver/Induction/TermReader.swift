internal import CEL
internal import CZ3

/// Formulas of Z3 over integers and flags as terms.
struct TermReader {
  private let terms: TermTable
  private let raw: OpaquePointer
  private let context: Z3Context
  /// What the variables of a relation stand for.
  private let arguments: [TermID]

  init(_ terms: TermTable, _ context: Z3Context, _ arguments: [TermID]) {
    self.terms = terms
    self.context = context
    raw = context.raw
    self.arguments = arguments
  }

  /// The term of a formula; nil for one that has none.
  func read(_ formula: Z3Term) -> TermID? { read(formula.raw) }

  private func read(_ formula: Z3_ast) -> TermID? {
    switch Z3_get_ast_kind(raw, formula) {
    case Z3_NUMERAL_AST:
      return Z3_get_numeral_string(raw, formula).flatMap { Int128(String(cString: $0)) }
        .map { terms.integer($0) }
    case Z3_VAR_AST:
      let index = Int(Z3_get_index_value(raw, formula))
      return index < arguments.count ? arguments[index] : nil
    case Z3_APP_AST: return readApplication(formula)
    default: return nil
    }
  }

  private func readApplication(_ formula: Z3_ast) -> TermID? {
    guard let application = Z3_to_app(raw, formula),
      let declaration = Z3_get_app_decl(raw, application)
    else { return nil }
    let count = Z3_get_app_num_args(raw, application)
    var operands: [TermID] = []
    for index in 0..<count {
      guard let operand = Z3_get_app_arg(raw, application, index), let term = read(operand) else {
        return nil
      }
      operands.append(term)
    }
    return combine(Z3_get_decl_kind(raw, declaration), operands)
  }

  private func combine(_ kind: Z3_decl_kind, _ operands: [TermID]) -> TermID? {
    switch (kind, operands.count) {
    case (Z3_OP_TRUE, 0): return .always
    case (Z3_OP_FALSE, 0): return .never
    case (Z3_OP_AND, _): return terms.all(operands)
    case (Z3_OP_OR, _): return terms.any(operands)
    case (Z3_OP_NOT, 1): return terms.not(operands[0])
    case (Z3_OP_IMPLIES, 2): return terms.implies(operands[0], operands[1])
    case (Z3_OP_EQ, 2), (Z3_OP_IFF, 2):
      return terms.sort(operands[0]) == .bool
        ? terms.equivalent(operands[0], operands[1]) : terms.areEqual(operands[0], operands[1])
    case (Z3_OP_LE, 2): return terms.isAtMost(operands[0], operands[1])
    case (Z3_OP_GE, 2): return terms.isAtMost(operands[1], operands[0])
    case (Z3_OP_LT, 2): return terms.isLess(operands[0], operands[1])
    case (Z3_OP_GT, 2): return terms.isLess(operands[1], operands[0])
    case (Z3_OP_ADD, _): return terms.sum(operands.map { LinearPart(1, $0) })
    case (Z3_OP_SUB, 2): return terms.subtract(operands[0], operands[1])
    case (Z3_OP_UMINUS, 1): return terms.sum([LinearPart(-1, operands[0])])
    case (Z3_OP_MUL, 2): return terms.multiply(operands[0], operands[1])
    case (Z3_OP_ITE, 3): return terms.choose(operands[0], operands[1], operands[2])
    default: return nil
    }
  }
}
