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

/// The check of a function of names: it must commute with every exchange.
struct NameFunctionCheck {
  let names: BlockNames

  /// Whether a function gives, for an object with exchanged names, the exchanged value.
  ///
  /// An object whose name mentions no block must get a value that mentions none; for one that
  /// mentions a block all other blocks of its orbit take that block's place.
  func commutes(_ function: NameFunction, namespace: String, name: String) -> Bool {
    let value = function.value(namespace: namespace, name: name)
    let blocks = Set(names.mentions(in: "\(namespace)/\(name)").map(\.block))
    let mentioned = value.map { Set(names.mentions(in: $0)) } ?? []
    guard blocks.count <= 1, mentioned.isSubset(of: blocks) else { return false }
    guard let block = blocks.first else { return true }
    return names.members[names.orbitOf[block]].allSatisfy { other in
      let image = function.value(
        namespace: names.exchange(block, other, in: namespace),
        name: names.exchange(block, other, in: name))
      return image == value.map { names.exchange(block, other, in: $0) }
    }
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
    case .null, .bool, .int, .double: []
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
    case .null, .bool, .int, .double: value
    }
  }
}
