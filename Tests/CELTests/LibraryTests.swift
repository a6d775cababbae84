import Testing

@testable import CEL

/// Each case is an expression that must be true, or one whose evaluation must fail.
@Suite("Libraries")
struct LibraryTests {
  private func evaluate(_ expression: String, _ environment: Environment) throws -> Value {
    try environment.compile(expression).evaluate()
  }

  private func expectTrue(_ expression: String, _ environment: Environment) throws {
    let value = try evaluate(expression, environment)
    #expect(value.isSame(as: .bool(true)), "\(expression) is \(value)")
  }

  private func expectError(
    _ expression: String, _ kind: EvaluationError.Kind, _ environment: Environment
  ) throws {
    // Compiled without checking, so that the function itself has to refuse.
    let program = try environment.compileUnchecked(expression)
    let error = #expect(throws: EvaluationError.self) { try program.evaluate() }
    #expect(error?.kind == kind, "\(expression): \(String(describing: error))")
  }

  @Test(
    "strings, where the conformance suite does not look",
    arguments: [
      "'abc'.replace('', '-') == '-a-b-c-'", "'abc'.replace('', '-', 2) == '-a-bc'",
      "'abc'.replace('', '-', 0) == 'abc'", "''.replace('', '-') == '-'",
      "'aaa'.replace('a', 'b', 2) == 'bba'",
      "'aaa'.replace('aa', 'b') == 'ba'", "'a,b,c'.split(',', 2) == ['a', 'b,c']",
      "'a,b,'.split(',') == ['a', 'b', '']",
      "'abc'.split('') == ['a', 'b', 'c']", "'abc'.split('', 2) == ['a', 'bc']",
      "''.split(',') == ['']",
      "''.split('') == []", "'abc'.split(',', 1) == ['abc']", "'abc'.charAt(0) == 'a'",
      "'abc'.substring(3) == ''",
      "'abc'.indexOf('c', 3) == -1", "''.indexOf('') == 0", "''.lastIndexOf('') == 0",
      "'\\ta b\\n'.trim() == 'a b'",
      "'  '.trim() == ''", "['a'].join(',') == 'a'", "dyn([]).join(',') == ''",
      "'%d|%s|%x|%.2f'.format([1, [1, {'b': 2, 'a': [null]}], 255, 1.005]) == '1|[1, {a: [null], b: 2}]|ff|1.00'",
      "'%b %o'.format([-5, -8]) == '-101 -10'", "'%s'.format([1e21]) == '1000000000000000000000'",
      "'%s'.format([b'\\xff']) == '\\ufffd'", "strings.quote('\\u200b\\x01') == '\"\\u200b\\x01\"'",
    ])
  func strings(expression: String) throws { try expectTrue(expression, .conformance) }

  @Test(
    "strings refuse",
    arguments: [
      ("'%'.format([])", .invalidArgument), ("'%.'.format([1])", .invalidArgument),
      ("'%.99999f'.format([1.0])", .invalidArgument), ("'abc'.charAt(-1)", .invalidArgument),
      ("[1].join()", .noMatchingOverload), ("['a', 1].join()", .noMatchingOverload),
      ("'%s'.format([optional.none()])", .invalidArgument),
    ] as [(String, EvaluationError.Kind)])
  func stringErrors(expression: String, kind: EvaluationError.Kind) throws {
    try expectError(expression, kind, .conformance)
  }

  @Test(
    "lists",
    arguments: [
      "[1,2,3,4].slice(1, 3) == [2, 3]", "[1,2].slice(2, 2) == []",
      "[[1], [2, 3]].flatten() == [1, 2, 3]",
      "[[1, [2]], [[3]]].flatten() == [1, [2], [3]]", "[[[1]], [[2]]].flatten(2) == [1, 2]",
      "[[1]].flatten(0) == [[1]]", "[dyn(1), [2, [3]]].flatten() == [1, 2, [3]]",
      "lists.range(3) == [0, 1, 2]", "lists.range(0) == []",
      "[3, 1, 2].reverse() == [2, 1, 3]", "[3, 1, 2].sort() == [1, 2, 3]",
      "['b', 'a'].sort() == ['a', 'b']",
      "[true, false].sort() == [false, true]", "[2.5, -1.0].sort() == [-1.0, 2.5]",
      "[duration('2s'), duration('1s')].sort()[0] == duration('1s')",
      "[{'n': 'a', 's': 2}, {'n': 'b', 's': 1}, {'n': 'c', 's': 2}].sortBy(e, e.s).map(e, e.n) == ['b', 'a', 'c']",
      "[[2, 1], [1, 0]].sortBy(e, e.sortBy(x, x)[0]) == [[2, 1], [1, 0]].sortBy(e, e[1])",
      "[1, 1, 2, 1].distinct() == [1, 2]",
      "[dyn(1), 1u, 1.0, '1', [1], [1.0]].distinct().size() == 3",
      "[].sort() == []",
    ])
  func lists(expression: String) throws { try expectTrue(expression, .kro) }

