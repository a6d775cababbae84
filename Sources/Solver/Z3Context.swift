internal import CZ3

/// A formula or term of a ``Z3Context``, alive as long as that is.
struct Z3Term: Hashable { let raw: Z3_ast }

/// What a check found.
enum Z3Answer: Equatable {
  case satisfiable
  case unsatisfiable
  case unknown(String)
}

/// A Z3 context with one incremental solver.
///
/// It belongs to one thread. Every term made here is kept until the context goes, so no caller
/// counts references; a session throws the whole context away when it grows too large. Sorts are
/// checked by whoever makes terms: Z3 does not do it reliably.
final class Z3Context {
  private let context: OpaquePointer
  private let solver: OpaquePointer
  private let integers: Z3_sort
  private let reals: Z3_sort
  private let booleans: Z3_sort
  private let strings: Z3_sort
  private var kept: [Z3_ast] = []
  private var numbers: [Int128: Z3Term] = [:]
  /// Stands for what Z3 refused to make.
  private let placeholder: Z3_ast
  /// Why nothing can be asserted any more.
  private var problem: String?
  /// Whether a check was interrupted: whatever state Z3 was in then, nothing is asked of it again.
  private var isSpent = false
  /// How many scopes are open.
  private(set) var depth = 0

  /// The kinds of unknowns.
  enum Kind {
    case bool
    case integer
    case real
    case string
  }

  /// Makes a context; memory counts for the whole process.
  init?(memoryMegabytes: Int) {
    Z3_global_param_set("memory_max_size", String(memoryMegabytes))
    let configuration = Z3_mk_config()
    defer { Z3_del_config(configuration) }
    guard let context = Z3_mk_context_rc(configuration) else { return nil }
    // Without a handler an error ends the process; every caller looks at results instead.
    Z3_set_error_handler(context) { _, _ in }
    guard let solver = Z3_mk_simple_solver(context), let integers = Z3_mk_int_sort(context),
      let reals = Z3_mk_real_sort(context), let booleans = Z3_mk_bool_sort(context),
      let strings = Z3_mk_string_sort(context), let placeholder = Z3_mk_true(context)
    else {
      Z3_del_context(context)
      return nil
    }
    self.context = context
    self.solver = solver
    self.integers = integers
    self.reals = reals
    self.booleans = booleans
    self.strings = strings
    self.placeholder = placeholder
    Z3_inc_ref(context, placeholder)
    Z3_solver_inc_ref(context, solver)
    for sort in [integers, reals, booleans, strings] {
      Z3_inc_ref(context, Z3_sort_to_ast(context, sort))
    }
  }

  deinit {
    for term in kept { Z3_dec_ref(context, term) }
    Z3_dec_ref(context, placeholder)
    for sort in [integers, reals, booleans, strings] {
      Z3_dec_ref(context, Z3_sort_to_ast(context, sort))
    }
    Z3_solver_dec_ref(context, solver)
    Z3_del_context(context)
  }

  private var lastError: String {
    let code = Z3_get_error_code(context)
    return code == Z3_MEMOUT_FAIL
      ? "out of memory" : Z3_get_error_msg(context, code).map { String(cString: $0) } ?? "no reason"
  }

  /// How many terms are kept.
  var size: Int { kept.count }

  private func keep(_ term: Z3_ast?) -> Z3Term {
    guard let term else {
      // Out of memory: nothing is asserted from here on, and the next check says so.
      problem = problem ?? "Z3 refuses a formula: \(lastError)"
      return Z3Term(raw: placeholder)
    }
    Z3_inc_ref(context, term)
    kept.append(term)
    return Z3Term(raw: term)
  }

  private func many(_ terms: [Z3Term], _ make: (UInt32, [Z3_ast?]) -> Z3_ast?) -> Z3Term {
    keep(make(UInt32(terms.count), terms.map(\.raw)))
  }

  // MARK: - Terms

  private func sort(_ kind: Kind) -> Z3_sort {
    switch kind {
    case .bool: booleans
    case .integer: integers
    case .real: reals
    case .string: strings
    }
  }

  func unknown(_ name: String, _ kind: Kind) -> Z3Term {
    keep(Z3_mk_const(context, Z3_mk_string_symbol(context, name), sort(kind)))
  }

