import CEL

/// What the expressions of a scenario (properties, guards, events, options) may mention, and their
/// evaluation over live objects.
///
/// `old.<name>` and `variables.<name>` are variables with a dot in their names: evaluating one reads
/// that object and no other.
struct ScenarioScope: Sendable {
  static let oldPrefix = "old."
  static let variablePrefix = "variables."

  let names: [String: NameBinding]
  let symbols: [String: (type: CELType, value: Value)]
  let kinds: KindCatalogue
  let variables: [String: Program]
  /// The run that knows the symbols where some are not known.
  let run: SymbolicRun?

  /// The scope of a scenario for one valuation of its symbols.
  init(
    _ scenario: Scenario, inputs: [(name: String, type: CELType, value: Value)],
    in run: SymbolicRun? = nil
  ) {
    self.run = run
    names = Dictionary(scenario.names.map { ($0.name, $0) }) { first, _ in first }
    symbols = Dictionary(inputs.map { ($0.name, ($0.type, $0.value)) }) { first, _ in first }
    kinds = scenario.kinds
    variables = Dictionary(
      scenario.variables.map { ($0.name, $0.expression.program) }
    ) { first, _ in first }
  }

  /// Whether a program compares with the state before the step.
  func mentionsOld(_ program: Program) -> Bool {
    program.references.contains { $0.variable.hasPrefix(Self.oldPrefix) }
      || variablesOf(program).contains { mentionsOld($0) }
  }

  /// The names of objects that a program mentions, through variables too.
  func namesMentioned(by program: Program) -> Set<String> {
    var found: Set<String> = []
    for reference in program.references {
      let name =
        reference.variable.hasPrefix(Self.oldPrefix)
        ? String(reference.variable.dropFirst(Self.oldPrefix.count)) : reference.variable
      if names[name] != nil { found.insert(name) }
    }
    for variable in variablesOf(program) { found.formUnion(namesMentioned(by: variable)) }
    return found
  }

  /// What programs use of the objects of each name, through variables too.
  func uses(of programs: [Program]) -> [String: FieldUse] {
    var uses: [String: FieldUse] = [:]
    for program in programs {
      for read in program.fieldReads {
        guard let binding = names[read.variable] else { continue }
        let use = Self.use(read.part, of: binding)
        uses[read.variable] = uses[read.variable]?.union(use) ?? use
      }
      uses.merge(self.uses(of: variablesOf(program))) { $0.union($1) }
    }
    return uses
  }

  private static func use(_ part: FieldRead.Part, of binding: NameBinding) -> FieldUse {
    switch (part, binding.target) {
    case (.existence, .object): .existence
    case (.path(let path), .object): FieldUse(paths: [path])
    case (.members, .list): .existence
    case (.elements(let path), .list): FieldUse(paths: [path])
    // A list that is compared with null or selected from, an object that is ranged over: whole.
    case (.existence, .list), (.path, .list), (.members, .object), (.elements, .object): .whole
    }
  }

  /// Whether a program lists objects of kinds that it names itself, through variables too.
  func listsFreely(_ program: Program) -> Bool {
    program.hostFunctions.contains("list") || variablesOf(program).contains { listsFreely($0) }
  }

  private func variablesOf(_ program: Program) -> [Program] {
    program.references.compactMap {
      guard $0.variable.hasPrefix(Self.variablePrefix) else { return nil }
      return variables[String($0.variable.dropFirst(Self.variablePrefix.count))]
    }
  }

  /// The value of a program that must be a Boolean.
  func test(_ program: Program, _ objects: ScenarioObjects) throws -> Bool {
    let value = try program.evaluate(ScenarioActivation(scope: self, objects: objects))
    guard case .bool(let flag) = value else {
      throw EvaluationError(
        .conversion, "'\(program.source)' yields \(value.type.runtimeName), not bool")
    }
    return flag
  }
}

