extension Library {
  /// cel-go's ext.Lists, version 3.
  ///
  /// Follows cel-go ext/lists.go. Sorting is stable here; there the order of equals is not defined.
  package static let lists = Library(
    name: "lists", functions: parts + listOrder + sorting, macros: [sortBy])

  /// The greatest count of `lists.range`, a tenth of upstream's: each element takes memory.
  private static let rangeLimit: Int64 = 1 << 20
  private static let element = CELType.parameter("T")

  // MARK: Parts

  private static let parts: [Overload] = [
    .member(
      "slice", id: "list_slice", on: .list(element), [.int, .int], to: .list(element)
    ) { arguments throws(EvaluationError) in
      let items = try arguments.list(0)
      let (start, end) = (try arguments.int(1), try arguments.int(2))
      let problem: String
      if start < 0 || end < 0 {
        problem = "negative indexes not supported"
      } else if start > end {
        problem = "start index must be less than or equal to end index"
      } else if end > items.count {
        problem = "list is length \(items.count)"
      } else {
        return .list(Array(items[Int(start)..<Int(end)]))
      }
      throw EvaluationError(.invalidArgument, "cannot slice(\(start), \(end)), \(problem)")
    },
    .member("flatten", id: "list_flatten", on: .list(.list(element)), to: .list(element)) {
      arguments throws(EvaluationError) in
      var budget = callBudget
      return .list(try flatten(arguments.list(0), depth: 1, budget: &budget))
    },
    .member("flatten", id: "list_flatten_int", on: .list(.dyn), [.int], to: .list(.dyn)) {
      arguments throws(EvaluationError) in
      let depth = try arguments.int(1)
      guard depth >= 0 else {
        throw EvaluationError(.invalidArgument, "level must be non-negative")
      }
      var budget = callBudget
      return .list(try flatten(arguments.list(0), depth: depth, budget: &budget))
    },
    .global("lists.range", id: "lists_range", [.int], to: .list(.int)) {
      arguments throws(EvaluationError) in
      let count = try arguments.int(0)
      guard count >= 0 else {
        throw EvaluationError(
          .invalidArgument, "lists.range: size must be non-negative, got \(count)")
      }
      guard count <= rangeLimit else {
        throw EvaluationError(
          .limit, "lists.range: size \(count) exceeds maximum allowed (\(rangeLimit))")
      }
      return .list((0..<count).map(Value.int))
    },
  ]

  private static func flatten(
    _ items: [Value], depth: Int64, budget: inout Int
  ) throws(EvaluationError) -> [Value] {
    var result: [Value] = []
    for item in items {
      budget -= 1
      guard budget >= 0 else {
        throw EvaluationError(.limit, "the argument of flatten is too large")
      }
      if depth > 0, case .list(let inner) = item {
        result += try flatten(inner, depth: depth - 1, budget: &budget)
      } else {
        result.append(item)
      }
    }
    return result
  }

  // MARK: Order

  private static let listOrder: [Overload] = [
    .member("reverse", id: "list_reverse", on: .list(element), to: .list(element)) {
      arguments throws(EvaluationError) in .list(try arguments.list(0).reversed())
    },
    .member("distinct", id: "list_distinct", on: .list(element), to: .list(element)) {
      arguments throws(EvaluationError) in .list(try distinct(arguments.list(0)))
    },
  ]

  /// The first of each group of equals.
  private static func distinct(_ items: [Value]) throws(EvaluationError) -> [Value] {
    var groups: [Int: [Value]] = [:]
    var result: [Value] = []
    var budget = callBudget
    for item in items {
      let known = groups[item.equalityHash, default: []]
      guard try known.firstIndex(equalTo: item, budget: &budget) == nil else { continue }
      groups[item.equalityHash, default: []].append(item)
      result.append(item)
    }
    return result
  }

  /// The types `sort` and the Kubernetes lists compare.
  static let comparableTypes: [CELType] = [
    .int, .uint, .double, .bool, .duration, .timestamp, .string, .bytes,
  ]

  private static let sorting: [Overload] =
    comparableTypes.map { type in
      .member("sort", id: "list_\(type.runtimeName)_sort", on: .list(type), to: .list(type)) {
        arguments throws(EvaluationError) in
        let items = try arguments.list(0)
        return .list(try sort(items, by: items))
      }
    }
    + comparableTypes.map { type in
      .member(
        "@sortByAssociatedKeys", id: "list_\(type.runtimeName)_sortByAssociatedKeys",
        on: .list(element), [.list(type)], to: .list(element)
      ) { arguments throws(EvaluationError) in
        .list(try sort(arguments.list(0), by: arguments.list(1)))
      }
    }

  /// The items in the order of their keys.
  private static func sort(
    _ items: [Value], by keys: [Value]
  ) throws(EvaluationError) -> [Value] {
    guard let first = keys.first else { return items }
    let kind = first.type.runtimeName
    guard comparableTypes.contains(where: { $0.runtimeName == kind }) else {
      throw EvaluationError(.invalidArgument, "list elements must be comparable")
    }
    guard keys.allSatisfy({ $0.type.runtimeName == kind }) else {
      throw EvaluationError(.invalidArgument, "list elements must have the same type")
    }
    let order = keys.indices.sorted { left, right in
      switch Operators.compare(keys[left], keys[right]) {
      case .less: true
      case .greater: false
      default: left < right
      }
    }
    return order.map { items[$0] }
  }

  /// `list.sortBy(e, key)`: the list is evaluated once, then the key for each element.
  private static let sortBy = Macro("sortBy", .member, argumentCount: 2) {
    call throws(CompileError.Issue) in
    // No source text can spell this name.
    let name = "@sortBy"
    let list = call.expression(.identifier(name))
    let keys = call.expression(
      .comprehension(
        Comprehension(
          .list, over: list, as: [try call.variable(0)], where: nil, result: call.arguments[1])))
    let sorted = call.expression(
      .call(target: list, function: "@sortByAssociatedKeys", arguments: [keys]))
    return call.expression(.bind(name, try call.receiver(), in: sorted))
  }
}

extension Value {
  /// A hash that equal values share, for grouping; containers count by their kind only.
  fileprivate var equalityHash: Int {
    switch self {
    case .bool(let flag): flag.hashValue
    case .int(let number): Double(number).hashValue
    case .uint(let number): Double(number).hashValue
    case .double(let number): number.hashValue
    case .string(let text): Array(text.utf8).hashValue
    case .bytes(let bytes): bytes.hashValue
    case .duration(let duration): duration.hashValue
    case .timestamp(let timestamp): timestamp.hashValue
    case .list(let items): items.count
    case .map(let map): map.count
    case .null, .type, .optional, .opaque, .symbolic: 0
    }
  }
}
