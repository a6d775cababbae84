import Testing

@testable import CEL

@Suite("Checker") struct CheckerTests {
  private func issues(
    _ source: String, _ environment: Environment = .kubernetes
  ) throws -> [CompileError.Issue] {
    do {
      _ = try environment.compile(source)
      return []
    } catch {
      return error.issues
    }
  }

  @Test("an undeclared variable comes with the names there are") func undeclaredVariable() throws {
    let environment = Environment.kubernetes.adding(variables: ["self": .dyn, "oldSelf": .dyn])
    let found = try issues("[1].all(item, slef.spec.x == item)", environment)
    #expect(
      found.map(\.kind) == [
        .undeclaredVariable(name: "slef", known: ["item", "oldSelf", "self"])
      ])
  }

  @Test("an undeclared function comes with the names there are") func undeclaredFunction() throws {
    let found = try issues("'a'.startswith('b')")
    guard case .undeclaredFunction("startswith", let known) = found.first?.kind else {
      Issue.record("\(found)")
      return
    }
    #expect(known.contains("startsWith"))
    #expect(known == known.sorted())
  }

  @Test("every mistake is reported once, in order") func allIssues() throws {
    let found = try issues("a + 1 > 2 && b == 'x' && 1 + 'y' == c")
    #expect(found.map(\.span.start) == [0, 13, 25, 36])
  }

  @Test(
    "mistakes come with a next step",
    arguments: [
      ("'a' + 1", "convert the other operand with string(x)"),
      ("1 == 1.0", "convert one operand with int(x), uint(x) or double(x)"),
      ("'a' in 'abc'", "s.contains(x)"),
      ("startsWith('a', 'b')", "x.startsWith(…)"),
      ("1.double()", "double(x)"),
      ("[1].all(x)", "list.all(x, condition)"),
      ("5.exists(x, true)", "a macro ranges over a list or a map, not over int"),
      ("[1].all(x, x)", "the condition must be bool, found int"),
      ("5.foo", "type 'int' does not support field selection"),
      ("[?1]", "an entry with ? needs an optional, not int"),
      ("[1] == null", "only dyn and nullable types compare with null"),
    ])
  func hints(source: String, hint: String) throws {
    let found = try issues(source)
    #expect(found.contains { $0.message.contains(hint) }, "\(found.map(\.message))")
  }

  @Test("Kubernetes demands literals of one type") func homogeneousLiterals() throws {
    #expect(try issues("[1, 'a']").count == 1)
    #expect(try issues("{'a': 1, 'b': 2.0}").count == 1)
    #expect(try issues("[1, dyn('a')]").count == 1)
    #expect(try issues("[[], [1]]").isEmpty)
    #expect(try issues("[?optional.of(1), 2]").isEmpty)
    #expect(try issues("[1, 'a']", .kro).isEmpty)
    #expect(try issues("'%d %s'.format([1, 'a'])").isEmpty)
    #expect(try issues("'%s'.format([{'a': [1, 'a']}])").isEmpty)
    #expect(try issues("'%s'.format([[1, 'a'] == [1, 2]])").count == 1)
  }

  @Test("numbers of different types are ordered in Kubernetes, equal nowhere")
  func crossTypeComparisons() throws {
    #expect(try issues("1 < 2.0 && 3u >= 2").isEmpty)
    #expect(try issues("1 < 2.0", .kro).count == 1)
    #expect(try issues("1 == 2.0").count == 1)
    #expect(try Environment.kro.compile("dyn(1) < 2.0").evaluate().isSame(as: .bool(true)))
  }

  @Test("Kubernetes looks at literals when it compiles") func literalValidation() throws {
    #expect(try issues("'a'.matches('(')").count == 1)
    #expect(try issues("duration('1 hour') > duration('1s')").count == 1)
    #expect(try issues("timestamp('yesterday') == timestamp('tomorrow')").count == 2)
    #expect(try issues("duration('1h') > duration('1s')").isEmpty)
    #expect(try issues("'a'.matches('(')", .kro).isEmpty)
    #expect(try issues("int('x') == 1").isEmpty)
  }

  @Test("Kubernetes has no cel.bind") func bind() throws {
    #expect(!(try issues("cel.bind(x, 1, x + 1)").isEmpty))
    #expect(try issues("cel.bind(x, 1, x + 1)", .kro).isEmpty)
  }

  @Test(
    "types are deduced",
    arguments: [
      ("1 < 2 ? [1] : []", "list(int)"),
      ("true ? 1 : dyn(2)", "dyn"), ("true ? dyn(1) : 2", "dyn"),
      ("optional.of(1).orValue(dyn(2))", "dyn"), ("[[1]] + [dyn(2)]", "list(dyn)"),
      ("[[1], []] + [[]]", "list(list(int))"), ("{1: 2}.foo", "int"),
      ("{'a': [1.0]}", "map(string, list(double))"),
      ("{'a': 1}.?a", "optional_type(int)"),
      ("[{'a': 1}].map(x, x.a)", "list(int)"),
      ("{'a': 1}.map(k, k)", "list(string)"),
      ("[1].transformMap(i, v, string(v))", "map(int, string)"),
      ("{'a': 1}.transformMapEntry(k, v, {v: k})", "map(int, string)"),
      ("optional.of(1).optMap(x, x > 0)", "optional_type(bool)"),
      ("optional.of([1])[0]", "optional_type(int)"),
      ("[optional.of(1), optional.none()][0].orValue(2)", "int"),
      ("type(1)", "type(int)"),
      ("x", "dyn"), ("x.a.b", "dyn"), ("x + 1", "int"), ("x == 1", "bool"), ("[x, 1]", "list(dyn)"),
    ])
  func deduction(source: String, type: String) throws {
    let environment = Environment.kro.adding(variables: ["x": .dyn])
    #expect(try environment.compile(source).resultType.description == type)
  }

  @Test(
    "a program tells what it reads",
    arguments: [
      ("x.a.b == 1", ["x.a.b"]),
      ("has(x.a.b) && x.a.?c.orValue(1) == 1", ["x.a.b", "x.a.c"]),
      ("x.items.all(i, i.a == y)", ["x.items", "y"]),
      ("x['a'].b[y.i].c", ["x.a.b", "y.i"]),
      ("x", ["x"]),
      ("[1].all(x, x == 1)", []),
      ("x.a.size() + size(x.a)", ["x.a"]),
      ("x.?a.optMap(v, v.b)", ["x.a"]),
    ] as [(String, [String])])
  func references(source: String, expected: [String]) throws {
    let environment = Environment.kro.adding(variables: ["x": .dyn, "y": .dyn])
    let found = try environment.compile(source).references
    #expect(found.map { ([$0.variable] + $0.path).joined(separator: ".") } == expected)
  }

  @Test(
    "a program tells what it reads of objects and of elements of lists",
    arguments: [
      ("x == null || x.a.b == 1", ["x?", "x.a.b"]),
      ("null != x && x == y", ["x?", "x", "y"]),
      ("x.a == null", ["x.a"]),
      ("x.all(i, i.a.b == y.c)", ["x#", "x[].a.b", "y.c"]),
      ("x.exists(i, i == y)", ["x#", "x[]", "y"]),
      ("x.filter(i, i.a == 1).size() == size(x)", ["x#", "x[].a"]),
      (
        "x.filter(i, i.a == 1).all(j, j.b.exists(k, k.c == j.d))",
        ["x#", "x[].a", "x[].b", "x[].d"]
      ),
      ("x.filter(i, i.a == 1) == y", ["x#", "x[].a", "x[]", "y"]),
      ("x.map(i, i.a)[0] == 1", ["x#", "x[].a"]),
      ("x.all(i, x.all(i, i.a) && i.b)", ["x#", "x[].a", "x[].b"]),
      ("x.all(i, y.exists(j, j.a == i.b))", ["x#", "y#", "y[].a", "x[].b"]),
      ("x[0].a == x['b'].c", ["x", "x.b.c"]),
      ("[x].all(i, i.a == 1)", ["x"]),
      ("(true ? x : y).a == 1", ["x", "y"]),
      ("has(x.a) && x.?b.c.orValue(1) == 1", ["x.a", "x.b.c"]),
    ] as [(String, [String])])
  func fieldReads(source: String, expected: [String]) throws {
    let environment = Environment.kro.adding(variables: ["x": .dyn, "y": .dyn])
    let found = try environment.compile(source).fieldReads.map { read in
      switch read.part {
      case .existence: "\(read.variable)?"
      case .members: "\(read.variable)#"
      case .path(let path): ([read.variable] + path).joined(separator: ".")
      case .elements(let path): (["\(read.variable)[]"] + path).joined(separator: ".")
      }
    }
    #expect(found == expected)
  }
}