  @Test(
    "lists refuse",
    arguments: [
      ("[1].slice(0, 2)", .invalidArgument), ("[1].slice(-1, 1)", .invalidArgument),
      ("[1].slice(1, 0)", .invalidArgument), ("lists.range(-1)", .invalidArgument),
      ("lists.range(9000000000)", .limit), ("[[1]].flatten(-1)", .invalidArgument),
      ("[1, 'a'].sort()", .invalidArgument), ("[[1]].sort()", .noMatchingOverload),
      ("[1, 2].sortBy(e, e == 1 ? dyn('a') : dyn(2))", .invalidArgument),
    ] as [(String, EvaluationError.Kind)])
  func listErrors(expression: String, kind: EvaluationError.Kind) throws {
    try expectError(expression, kind, .kro)
  }

  @Test(
    "the API server's lists, sets, regex and quantity",
    arguments: [
      "[1, 2, 2].isSorted()", "!['b', 'a'].isSorted()", "[].isSorted()", "[1, 3, 2].max() == 3",
      "[1u, 3u].min() == 1u", "['b', 'a'].min() == 'a'", "[1, 2].sum() == 3",
      "[1.5, 2.5].sum() == 4.0",
      "[duration('1s'), duration('1m')].sum() == duration('61s')", "dyn([]).sum() == 0",
      "[1, 2, 1].indexOf(1) == 0", "[1, 2, 1].lastIndexOf(1) == 2", "[1].indexOf(3) == -1",
      "sets.contains([1, 2, 3], [2, 1])", "!sets.contains([1], [1, 2])", "sets.contains([1], [])",
      "sets.equivalent([1, 2, 2], [2, 1])", "!sets.equivalent([1], [1, 2])",
      "sets.intersects([1, 2], [2, 3])",
      "!sets.intersects([1], [])", "'abc 123'.find('[0-9]+') == '123'",
      "'abc'.find('[0-9]+') == ''",
      "'123 abc 456'.findAll('[0-9]+') == ['123', '456']",
      "'123 abc 456'.findAll('[0-9]+', 1) == ['123']",
      "'123'.findAll('[0-9]', 0) == []", "'123'.findAll('[0-9]', -1).size() == 3",
      "['[0-9]+', '[a-z]+'].map(p, 'ab1'.find(p)) == ['1', 'ab']",
      "quantity('1.5G').isGreaterThan(quantity('1G'))",
      "quantity('50Mi').compareTo(quantity('50M')) == 1", "quantity('200M') == quantity('0.2G')",
      "quantity('50k').add(20).sub(quantity('100k')).sub(-50000) == quantity('20')",
      "quantity('50k').asInteger() == 50000", "!quantity('1.5').isInteger()",
      "isQuantity('1Ki') && !isQuantity('1K')",
      "quantity('-1').sign() == -1 && sign(quantity('2')) == 1",
      "quantity('50k').sub(20000).asApproximateFloat() == 30000.0",
      "type(quantity('1')) != type('1')", "'AbC'.lowerAscii() == 'abc'",
      "'%s'.format(['x']) == 'x'",
      "[1, 2].reverse() == [2, 1]", "[3, 1].sortBy(x, x) == [1, 3]",
    ])
  func kubernetes(expression: String) throws { try expectTrue(expression, .kubernetes) }

  @Test(
    "the API server's libraries refuse",
    arguments: [
      ("[].min()", .invalidArgument), ("[1, 'a'].max()", .noMatchingOverload),
      ("[9223372036854775807, 1].sum()", .overflow),
      ("quantity(['x'][0])", .conversion), ("quantity('1e40').add(quantity('1n'))", .overflow),
      ("quantity('1.5').asInteger()", .conversion), ("'a'.find(['['][0])", .invalidArgument),
    ] as [(String, EvaluationError.Kind)])
  func kubernetesErrors(expression: String, kind: EvaluationError.Kind) throws {
    try expectError(expression, kind, .kubernetes)
  }

  @Test(
    "mistakes in the source of the API server's libraries",
    arguments: [
      "'a'.find('[')", "quantity('x')", "'a'.reverse()", "base64.encode(b'a')", "hash.md5('a')",
      "cel.bind(x, 1, x)",
      "quantity('1') < quantity('2')", "[1].flatten()", "sets.contains([1], ['a'])",
      "[quantity('1')].sort()",
    ])
  func kubernetesMistakes(expression: String) {
    #expect(throws: CompileError.self) { try Environment.kubernetes.compile(expression) }
  }