  /// A call of an uninterpreted function; the same name means the same kinds.
  func apply(_ name: String, _ kinds: [Kind], _ result: Kind, _ operands: [Z3Term]) -> Z3Term {
    declaration(name, kinds, result).map { call($0, operands) } ?? keep(nil)
  }

  /// The declaration of a function, kept with the context.
  func declaration(_ name: String, _ kinds: [Kind], _ result: Kind) -> Z3_func_decl? {
    let domain: [Z3_sort?] = kinds.map { sort($0) }
    guard
      let function = Z3_mk_func_decl(
        context, Z3_mk_string_symbol(context, name), UInt32(domain.count), domain, sort(result))
    else { return nil }
    _ = keep(Z3_func_decl_to_ast(context, function))
    return function
  }

  /// A call of a function that is declared.
  func call(_ function: Z3_func_decl, _ operands: [Z3Term]) -> Z3Term {
    many(operands) { Z3_mk_app(context, function, $0, $1) }
  }

  /// A term that Z3 made.
  func kept(_ term: Z3_ast) -> Z3Term { keep(term) }

  /// The context itself, for engines beside its solver.
  var raw: OpaquePointer { context }

  /// A term as an application.
  func application(_ term: Z3Term) -> Z3_app? { Z3_to_app(context, term.raw) }

  func bool(_ flag: Bool) -> Z3Term {
    keep(flag ? Z3_mk_true(context) : Z3_mk_false(context))
  }

  func integer(_ number: Int128) -> Z3Term {
    if let known = numbers[number] { return known }
    let term = keep(Z3_mk_numeral(context, String(number), integers))
    numbers[number] = term
    return term
  }

  /// A real number in Z3's notation, such as `1.25`.
  func real(_ text: String) -> Z3Term { keep(Z3_mk_numeral(context, text, reals)) }

