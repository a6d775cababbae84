import Testing

@testable import CEL

/// What the fragment cannot say, and what the caller can do about it.
@Suite struct SymbolicEvaluationTests {
  private let context = SymbolicContext(TermTable())
  private var terms: TermTable { context.terms }

  private func condition(
    _ source: String, _ values: [String: Value]
  ) throws -> SymbolicCondition {
    let variables = values.mapValues { _ in CELType.dyn }
    let program = try Environment.kubernetes.adding(variables: variables).compile(source)
    return try program.condition(Bindings(values), in: context)
  }

  @Test func whatIsOutsideSaysWhere() throws {
    let name = context.value(terms.symbol("name", .string))
    do {
      _ = try condition("true &&\n  name.split('-').size() > 1", ["name": name])
      Issue.record("split of an unknown text has a term")
    } catch let error as OutsideFragment {
      #expect(error.position.line == 2)
      #expect(error.expression.contains("split"))
      #expect(error.reason.contains("split"))
      #expect(error.terms == [terms.symbol("name", .string)])
    }
  }

  @Test func fewValuesAreAllTried() throws {
    let kind = terms.symbol("kind", .string, values: ["a-b", "a", "b"])
    let found = try condition("kind.split('-').size() == 2", ["kind": context.value(kind)])
    #expect(found.error == .never)
    for text in ["a-b", "a", "b"] {
      #expect(terms.holds(found.holds, [0: .string(text)]) == (text == "a-b"))
    }
    #expect(context.notes.map(\.way) == [.split])
  }

  /// A function that has a result for all texts is a term where there are too many of them.
  @Test func functionsOfAnyTextAreTerms() throws {
    context.abstracts = true
    let name = context.value(terms.symbol("name", .string))
    let found = try condition("name.lowerAscii().trim() == 'prod'", ["name": name])
    #expect(found.error == .never)
    for (text, expected) in [(" PrOd ", true), ("prod", true), ("dev", false)] {
      #expect(terms.holds(found.holds, [0: .string(text)]) == expected)
    }
    #expect(terms.text(found.holds) == "name.lowerAscii().trim() == \"prod\"")
    #expect(context.notes.map(\.way) == [.abstracted, .abstracted])
    // One that may fail is not.
    #expect(throws: OutsideFragment.self) { try condition("int(name) == 3", ["name": name]) }
    let few = terms.symbol("few", .string, values: ["A", "b"])
    context.removeNotes()
    _ = try condition("few.lowerAscii() == 'a'", ["few": context.value(few)])
    #expect(context.notes.map(\.way) == [.split])
  }

  @Test func aPickedValueIsNoted() throws {
    context.pick = { _ in .string("x-y") }
    let name = context.value(terms.symbol("name", .string))
    let found = try condition("name.split('-').size() == 2", ["name": name])
    #expect(found == SymbolicCondition(error: .never, holds: .always))
    #expect(context.notes.map(\.way) == [.concretised])
  }

  @Test func theCallerDecidesABranch() throws {
    let flag = terms.symbol("flag", .bool)
    let name = context.value(terms.symbol("name", .string))
    var asked: [TermID] = []
    context.decide = {
      asked.append($0)
      return false
    }
    let found = try condition(
      "(flag ? name.split('-').size() : 1) == 1", ["flag": context.value(flag), "name": name])
    #expect(found == SymbolicCondition(error: .never, holds: .always))
    #expect(asked == [flag])
  }

  @Test func errorsAreConditions() throws {
    let x = terms.symbol("x", .int, range: Interval(0, 9))
    let value = context.value(x)
    let plain = try condition("10 / x > 2", ["x": value])
    #expect(plain.error == terms.equals(x, 0))
    #expect(terms.holds(plain.holds, [0: .integer(3)]))
    let guarded = try condition("x != 0 && 10 / x > 2", ["x": value])
    #expect(guarded.error == .never)
    let absorbed = try condition("10 / x > 2 || x < 5", ["x": value])
    #expect(absorbed.error == .never)
  }

  @Test func aFieldThatMayBeAbsent() throws {
    let present = terms.symbol("present", .bool)
    let replicas = terms.symbol("replicas", .int, range: Interval(0, 9))
    let spec = context.map([
      GuardedEntry(present, .string("replicas"), context.value(replicas))
    ])
    let bare = try condition("spec.replicas > 2", ["spec": spec])
    #expect(bare.error == terms.not(present))
    let asked = try condition("has(spec.replicas) && spec.replicas > 2", ["spec": spec])
    #expect(asked.error == .never)
    #expect(asked.holds == terms.and(present, terms.isAtLeast(replicas, 3)))
    let defaulted = try condition("spec.?replicas.orValue(1) == 1", ["spec": spec])
    #expect(
      defaulted.holds == terms.choose(present, terms.equals(replicas, 1), .always))
  }
}
