import CEL

/// What a scenario tells of names that may be exchanged (POR.md, section 2, "Names").
///
/// It is found from the text (`SymmetryDetection`): exchanging two blocks everywhere gives the same
/// scenario, and no expression computes with names or with the order of a list of them. What the text
/// cannot decide is checked while controllers run (`NameSymmetry`): there symmetry ends at the first
/// step that would tell two blocks apart.
package struct ScenarioSymmetry: Sendable {
  /// The orbits; those of one orbit may be permuted at will.
  package var orbits: [NameOrbit]
  /// By property: whether every exchange leaves it as it is.
  package var respectedProperties: [Bool]
  /// The controllers, by index, to whom the order of a list may matter.
  package var orderSensitiveControllers: Set<Int>
  /// By controller: what its steps compute from the name of the request's object.
  package var computedNames: [Int: [NameFunction]]
  /// By controller: what the maps of its watches compute from the name of the changed object.
  package var watchedNames: [Int: [NameFunction]]

  /// Makes the symmetry of orbits that nothing restricts.
  package init(orbits: [NameOrbit], properties: Int) {
    self.orbits = orbits
    respectedProperties = Array(repeating: true, count: properties)
    orderSensitiveControllers = []
    computedNames = [:]
    watchedNames = [:]
  }
}

/// A part of a template or expression that computes with the text of a name, and depends on the name
/// and namespace of one object only: `"c${object.metadata.name.substring(1)}"`.
///
/// Nothing can be said of it from its form, so it is evaluated for every name that occurs.
package struct NameFunction: Sendable {
  private let evaluate: @Sendable (any Activation) throws -> JSONValue

  init(_ node: Template.Node) { evaluate = { try node.evaluate($0) } }

  init(_ program: Program) { evaluate = { try program.evaluate($0).json() } }

  /// The value for an object of this name; nil where there is none.
  func value(namespace: String, name: String) -> JSONValue? {
    let metadata: JSONValue = ["name": .string(name), "namespace": .string(namespace)]
    return try? evaluate(Bindings(["object": Value(["metadata": metadata])]))
  }
}

/// The check of functions of names: they must commute with every exchange.
struct NameFunctionCheck {
  let names: BlockNames
  /// What was checked: for one block of an orbit that says it of all.
  private var checked: Set<Case> = []

  private struct Case: Hashable {
    let user: Int
    let namespace: String
    let name: String
  }

  init(names: BlockNames) { self.names = names }

  /// Whether functions give, for an object with exchanged names, the exchanged values.
  ///
  /// An object whose name mentions no block must get values that mention none; for one that
  /// mentions a block all other blocks of its orbit take that block's place. `user` numbers those
  /// who use the functions.
  mutating func commute(
    _ functions: [NameFunction], of user: Int, namespace: String, name: String
  ) -> Bool {
    if functions.isEmpty { return true }
    let blocks = Set(names.mentions(in: "\(namespace)/\(name)").map(\.block))
    guard blocks.count <= 1 else { return false }
    let block = blocks.first
    let first = block.map { names.members[names.orbitOf[$0]][0] }
    func moved(_ text: String, to other: Int?) -> String {
      guard let block, let other else { return text }
      return names.exchange(block, other, in: text)
    }
    let key = Case(
      user: user, namespace: moved(namespace, to: first), name: moved(name, to: first))
    if checked.contains(key) { return true }
    for function in functions {
      let value = function.value(namespace: namespace, name: name)
      let mentioned = value.map { Set(names.mentions(in: $0)) } ?? []
      guard mentioned.isSubset(of: blocks) else { return false }
      guard let block else { continue }
      for other in names.members[names.orbitOf[block]] {
        let image = function.value(
          namespace: moved(namespace, to: other), name: moved(name, to: other))
        if image != value.map({ names.exchange(block, other, in: $0) }) { return false }
      }
    }
    checked.insert(key)
    return true
  }
}

extension BlockNames {
  /// The blocks that a value mentions in its strings and keys.
  func mentions(in value: JSONValue) -> [Int] {
    switch value {
    case .string(let text): mentions(in: text).map(\.block)
    case .array(let items): items.flatMap { mentions(in: $0) }
    case .object(let object):
      object.entries.flatMap { mentions(in: $0.key).map(\.block) + mentions(in: $0.value) }
    case .null, .bool, .int, .double, .symbolic: []
    }
  }

  /// A value with the names of two blocks exchanged in its strings and keys.
  func exchange(_ one: Int, _ other: Int, in value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(exchange(one, other, in: text))
    case .array(let items): .array(items.map { exchange(one, other, in: $0) })
    case .object(let object):
      .object(
        JSONObject(
          object.entries.map {
            (exchange(one, other, in: $0.key), exchange(one, other, in: $0.value))
          }))
    case .null, .bool, .int, .double, .symbolic: value
    }
  }
}
