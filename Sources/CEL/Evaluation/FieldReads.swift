/// What a program may read of a variable, more closely than `VariableReference` tells: which fields of
/// an object, and which fields of the elements of a list.
package struct FieldRead: Hashable, Sendable {
  /// The part that is read.
  package enum Part: Hashable, Sendable {
    /// Whether the variable is null.
    case existence
    /// What lies at a path of fields, with all below; an empty path is the whole value.
    case path([String])
    /// How many elements the list has.
    case members
    /// What lies at a path of fields of every element, with all below.
    case elements([String])
  }

  /// The variable's name.
  package let variable: String
  package let part: Part

  /// Makes a read.
  package init(_ variable: String, _ part: Part) {
    self.variable = variable
    self.part = part
  }
}

extension Program {
  /// All that the program may read of its variables, each once, in the order of the source.
  ///
  /// Complete: two activations that agree in these parts give the same value, or both fail. That a
  /// field is absent is part of what lies at its path.
  package var fieldReads: [FieldRead] { FieldReadCollector(root).reads }
}

/// Collects what a program reads by following chains of fixed fields from variables, and from the
/// elements of lists that a macro ranges over.
///
/// A value that gets anywhere but into such a chain is read whole: an operand, an argument, a result.
/// Exceptions are a comparison with null, `size`, and the range of a macro, which need of a variable
/// no more than they say.
struct FieldReadCollector {
  private(set) var reads: [FieldRead] = []
  private var seen: Set<FieldRead> = []
  /// The lists whose elements the slots of macros hold.
  private var lists: [Int: String] = [:]

  init(_ node: Node) { visit(node) }

  /// Where a chain of fixed fields starts and leads.
  private enum Chain {
    case variable(String, [String])
    case element(of: String, [String])
  }

  private mutating func visit(_ node: Node) {
    if let chain = chain(node) {
      switch chain.chain {
      case .variable(let name, let path): add(FieldRead(name, .path(path)))
      case .element(let list, let path): add(FieldRead(list, .elements(path)))
      }
      for key in chain.keys { visit(key) }
      return
    }
    switch node {
    case .name(let readings, _):
      for case .variable(let name) in readings.map(\.base) { add(FieldRead(name, .path([]))) }
    case .binary(let comparison, let left, let right, _)
    where comparison == .equal || comparison == .notEqual:
      if let name = nullTest(left, right) ?? nullTest(right, left) {
        add(FieldRead(name, .existence))
      } else {
        visit(left)
        visit(right)
      }
    case .call(let site) where site.function == "size" && site.arguments.count == 1:
      if let list = visitSource(site.arguments[0]) {
        add(FieldRead(list, .members))
      } else {
        visit(site.arguments[0])
      }
    case .comprehension(let loop): visit(loop)
    default: for child in node.children { visit(child) }
    }
  }

  private mutating func visit(_ loop: Loop) {
    let outer = lists
    lists[loop.slot] = nil
    if loop.hasTwoVariables { lists[loop.slot + 1] = nil }
    let shadowed = lists
    lists = outer
    if !loop.hasTwoVariables, let list = visitSource(loop.range) {
      add(FieldRead(list, .members))
      lists = shadowed
      lists[loop.slot] = list
    } else {
      visit(loop.range)
      lists = shadowed
    }
    for part in [loop.condition, loop.result].compactMap({ $0 }) { visit(part) }
    lists = outer
  }

  /// The list that a node is, or that it is some elements of (`filter`); nil for anything else, of
  /// which nothing was visited then.
  private mutating func visitSource(_ node: Node) -> String? {
    switch node {
    case .variable(let name, _): return name
    case .comprehension(let loop):
      guard loop.kind == .list, !loop.hasTwoVariables, let condition = loop.condition,
        case .local(loop.slot)? = loop.result, let list = visitSource(loop.range)
      else { return nil }
      add(FieldRead(list, .members))
      let outer = lists
      lists[loop.slot] = list
      visit(condition)
      lists = outer
      return list
    default: return nil
    }
  }

  /// The variable that is compared with null.
  private func nullTest(_ node: Node, _ other: Node) -> String? {
    guard case .variable(let name, _) = node, case .null? = other.constant else { return nil }
    return name
  }

  /// The chain that a node is, with the expressions inside its brackets; a path ends at the first step
  /// that is not fixed.
  private func chain(_ node: Node) -> (chain: Chain, isFixed: Bool, keys: [Node])? {
    switch node {
    case .variable(let name, _): return (.variable(name, []), true, [])
    case .local(let slot): return lists[slot].map { (.element(of: $0, []), true, []) }
    case .select(let operand, let field, _, _):
      guard let base = chain(operand) else { return nil }
      return (base.isFixed ? extended(base.chain, by: field) : base.chain, base.isFixed, base.keys)
    case .index(let operand, let key, _, _):
      guard let base = chain(operand) else { return nil }
      if case .string(let field)? = key.constant {
        return (
          base.isFixed ? extended(base.chain, by: field) : base.chain, base.isFixed, base.keys
        )
      }
      return (base.chain, false, base.keys + [key])
    default: return nil
    }
  }

  private func extended(_ chain: Chain, by field: String) -> Chain {
    switch chain {
    case .variable(let name, let path): .variable(name, path + [field])
    case .element(let list, let path): .element(of: list, path + [field])
    }
  }

  private mutating func add(_ read: FieldRead) {
    if seen.insert(read).inserted { reads.append(read) }
  }
}
