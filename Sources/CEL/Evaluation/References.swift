/// A part of a variable that a program may read.
package struct VariableReference: Hashable, Sendable {
  /// The variable's name.
  package let variable: String
  /// The fields from it, as far as the source fixes them; everything below may be read too.
  package let path: [String]

  package init(variable: String, path: [String]) {
    self.variable = variable
    self.path = path
  }
}

/// Collects what a program mentions, each thing once, in the order of the source.
struct ReferenceCollector {
  private(set) var references: [VariableReference] = []
  private(set) var hostFunctions: [String] = []
  private var seen: Set<VariableReference> = []

  init(_ node: Node) { visit(node) }

  private mutating func visit(_ node: Node) {
    if let reference = path(of: node) {
      add(reference)
      visitIndices(of: node)
      return
    }
    switch node {
    case .name(let readings, _):
      for case .variable(let name) in readings.map(\.base) {
        let fields = readings.first { reading in
          if case .variable(name) = reading.base { true } else { false }
        }
        add(VariableReference(variable: name, path: fields?.fields ?? []))
      }
    case .host(let name, _, _) where !hostFunctions.contains(name): hostFunctions.append(name)
    default: break
    }
    for child in node.children { visit(child) }
  }

  private mutating func add(_ reference: VariableReference) {
    if seen.insert(reference).inserted { references.append(reference) }
  }

  /// The variable and the fixed fields that a chain of selections reads.
  private func path(of node: Node) -> VariableReference? {
    switch node {
    case .variable(let name, _): return VariableReference(variable: name, path: [])
    case .select(let operand, let field, _, _):
      return path(of: operand).map { extend($0, operand, by: field) }
    case .index(let operand, let key, _, _):
      guard let base = path(of: operand) else { return nil }
      guard case .string(let field) = key.constant else { return base }
      return extend(base, operand, by: field)
    default: return nil
    }
  }

  /// A path ends at the first step that is not fixed.
  private func extend(_ base: VariableReference, _ operand: Node, by field: String)
    -> VariableReference
  {
    guard isFixed(operand) else { return base }
    return VariableReference(variable: base.variable, path: base.path + [field])
  }

  private func isFixed(_ node: Node) -> Bool {
    switch node {
    case .variable: true
    case .select(let operand, _, _, _): isFixed(operand)
    case .index(let operand, let key, _, _):
      if case .string = key.constant { isFixed(operand) } else { false }
    default: false
    }
  }

  /// The expressions inside the brackets of a chain.
  private mutating func visitIndices(of node: Node) {
    switch node {
    case .select(let operand, _, _, _): visitIndices(of: operand)
    case .index(let operand, let key, _, _):
      visitIndices(of: operand)
      visit(key)
    default: break
    }
  }
}
