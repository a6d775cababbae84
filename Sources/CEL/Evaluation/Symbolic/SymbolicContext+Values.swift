/// Values and terms: lifting, merging, choosing.
extension SymbolicContext {
  /// The term and sort of a value that is one; a known value becomes a constant.
  package func term(_ value: Value) -> (term: TermID, sort: TermSort)? {
    if case .symbolic(.term(let term, let sort)) = value { return (term, sort) }
    guard let (constant, sort) = value.termConstant else { return nil }
    return (terms.constant(constant, sort), sort)
  }

  /// The value of a term: a plain one where the term is a constant.
  package func value(_ term: TermID) -> Value {
    let sort = terms.sort(term)
    if let constant = terms.constant(term), let value = Value(constant, sort) { return value }
    return .symbolic(.term(term, sort))
  }

  /// A value as a condition: whether it is true, and whether it is no Boolean.
  package func condition(_ value: Value) -> (holds: TermID, mismatch: TermID) {
    switch value {
    case .bool(let flag): (terms.bool(flag), .never)
    case .symbolic(.term(let term, .bool)): (term, .never)
    case .symbolic(.choice(let cases)):
      cases.reduce(into: (TermID.never, TermID.never)) { result, item in
        let (holds, mismatch) = condition(item.value)
        result.0 = terms.or(result.0, terms.and(item.guardTerm, holds))
        result.1 = terms.or(result.1, terms.and(item.guardTerm, mismatch))
      }
    default: (.never, .always)
    }
  }

  /// An optional that has its value iff a condition holds.
  package func optional(_ value: Value, if condition: TermID) -> Value {
    merge(condition, .optional(value), .optional(nil))
  }

  /// One of two values.
  package func merge(_ condition: TermID, _ left: Value, _ right: Value) -> Value {
    if condition == .always { return left }
    if condition == .never { return right }
    if let merged = uniform(condition, left, right) { return merged }
    return choice(
      cases(left, condition) + cases(right, terms.not(condition)))
  }

  /// One of several values, of which exactly one guard holds.
  package func choice(_ items: [GuardedElement]) -> Value {
    var groups: [GuardedElement] = []
    for item in items.flatMap({ cases($0.value, $0.guardTerm) }) where item.guardTerm != .never {
      if let index = groups.firstIndex(where: {
        uniform(item.guardTerm, item.value, $0.value) != nil
      }),
        let merged = uniform(item.guardTerm, item.value, groups[index].value)
      {
        groups[index] = GuardedElement(terms.or(groups[index].guardTerm, item.guardTerm), merged)
      } else {
        groups.append(item)
      }
    }
    return groups.count == 1 ? groups[0].value : .symbolic(.choice(groups))
  }

  private func cases(_ value: Value, _ condition: TermID) -> [GuardedElement] {
    guard case .symbolic(.choice(let items)) = value else {
      return [GuardedElement(condition, value)]
    }
    return items.map { GuardedElement(terms.and(condition, $0.guardTerm), $0.value) }
  }

  /// One of two values as one value of their common shape; nil where they have none.
  private func uniform(_ condition: TermID, _ left: Value, _ right: Value) -> Value? {
    if let one = term(left), let two = term(right) {
      guard one.sort == two.sort else { return nil }
      return value(terms.choose(condition, one.term, two.term))
    }
    switch (left, right) {
    case (.null, .null): return .null
    case (.optional(.none), .optional(.none)): return left
    case (.optional(.some(let one)), .optional(.some(let two))):
      return .optional(merge(condition, one, two))
    case (.type(let one), .type(let two)) where one.runtimeName == two.runtimeName: return left
    case (.bytes(let one), .bytes(let two)) where one == two: return left
    case (.list(let one), .list(let two)) where one.count == two.count:
      return .list(zip(one, two).map { merge(condition, $0, $1) })
    case (.list, .list), (.symbolic(.list), .list), (.list, .symbolic(.list)),
      (.symbolic(.list), .symbolic(.list)):
      // Only one of the two halves is there, so the order within each is what counts.
      return list(
        elements(left, condition) + elements(right, terms.not(condition)))
    case (.map, .map), (.symbolic(.map), .map), (.map, .symbolic(.map)),
      (.symbolic(.map), .symbolic(.map)):
      return maps(condition, left, right)
    case (.opaque(let one), .opaque(let two))
    where one.type.runtimeName == two.type.runtimeName && one.isEqual(to: two):
      return left
    default: return nil
    }
  }

  /// One of two maps: each key is there where it is in the one chosen.
  ///
  /// Nil where the orders of the keys disagree, since macros see the order.
  private func maps(_ condition: TermID, _ left: Value, _ right: Value) -> Value? {
    guard let one = entries(left), let two = entries(right) else { return nil }
    var result: [GuardedEntry] = []
    var rest = two[...]
    for entry in one {
      guard let place = rest.firstIndex(where: { $0.key.isSame(as: entry.key) }) else {
        if two.contains(where: { $0.key.isSame(as: entry.key) }) { return nil }
        result.append(
          GuardedEntry(terms.and(condition, entry.guardTerm), entry.key, entry.value))
        continue
      }
      result += rest[..<place].map { other($0, condition) }
      let partner = rest[place]
      result.append(
        GuardedEntry(
          terms.choose(condition, entry.guardTerm, partner.guardTerm), entry.key,
          merge(condition, entry.value, partner.value)))
      rest = rest[(place + 1)...]
    }
    return map(result + rest.map { other($0, condition) })
  }

  private func other(_ entry: GuardedEntry, _ condition: TermID) -> GuardedEntry {
    GuardedEntry(terms.and(terms.not(condition), entry.guardTerm), entry.key, entry.value)
  }

