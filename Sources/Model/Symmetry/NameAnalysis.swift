internal import CEL

/// Decides from the form of an expression whether exchanging names in all that it reads exchanges
/// them in its value and does nothing else.
///
/// That is parametricity in names (Reynolds, "Types, abstraction and parametric polymorphism", 1983).
/// Equality, membership, field access, Booleans, arithmetic and copies are so. Texts put together
/// are where no name can arise or vanish at a joint. Lists of objects come in the order of their
/// names, so only what does not depend on the order may be asked of them: `size`, `all`, `exists`,
/// `exists_one`, `filter`, `map`, `in`. What remains is a function of one name that can be tried
/// out, or a failure.
struct NameAnalysis {
  private let scope: NameAnalysisScope
  private let names: [String]
  private(set) var use = NameUse()
  private var locals: [String: ValueForm] = [:]
  private var source = ""

  /// Makes an analysis; `names` are the candidates for an exchange.
  init(_ scope: NameAnalysisScope, names: [String]) {
    self.scope = scope
    self.names = names
  }

  // MARK: Whole expressions and templates

  /// Takes in an expression and gives the form of its value.
  @discardableResult
  mutating func add(_ expression: Expression, locals: [String: ValueForm] = [:]) -> ValueForm {
    // An escape may spell a name that the text does not show.
    guard !expression.source.contains("\\"),
      let tree = try? Environment.kubernetes.parse(expression.source)
    else {
      use.failures.append("cannot be read: \(expression.source)")
      return .plain
    }
    source = expression.source
    self.locals = locals
    return form(tree)
  }

  /// Takes in an expression whose value must not depend on the order of names.
  mutating func addPlain(_ expression: Expression?, locals: [String: ValueForm] = [:]) {
    guard let expression else { return }
    plain(add(expression, locals: locals))
  }

  /// Takes in a template.
  mutating func add(_ template: Template, locals: [String: ValueForm] = [:]) {
    add(template.root, locals)
  }

  private mutating func add(_ node: Template.Node, _ locals: [String: ValueForm]) {
    switch node {
    case .literal: break
    case .expression(let expression): addPlain(expression, locals: locals)
    case .array(let items): for item in items { add(item, locals) }
    case .object(let members): for member in members { add(member.value, locals) }
    case .interpolated(let parts):
      var trial = self
      trial.use = NameUse()
      var joints = TextJoints(names)
      for part in parts {
        switch part {
        case .text(let text): joints.add(text)
        case .expression(let expression):
          trial.addPlain(expression, locals: locals)
          joints.addUnknown()
        }
      }
      if joints.areSafe, trial.use.failures.isEmpty, trial.use.functions.isEmpty {
        use.formUnion(trial.use)
      } else if scope.mayComputeNames,
        parts.allSatisfy({ part in
          guard case .expression(let expression) = part else { return true }
          return (try? Environment.kubernetes.parse(expression.source)).map(dependsOnNameOnly)
            ?? false
        })
      {
        use.functions.append(NameFunction(node))
      } else {
        use.failures.append("joins texts: \(node)")
      }
    }
  }

  // MARK: Expressions

  /// Notes that a value is used in a way that shows the order of a list.
  @discardableResult
  private mutating func plain(_ form: ValueForm) -> ValueForm {
    if form.isOrderedByName { use.isOrderSensitive = true }
    return ValueForm(isNumber: form.isNumber, isList: form.isList)
  }

  private mutating func plain(_ tree: ParsedExpression) -> ValueForm {
    let form = form(tree)
    return plain(form)
  }