  /// A string constant; what is not printable ASCII is written with its code point.
  func string(_ text: String) -> Z3Term {
    var escaped = ""
    for scalar in text.unicodeScalars {
      if (0x20..<0x7F).contains(scalar.value), scalar != "\\" {
        escaped.unicodeScalars.append(scalar)
      } else {
        escaped += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return keep(Z3_mk_string(context, escaped))
  }

  func not(_ term: Z3Term) -> Z3Term { keep(Z3_mk_not(context, term.raw)) }

  func all(_ terms: [Z3Term]) -> Z3Term { many(terms) { Z3_mk_and(context, $0, $1) } }

  func any(_ terms: [Z3Term]) -> Z3Term { many(terms) { Z3_mk_or(context, $0, $1) } }

  func implies(_ left: Z3Term, _ right: Z3Term) -> Z3Term {
    keep(Z3_mk_implies(context, left.raw, right.raw))
  }

  func choose(_ condition: Z3Term, _ left: Z3Term, _ right: Z3Term) -> Z3Term {
    keep(Z3_mk_ite(context, condition.raw, left.raw, right.raw))
  }

  func equal(_ left: Z3Term, _ right: Z3Term) -> Z3Term {
    keep(Z3_mk_eq(context, left.raw, right.raw))
  }

  func atMost(_ left: Z3Term, _ right: Z3Term) -> Z3Term {
    keep(Z3_mk_le(context, left.raw, right.raw))
  }

  func less(_ left: Z3Term, _ right: Z3Term) -> Z3Term {
    keep(Z3_mk_lt(context, left.raw, right.raw))
  }

  func sum(_ terms: [Z3Term]) -> Z3Term { many(terms) { Z3_mk_add(context, $0, $1) } }

  func product(_ terms: [Z3Term]) -> Z3Term { many(terms) { Z3_mk_mul(context, $0, $1) } }

  func difference(_ left: Z3Term, _ right: Z3Term) -> Z3Term {
    many([left, right]) { Z3_mk_sub(context, $0, $1) }
  }

  func negated(_ term: Z3Term) -> Z3Term { keep(Z3_mk_unary_minus(context, term.raw)) }

  /// SMT-LIB's division: Euclidean for integers.
  func divided(_ left: Z3Term, _ right: Z3Term) -> Z3Term {
    keep(Z3_mk_div(context, left.raw, right.raw))
  }

  func toReal(_ term: Z3Term) -> Z3Term { keep(Z3_mk_int2real(context, term.raw)) }

  /// The greatest integer that is at most a real.
  func floor(_ term: Z3Term) -> Z3Term { keep(Z3_mk_real2int(context, term.raw)) }

  func concatenation(_ terms: [Z3Term]) -> Z3Term {
    many(terms) { Z3_mk_seq_concat(context, $0, $1) }
  }

  func length(_ text: Z3Term) -> Z3Term { keep(Z3_mk_seq_length(context, text.raw)) }

  func contains(_ text: Z3Term, _ part: Z3Term) -> Z3Term {
    keep(Z3_mk_seq_contains(context, text.raw, part.raw))
  }

  func hasPrefix(_ text: Z3Term, _ part: Z3Term) -> Z3Term {
    keep(Z3_mk_seq_prefix(context, part.raw, text.raw))
  }

  func hasSuffix(_ text: Z3Term, _ part: Z3Term) -> Z3Term {
    keep(Z3_mk_seq_suffix(context, part.raw, text.raw))
  }

  func precedes(_ left: Z3Term, _ right: Z3Term) -> Z3Term {
    keep(Z3_mk_str_lt(context, left.raw, right.raw))
  }

  func position(_ text: Z3Term, _ part: Z3Term, _ start: Z3Term) -> Z3Term {
    keep(Z3_mk_seq_index(context, text.raw, part.raw, start.raw))
  }

  func part(_ text: Z3Term, _ start: Z3Term, _ count: Z3Term) -> Z3Term {
    keep(Z3_mk_seq_extract(context, text.raw, start.raw, count.raw))
  }

  // MARK: - Regular languages

  func isIn(_ text: Z3Term, _ language: Z3Term) -> Z3Term {
    keep(Z3_mk_seq_in_re(context, text.raw, language.raw))
  }

  func language(of text: Z3Term) -> Z3Term { keep(Z3_mk_seq_to_re(context, text.raw)) }

  func emptyLanguage() -> Z3Term {
    keep(Z3_mk_re_empty(context, Z3_mk_re_sort(context, strings)))
  }

  func range(_ first: Z3Term, _ last: Z3Term) -> Z3Term {
    keep(Z3_mk_re_range(context, first.raw, last.raw))
  }

  func languageUnion(_ terms: [Z3Term]) -> Z3Term {
    terms.count == 1 ? terms[0] : many(terms) { Z3_mk_re_union(context, $0, $1) }
  }

  func languageConcatenation(_ terms: [Z3Term]) -> Z3Term {
    terms.count == 1 ? terms[0] : many(terms) { Z3_mk_re_concat(context, $0, $1) }
  }

  func languageIntersection(_ terms: [Z3Term]) -> Z3Term {
    terms.count == 1 ? terms[0] : many(terms) { Z3_mk_re_intersect(context, $0, $1) }
  }

  func languageComplement(_ language: Z3Term) -> Z3Term {
    keep(Z3_mk_re_complement(context, language.raw))
  }

  func star(_ language: Z3Term) -> Z3Term { keep(Z3_mk_re_star(context, language.raw)) }

  func loop(_ language: Z3Term, _ minimum: Int, _ maximum: Int) -> Z3Term {
    keep(Z3_mk_re_loop(context, language.raw, UInt32(minimum), UInt32(maximum)))
  }

  // MARK: - Solving

  func push() {
    if isSpent { return }
    Z3_solver_push(context, solver)
    depth += 1
  }

  func pop(_ count: Int) {
    guard count > 0, !isSpent else { return }
    Z3_solver_pop(context, solver, UInt32(count))
    depth -= count
  }

  func assert(_ formula: Z3Term) {
    if problem == nil, !isSpent { Z3_solver_assert(context, solver, formula.raw) }
  }

  /// Whether what is asserted has a solution; says too whether the watchdog had to interrupt.
  func check(milliseconds: Int) -> (answer: Z3Answer, wasInterrupted: Bool) {
    if let problem { return (.unknown(problem), true) }
    if isSpent { return (.unknown("the context was interrupted before"), true) }
    let number = Watchdog.shared.start(context, nanoseconds: UInt64(milliseconds) * 1_000_000)
    let result = Z3_solver_check(context, solver)
    let wasInterrupted = Watchdog.shared.end(number)
    isSpent = wasInterrupted
    let code = Z3_get_error_code(context)
    if code == Z3_MEMOUT_FAIL { return (.unknown("Z3 is out of memory"), true) }
    switch result {
    case Z3_L_TRUE: return (.satisfiable, wasInterrupted)
    case Z3_L_FALSE: return (.unsatisfiable, wasInterrupted)
    default:
      if wasInterrupted { return (.unknown("no answer within \(milliseconds) ms"), true) }
      let reason = Z3_solver_get_reason_unknown(context, solver).map { String(cString: $0) }
      let text = reason ?? "no reason given"
      return (.unknown("Z3 gives up: \(text)"), text.contains("memory") || code != Z3_OK)
    }
  }

  /// Values of terms in the last model: one notation for each, nil where Z3 has none.
  func values(of terms: [Z3Term]) -> [Z3Value?]? {
    guard !isSpent, let model = Z3_solver_get_model(context, solver) else { return nil }
    Z3_model_inc_ref(context, model)
    defer { Z3_model_dec_ref(context, model) }
    return terms.map { term in
      var result: Z3_ast?
      guard Z3_model_eval(context, model, term.raw, true, &result), let value = result else {
        return nil
      }
      Z3_inc_ref(context, value)
      defer { Z3_dec_ref(context, value) }
      return read(value)
    }
  }

  private func read(_ value: Z3_ast) -> Z3Value? {
    switch Z3_get_bool_value(context, value) {
    case Z3_L_TRUE: return .bool(true)
    case Z3_L_FALSE: return .bool(false)
    default: break
    }
    if Z3_is_string(context, value) {
      return Z3_get_string(context, value).map { text(String(cString: $0), of: value) }
    }
    guard Z3_is_numeral_ast(context, value), let text = Z3_get_numeral_string(context, value)
    else { return nil }
    return .number(String(cString: text))
  }

  /// The text of a string constant from Z3's notation.
  ///
  /// There `\u{41}` may be one code point or the text as it stands: Z3 is asked which.
  private func text(_ notation: String, of value: Z3_ast) -> Z3Value {
    guard notation.contains("\\") else { return .string(notation) }
    // What is printable stands as it is, so its notation with a number is a text of its own.
    guard let text = unescaped(notation, keeping: 0x20..<0x7F) else { return .invalidString }
    for candidate in [text, unescaped(notation, keeping: 0..<0) ?? text, notation] {
      let equal = keep(Z3_mk_eq(context, value, string(candidate).raw))
      let answer = keep(Z3_simplify(context, equal.raw))
      if Z3_get_bool_value(context, answer.raw) == Z3_L_TRUE { return .string(candidate) }
    }
    return .invalidString
  }

  /// The text with each `\u{…}` replaced; nil where one is no scalar.
  private func unescaped(_ text: String, keeping kept: Range<UInt32>) -> String? {
    var result = ""
    var rest = Substring(text)
    while let place = rest.range(of: "\\u{"),
      let close = rest[place.upperBound...].firstIndex(of: "}")
    {
      result += rest[..<place.lowerBound]
      let digits = rest[place.upperBound..<close]
      guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
        return nil
      }
      if kept.contains(value) {
        result += rest[place.lowerBound...close]
      } else {
        result.unicodeScalars.append(scalar)
      }
      rest = rest[rest.index(after: close)...]
    }
    return result + rest
  }
}

/// A value of a model.
enum Z3Value: Equatable {
  case bool(Bool)
  /// An integer or a fraction `p/q`, of any size.
  case number(String)
  case string(String)
  /// A string that is no Unicode text: Z3's characters are all numbers up to 0x2FFFF.
  case invalidString
}

extension Substring {
  /// The first place of a text.
  fileprivate func range(of part: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(part) {
        return start..<index(start, offsetBy: part.count)
      }
      start = index(after: start)
    }
    return nil
  }
}