/// Where the names of a scenario get their objects from.
struct ScenarioObjects {
  /// The object of a name now.
  let now: (NameBinding) throws -> Value
  /// The object of a name before the step.
  let old: ((NameBinding) throws -> Value)?
  /// The answer to `list(…)`.
  let list: (ListQuery) throws -> [JSONObject]
  var request: ReconcileRequest?

  /// The objects of a store.
  ///
  /// - uses: what the programs to be run use of each name; a name that is missing is used whole.
  init(
    _ now: any MappingReader, old: (any MappingReader)? = nil, using uses: [String: FieldUse] = [:]
  ) {
    self.now = { Self.value(of: $0, in: now, using: uses[$0.name] ?? .whole) }
    self.old = old.map { old in { Self.value(of: $0, in: old) } }
    list = {
      now.objects(of: $0.groupKind, namespace: $0.namespace, selection: $0.selection)
    }
  }

  /// The live objects as a reconcile reads them.
  init(_ oracle: any ReconcileOracle, request: ReconcileRequest) {
    now = { try Self.value(of: $0, from: oracle) }
    old = nil
    list = { try oracle.list($0) }
    self.request = request
  }

  /// The object, or the list, that a name stands for.
  static func value(
    of binding: NameBinding, in reader: any MappingReader, using use: FieldUse = .whole
  ) -> Value {
    switch binding.target {
    case .object(let key):
      return reader.object(key, using: use).map { Value(.object(use.withoutUnusedViews($0))) }
        ?? .null
    case .list(let namespace, let labels):
      let objects = reader.objects(
        of: binding.groupKind, namespace: namespace, selection: selection(labels), using: use)
      return .list(objects.map { Value(.object(use.withoutUnusedViews($0))) })
    }
  }

  private static func selection(_ labels: [Label]) -> ObjectSelection {
    labels.isEmpty ? .all : .selectors(label: labels.selector, field: "")
  }

  private static func value(of binding: NameBinding, from oracle: any ReconcileOracle) throws
    -> Value
  {
    switch binding.target {
    case .object(let key):
      let response = try oracle.send(
        APIRequest(
          .get, apiVersion: binding.apiVersion, kind: binding.kind, namespace: key.namespace,
          name: key.name))
      return response.isSuccess ? Value(response.body) : .null
    case .list(let namespace, let labels):
      let response = try oracle.send(
        APIRequest(
          .list, apiVersion: binding.apiVersion, kind: binding.kind, namespace: namespace ?? "",
          labelSelector: labels.selector))
      return .list((response.body["items"]?.array ?? []).map { Value($0) })
    }
  }
}

/// The variables of a scenario's expressions, each read when it is mentioned.
struct ScenarioActivation: Activation {
  let scope: ScenarioScope
  let objects: ScenarioObjects

  var symbolicRun: SymbolicRun? { scope.run }

  func value(of name: String) throws -> Value? {
    if let symbol = scope.symbols[name] { return symbol.value }
    if name.hasPrefix(ScenarioScope.variablePrefix) {
      let variable = String(name.dropFirst(ScenarioScope.variablePrefix.count))
      return try scope.variables[variable]?.evaluateKeepingTerms(self)
    }
    if name.hasPrefix(ScenarioScope.oldPrefix) {
      let binding = scope.names[String(name.dropFirst(ScenarioScope.oldPrefix.count))]
      guard let binding, let old = objects.old else { return nil }
      return try old(binding)
    }
    if name == "request", let request = objects.request {
      return Value(["namespace": .string(request.namespace), "name": .string(request.name)])
    }
    return try scope.names[name].map { try objects.now($0) }
  }

  func call(_ function: String, _ arguments: [Value]) throws -> Value {
    guard function == "list" else {
      throw EvaluationError.noMatchingOverload(function, arguments)
    }
    let query = try ListQuery(arguments: arguments, kinds: scope.kinds)
    return .list(try objects.list(query).map { Value(.object($0)) })
  }
}