  private mutating func form(_ tree: ParsedExpression) -> ValueForm {
    switch tree.kind {
    case .literal(let value):
      if case .string = value { return .plain }
      return .number
    case .identifier(let name): return variable(name, tree)
    case .select(let operand, _, let style):
      if let whole = tree.qualifiedName, let known = known(whole) { return known }
      _ = plain(operand)
      return style == .presence ? .number : .plain
    case .index(let operand, let key, _):
      _ = plain(operand)
      _ = plain(key)
      return .plain
    case .unary(_, let operand):
      _ = plain(operand)
      return .number
    case .binary(let operation, let left, let right): return binary(operation, left, right, tree)
    case .and(let operands), .or(let operands):
      for operand in operands { _ = plain(operand) }
      return .number
    case .conditional(let condition, let left, let right):
      _ = plain(condition)
      let (first, second) = (form(left), form(right))
      return ValueForm(
        isOrderedByName: first.isOrderedByName || second.isOrderedByName,
        isNumber: first.isNumber && second.isNumber, isList: first.isList && second.isList)
    case .list(let elements):
      for element in elements { _ = plain(element.value) }
      return .list
    case .map(let entries):
      for entry in entries {
        // Maps are sorted by key: a key must not be a name.
        guard case .literal = entry.key.kind else { return fail(tree) }
        _ = plain(entry.value)
      }
      return .plain
    case .comprehension(let loop): return comprehension(loop, tree)
    case .bind(let name, let value, let body):
      let outer = locals[name]
      locals[name] = form(value)
      let result = form(body)
      locals[name] = outer
      return result
    case .call(let target, let function, let arguments):
      return call(function, (target.map { [$0] } ?? []) + arguments, tree, target)
    case .message: return fail(tree)
    }
  }

  private func known(_ name: String) -> ValueForm? {
    locals[String(name.prefix { $0 != "." })] == nil ? scope.form(name) : nil
  }

  private mutating func variable(_ name: String, _ tree: ParsedExpression) -> ValueForm {
    if let local = locals[name] { return local }
    let plainName = name.hasPrefix(".") ? String(name.dropFirst()) : name
    return scope.form(plainName) ?? fail(tree)
  }

  private mutating func binary(
    _ operation: BinaryOperator, _ left: ParsedExpression, _ right: ParsedExpression,
    _ tree: ParsedExpression
  ) -> ValueForm {
    switch operation {
    case .equal, .notEqual, .subtract, .multiply, .divide, .remainder:
      _ = (plain(left), plain(right))
      return .number
    case .isIn:
      _ = plain(left)
      // Membership does not depend on order.
      _ = form(right)
      return .number
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      let (first, second) = (plain(left), plain(right))
      // Texts are compared by their characters; a number beside a text is an error whatever it says.
      return first.isNumber || second.isNumber ? .number : compute(tree)
    case .add:
      var trial = self
      let (first, second) = (trial.form(left), trial.form(right))
      if first.isList || second.isList {
        self = trial
        return ValueForm(
          isOrderedByName: first.isOrderedByName || second.isOrderedByName, isList: true)
      }
      if first.isNumber || second.isNumber {
        self = trial
        plain(first)
        plain(second)
        return .number
      }
      var joints = TextJoints(names)
      flatten(tree, into: &joints)
      guard joints.areSafe, trial.use.failures.count == use.failures.count else {
        return compute(tree)
      }
      self = trial
      plain(first)
      plain(second)
      return .plain
    }
  }

  private func flatten(_ tree: ParsedExpression, into joints: inout TextJoints) {
    switch tree.kind {
    case .binary(.add, let left, let right):
      flatten(left, into: &joints)
      flatten(right, into: &joints)
    case .literal(.string(let text)): joints.add(text)
    default: joints.addUnknown()
    }
  }

  private mutating func comprehension(
    _ loop: Comprehension, _ tree: ParsedExpression
  ) -> ValueForm {
    let range = form(loop.range)
    let outer = loop.variables.map { ($0, locals[$0]) }
    for variable in loop.variables { locals[variable] = .plain }
    defer { for (name, form) in outer { locals[name] = form } }
    if range.isOrderedByName {
      // An index tells the order; a question in the body is asked in that order.
      let bodies = [loop.condition, loop.result].compactMap { $0 }
      let asks = scope.readsAreQuestions && bodies.contains { self.asks($0) }
      if loop.variables.count > 1 || asks { use.isOrderSensitive = true }
    }
    if let condition = loop.condition { _ = plain(condition) }
    if let result = loop.result { _ = plain(result) }
    switch loop.kind {
    case .all, .exists, .existsOne: return .number
    case .list: return ValueForm(isOrderedByName: range.isOrderedByName, isList: true)
    case .map where !range.isOrderedByName && !range.isList && loop.variables.count == 2:
      return .plain
    case .map, .mapEntries: return fail(tree)
    }
  }