  // MARK: - Containers

  /// The elements of a list with their guards; nil for another kind.
  package func elements(_ value: Value) -> [GuardedElement]? {
    switch value {
    case .list(let items): items.map { GuardedElement(.always, $0) }
    case .symbolic(.list(let items)): items
    default: nil
    }
  }

  private func elements(_ value: Value, _ condition: TermID) -> [GuardedElement] {
    (elements(value) ?? []).map {
      GuardedElement(terms.and(condition, $0.guardTerm), $0.value)
    }
  }

  /// The entries of a map with their guards; nil for another kind.
  package func entries(_ value: Value) -> [GuardedEntry]? {
    switch value {
    case .map(let map): map.entries.map { GuardedEntry(.always, $0.key, $0.value) }
    case .symbolic(.map(let entries)): entries
    default: nil
    }
  }

  /// The list of some elements; a plain one where all guards are constant.
  package func list(_ items: [GuardedElement]) -> Value {
    let possible = items.filter { $0.guardTerm != .never }
    return possible.allSatisfy { $0.guardTerm == .always }
      ? .list(possible.map(\.value)) : .symbolic(.list(possible))
  }

  /// The map of some entries with unique keys; a plain one where all guards are constant.
  package func map(_ entries: [GuardedEntry]) -> Value {
    let possible = entries.filter { $0.guardTerm != .never }
    if possible.allSatisfy({ $0.guardTerm == .always }),
      let map = try? MapValue(possible.map { ($0.key, $0.value) })
    {
      return .map(map)
    }
    return .symbolic(.map(possible))
  }

  // MARK: - Finite domains

  /// The terms inside a value that are not known, each once.
  package func unknowns(in value: Value) -> [TermID] {
    var found: [TermID] = []
    collect(value, &found)
    return found
  }

  private func collect(_ value: Value, _ found: inout [TermID]) {
    switch value {
    case .symbolic(.term(let term, _)): if !found.contains(term) { found.append(term) }
    case .symbolic(.list(let items)), .symbolic(.choice(let items)):
      for item in items {
        if item.guardTerm != .always, !found.contains(item.guardTerm) {
          found.append(item.guardTerm)
        }
        collect(item.value, &found)
      }
    case .symbolic(.map(let entries)):
      for entry in entries {
        if entry.guardTerm != .always, !found.contains(entry.guardTerm) {
          found.append(entry.guardTerm)
        }
        collect(entry.value, &found)
      }
    case .list(let items): for item in items { collect(item, &found) }
    case .map(let map) where map.json == nil:
      for entry in map.entries { collect(entry.value, &found) }
    case .optional(.some(let content)): collect(content, &found)
    default: break
    }
  }

  /// The values a term can have; nil where there are more than a limit.
  package func domain(_ term: TermID, limit: Int) -> [TermConstant]? {
    switch terms.node(term) {
    case .constant(let value): return [value]
    case .choose(_, let left, let right):
      guard let one = domain(left, limit: limit), let two = domain(right, limit: limit) else {
        return nil
      }
      let all = one + two.filter { !one.contains($0) }
      return all.count <= limit ? all : nil
    case .concatenation(let parts):
      var texts = [""]
      for part in parts {
        guard let values = domain(part, limit: limit), values.count * texts.count <= limit else {
          return nil
        }
        texts = texts.flatMap { text in values.map { text + ($0.string ?? "") } }
      }
      return Array(Set(texts.map { TermConstant.string($0) })).sorted {
        ($0.string ?? "").precedes($1.string ?? "")
      }
    default: break
    }
    if terms.sort(term) == .bool { return limit >= 2 ? [.bool(false), .bool(true)] : nil }
    if let values = terms.symbol(term)?.values {
      return values.count <= limit ? values.map { .string($0) } : nil
    }
    guard terms.sort(term).isInteger else { return nil }
    let range = terms.interval(term)
    guard let count = range.count, count <= Int128(limit) else { return nil }
    return (range.lower...range.upper).map { .integer($0) }
  }

  /// The condition that a term has a value.
  package func term(_ term: TermID, is value: TermConstant) -> TermID {
    switch value {
    case .bool(let flag): flag ? term : terms.not(term)
    case .integer(let number): terms.equals(term, number)
    case .double(let number): terms.doubleEquals(term, terms.double(number))
    case .string(let text): terms.stringEquals(term, terms.string(text))
    }
  }

  /// A value with some terms replaced by what they are.
  package func replacing(_ known: [TermID: TermConstant], in value: Value) -> Value {
    switch value {
    case .symbolic(.term(let term, let sort)):
      guard let constant = known[term], let plain = Value(constant, sort) else { return value }
      return plain
    case .symbolic(.list(let items)):
      return list(
        items.map { GuardedElement(guarded($0.guardTerm, known), replacing(known, in: $0.value)) })
    case .symbolic(.map(let entries)):
      return map(
        entries.map {
          GuardedEntry(guarded($0.guardTerm, known), $0.key, replacing(known, in: $0.value))
        })
    case .symbolic(.choice(let items)):
      return choice(
        items.map { GuardedElement(guarded($0.guardTerm, known), replacing(known, in: $0.value)) })
    case .list(let items): return .list(items.map { replacing(known, in: $0) })
    case .map(let map) where map.json == nil:
      let pairs = map.entries.map { ($0.key, replacing(known, in: $0.value)) }
      return (try? MapValue(pairs)).map(Value.map) ?? value
    case .optional(.some(let content)): return .optional(replacing(known, in: content))
    default: return value
    }
  }

  private func guarded(_ term: TermID, _ known: [TermID: TermConstant]) -> TermID {
    known[term].map { terms.bool($0.isTrue) } ?? term
  }
}
