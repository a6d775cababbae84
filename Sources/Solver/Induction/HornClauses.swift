internal import CZ3

/// Rules over relations of integers and flags, for Z3's engine Spacer.
final class HornClauses {
  /// A relation: its name and what it is over.
  struct Relation {
    let raw: Z3_func_decl
  }

  private let context: Z3Context
  private let raw: OpaquePointer
  private let engine: Z3_fixedpoint

  /// Makes rules in a context that serves nothing else.
  init?(_ context: Z3Context) {
    guard let engine = Z3_mk_fixedpoint(context.raw) else { return nil }
    self.context = context
    raw = context.raw
    self.engine = engine
    Z3_fixedpoint_inc_ref(raw, engine)
    guard let options = Z3_mk_params(raw) else { return }
    Z3_params_inc_ref(raw, options)
    defer { Z3_params_dec_ref(raw, options) }
    Z3_params_set_symbol(raw, options, name("engine"), name("spacer"))
    // Relations must stay as they are, or nothing can be asked of them.
    for transformation in ["xform.slice", "xform.inline_linear", "xform.inline_eager"] {
      Z3_params_set_bool(raw, options, name(transformation), false)
    }
    Z3_fixedpoint_set_params(raw, engine, options)
  }

  deinit { Z3_fixedpoint_dec_ref(raw, engine) }

  private func name(_ text: String) -> Z3_symbol? { Z3_mk_string_symbol(raw, text) }

  /// Declares a relation.
  func relation(_ text: String, _ kinds: [Z3Context.Kind]) -> Relation? {
    guard let found = context.declaration(text, kinds, .bool) else { return nil }
    Z3_fixedpoint_register_relation(raw, engine, found)
    return Relation(raw: found)
  }

  /// That a relation holds of some terms.
  func holds(_ relation: Relation, _ arguments: [Z3Term]) -> Z3Term {
    context.call(relation.raw, arguments)
  }

  /// Adds a rule, for all values of some unknowns.
  func add(_ body: [Z3Term], implies head: Z3Term, forAll unknowns: [Z3Term]) {
    // The engine knows a rule by its being an implication.
    let rule = context.implies(context.all(body), head)
    let bound = unknowns.map { context.application($0) }
    let closed =
      bound.isEmpty
      ? rule.raw
      : Z3_mk_forall_const(raw, 0, UInt32(bound.count), bound, 0, nil, rule.raw)
    guard let closed else { return }
    Z3_fixedpoint_add_rule(raw, engine, context.kept(closed).raw, nil)
  }

  /// Whether a relation holds of nothing; nil where Z3 does not know within the limit.
  func isEmpty(_ relation: Relation, milliseconds: Int) -> Bool? {
    let number = Watchdog.shared.start(raw, nanoseconds: UInt64(milliseconds) * 1_000_000)
    var queried: [Z3_func_decl?] = [relation.raw]
    let answer = Z3_fixedpoint_query_relations(raw, engine, 1, &queried)
    if Watchdog.shared.end(number) { return nil }
    switch answer {
    case Z3_L_FALSE: return true
    case Z3_L_TRUE: return false
    default: return nil
    }
  }

  /// What holds of the arguments of a relation wherever it holds, as Z3 found it.
  func invariant(of relation: Relation) -> Z3Term? {
    Z3_fixedpoint_get_cover_delta(raw, engine, -1, relation.raw).map { context.kept($0) }
  }
}