  /// Whether evaluating an expression asks the oracle something.
  private func asks(_ tree: ParsedExpression) -> Bool {
    switch tree.kind {
    case .call(_, "list", _), .call(_, "owned", _), .call(_, "fresh", _): return true
    case .identifier(let name):
      return locals[name] == nil && name != "object" && name != "request" && name != "variables"
    default: return tree.kind.children.contains { asks($0) }
    }
  }

  private mutating func call(
    _ function: String, _ arguments: [ParsedExpression], _ tree: ParsedExpression,
    _ target: ParsedExpression?
  ) -> ValueForm {
    switch function {
    case "list" where target == nil, "owned" where target == nil:
      for argument in arguments { _ = plain(argument) }
      return .listByName
    case "fresh" where target == nil && arguments.isEmpty: return .plain
    case "size" where arguments.count == 1:
      let form = form(arguments[0])
      if !form.isList { use.usesLength = true }
      return .number
    case "int", "uint", "bool", "timestamp", "duration", "quantity", "isQuantity", "double":
      // A text that holds a name is none of these, since names start with a letter and hold a digit.
      for argument in arguments { _ = plain(argument) }
      return .number
    case "dyn" where arguments.count == 1: return form(arguments[0])
    case "string" where arguments.count == 1:
      // Digits alone are no name.
      _ = plain(arguments[0])
      return .plain
    case "optional.of", "optional.none", "optional.ofNonZeroValue", "orValue", "or", "hasValue",
      "value":
      let forms = arguments.map { form($0) }
      return ValueForm(
        isOrderedByName: forms.contains { $0.isOrderedByName }, isNumber: function == "hasValue",
        isList: function == "orValue" && forms.contains { $0.isList })
    case "lists.range":
      for argument in arguments { _ = plain(argument) }
      return .list
    case "distinct" where arguments.count == 1:
      let form = form(arguments[0])
      return ValueForm(isOrderedByName: form.isOrderedByName, isList: true)
    case "sum" where arguments.count == 1:
      // Doubles are not added alike in every order.
      _ = plain(arguments[0])
      return .number
    case "add", "sub", "isLessThan", "isGreaterThan", "compareTo", "asInteger", "isInteger",
      "asApproximateFloat", "sign", "type":
      // Quantities; a text has no such functions.
      for argument in arguments { _ = plain(argument) }
      return .number
    case "sets.contains", "sets.equivalent", "sets.intersects":
      for argument in arguments { _ = form(argument) }
      return .number
    case "reverse" where arguments.count == 1, "slice":
      let forms = arguments.map { plain($0) }
      return forms.first?.isList == true ? .list : compute(tree)
    default: return compute(tree)
    }
  }

  // MARK: What computes with texts

  /// A part that computes with texts: a function of a name that can be tried out, or a failure.
  private mutating func compute(_ tree: ParsedExpression) -> ValueForm {
    guard scope.mayComputeNames, dependsOnNameOnly(tree) else { return fail(tree) }
    let bytes = Array(source.utf8)
    let text = String(decoding: bytes[tree.span.start..<tree.span.end], as: UTF8.self)
    let environment = Environment.kubernetes.adding(variables: ["object": .dyn])
    guard let program = try? environment.compile(text) else { return fail(tree) }
    use.functions.append(NameFunction(program))
    return .plain
  }

  private mutating func fail(_ tree: ParsedExpression) -> ValueForm {
    let bytes = Array(source.utf8)
    let range = tree.span.start..<max(tree.span.start, min(tree.span.end, bytes.count))
    use.failures.append(
      "computes with texts: \(String(decoding: bytes[range], as: UTF8.self)) in \(source)")
    return .plain
  }

  /// Whether an expression reads nothing but the name and the namespace of `object`.
  private func dependsOnNameOnly(_ tree: ParsedExpression) -> Bool {
    switch tree.qualifiedName {
    case "object.metadata.name", "object.metadata.namespace": return locals["object"] == nil
    default: break
    }
    switch tree.kind {
    case .identifier, .comprehension, .bind, .message: return false
    case .call(_, "list", _), .call(_, "owned", _), .call(_, "fresh", _): return false
    default: return tree.kind.children.allSatisfy { dependsOnNameOnly($0) }
    }
  }
}