  @Test(
    "kro's libraries",
    arguments: [
      "base64.encode(b'a') == 'YQ=='", "base64.decode('YQ') == b'a'",
      "base64.decode('YQ==') == b'a'",
      "base64.decode('') == b''",
      "base64.encode(hash.fnv64a('')) == 'y/Kc5IQiIyU='",
      "base64.encode(hash.fnv64a('a')) == 'r2PcTIYB7Iw='",
      "base64.encode(hash.sha256('abc')) == 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='",
      "base64.encode(hash.md5('abc')) == 'kAFQmDzST7DWlj99KOF/cg=='",
      "{'a': 1}.merge({'a': 2, 'b': 3}) == {'a': 2, 'b': 3}", "{}.merge({'a': 1}) == {'a': 1}",
      "{'a': {'x': 1, 'y': 1}, 'b': 1}.deepMerge({'a': {'y': 2}}) == {'a': {'x': 1, 'y': 2}, 'b': 1}",
      "json.marshal({'b': [1, 2.5, null, true], 'a': '<&>'}) == '{\"a\":\"\\\\u003c\\\\u0026\\\\u003e\",\"b\":[1,2.5,null,true]}'",
      "json.unmarshal('{\"a\": [1, \"x\"]}').a[1] == 'x'", "type(json.unmarshal('1')) == double",
      "lists.setAtIndex([1, 2], 1, 9) == [1, 9]", "lists.insertAtIndex([1, 2], 2, 3) == [1, 2, 3]",
      "lists.insertAtIndex([1, 2], 0, 3) == [3, 1, 2]",
      "lists.removeAtIndex([1, 2, 3], 1) == [1, 3]",
      "random.seededString(10, 'abc') == random.seededString(10, 'abc')",
      "random.seededString(20, 'x').size() == 20",
      "random.seededString(9, 'x').charAt(8) == random.seededString(1, 'x')",
      "random.seededString(4, 'x') != random.seededString(4, 'y')",
      "random.seededString(3, 'abc') == 'r6q'",
      "random.seededInt(30000, 32768, 'abc') == 32138",
      "random.seededInt(-9223372036854775807, 9223372036854775807, 's') != 0",
      "cel.bind(x, [1, 2], x.sum()) == 3", "quantity('1Gi').isLessThan(quantity('2Gi'))",
    ])
  func kro(expression: String) throws { try expectTrue(expression, .kro) }

  @Test(
    "kro's libraries refuse",
    arguments: [
      ("base64.decode('*')", .conversion), ("base64.decode('YQ=')", .conversion),
      ("base64.decode('Y')", .conversion),
      ("json.unmarshal('{')", .conversion), ("json.marshal({1: 2})", .conversion),
      ("lists.setAtIndex([1], 1, 2)", .invalidArgument),
      ("lists.insertAtIndex([1], 2, 2)", .invalidArgument),
      ("lists.removeAtIndex([], 0)", .invalidArgument),
      ("random.seededString(0, 'x')", .invalidArgument),
      ("random.seededString(999999999999, 'x')", .limit),
      ("random.seededInt(1, 1, 'x')", .invalidArgument),
    ] as [(String, EvaluationError.Kind)])
  func kroErrors(expression: String, kind: EvaluationError.Kind) throws {
    try expectError(expression, kind, .kro)
  }

  @Test(
    "values that share their parts are refused, not walked for ever", .timeLimit(.minutes(10)),
    arguments: [
      "'%s'.format([x30])", "json.marshal(x30)", "[x30].indexOf(y30)", "[x30, y30].distinct()",
      "x30.flatten(40)", "[x30].lastIndexOf(y30)",
    ])
  func sharedParts(function: String) throws {
    // x30 is a list of two x29, and so on: thirty objects in memory, 2^30 when walked.
    var expression = function
    for level in (1...30).reversed() {
      for name in ["x", "y"] {
        let below = "\(name)\(level - 1)"
        expression = "cel.bind(\(name)\(level), [\(below), \(below)], \(expression))"
      }
    }
    try expectError("cel.bind(x0, dyn([]), cel.bind(y0, dyn([]), \(expression)))", .limit, .kro)
  }

  @Test("the hashes agree with the reference at every length around a block")
  func hashLengths() {
    // The hash of all the hashes, so that one constant stands for 200 of them.
    var sha: [UInt8] = []
    var md5: [UInt8] = []
    for length in 0..<200 {
      let message = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
      sha += Hashes.sha256(message)
      md5 += Hashes.md5(message)
    }
    #expect(
      hexadecimalText(Hashes.sha256(sha))
        == "ba7b0fcea7d10c06b855b43d2b4dce1e3e842fff6be0acefb0faf4f2dd05bb47")
    #expect(hexadecimalText(Hashes.md5(md5)) == "eefa41f088d589fcf4e0f2c1cfdb7a3f")
  }
}
