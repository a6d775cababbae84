import CEL
import Model
import Testing

/// Templates follow kro's scanner.
struct TemplateTests {
  /// Evaluates one field of an initial object, with load = 7 and word = "w".
  private func evaluate(_ field: String) throws -> (value: JSONValue?, places: [String]) {
    let result = load(
      spec: """
          symbols:
          - {name: load, type: int, in: [7]}
          - {name: word, type: string, in: [w]}
          objects:
          - apiVersion: v1
            kind: ConfigMap
            metadata: {name: c}
            x: \(field)

        """)
    let object = result.scenarios.first?.objects.first
    let bindings = Bindings(["load": .int(7), "word": .string("w")])
    return (try object?.template.evaluate(bindings)["x"], result.places)
  }

  @Test(arguments: [
    (#""${load}""#, "7"), (#""${load + 1}""#, "8"), (#""a${word}b${word}""#, #""awbw""#),
    (#""${string(load)}-${word}""#, #""7-w""#), (#"'${"${HOME}"}'"#, ##""${HOME}""##),
    (#"'a${"}"}b'"#, #""a}b""#), (#""${""#, ##""${""##), (#""$${word}""#, ##""$w""##),
    (#""${word""#, ##""${word""##), (#"'${{"a": load}}'"#, #"{"a":7}"#), (#""${load}%""#, nil),
    (#"['${load}', {k: "${word}"}]"#, #"[7,{"k":"w"}]"#), (#"'${"\"}"}x'"#, #""\"}x""#),
    (#""${optional.none()}""#, "null"), (#""$ {word}""#, ##""$ {word}""##),
  ])
  func `scanner and evaluation`(field: String, expected: String?) throws {
    let (value, places) = try evaluate(field)
    #expect(value?.text == expected)
    #expect(places.contains { $0.hasSuffix("KV0504") } == (expected == nil))
  }

  /// kro's scanner knows `"` only: a brace in a text of single quotes ends the expression.
  @Test func `single quotes do not hide braces`() throws {
    #expect(try evaluate(#""${'}'}""#).value == nil)
  }

  @Test func `an expression inside an expression is a mistake`() throws {
    #expect(try evaluate(#""${ 'x' + ${word} }""#).places == ["12:18 KV0501"])
  }

  @Test func `files are literal unless they say otherwise`() throws {
    let file = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {s: \"${HOME}\"}\n"
    let literal = load(
      spec: "  properties: []\n  objects: [{file: c.yaml}]\n", ["c.yaml": file])
    #expect(literal.scenarios.first?.objects.first?.literal?.at("data", "s")?.string == "${HOME}")
    let template = load(spec: "  objects: [{file: c.yaml, template: true}]\n", ["c.yaml": file])
    #expect(template.places == ["4:14 KV0502"])
  }

  @Test func `a block scalar that keeps its line break is told`() throws {
    #expect(try evaluate("|\n        ${load}").places.first == "12:8 KV0109")
    #expect(try evaluate("|-\n        ${load}").value == 7)
  }

  @Test func `pending data is told from mistakes`() throws {
    let result = load(
      spec: """
          controllers: [{name: c}]
        ---
        apiVersion: kverify.dev/v1alpha1
        kind: Controller
        metadata: {name: c}
        spec:
          for: {apiVersion: v1, kind: ConfigMap}
          steps:
          - {id: s, status: {x: "${object.data.missing}", z: "${1 / object.data.zero}"}}

        """)
    guard case .declarative(let controller) = result.scenarios.first?.controllers.first?.source,
      case .status(let template) = controller.steps[0].action
    else {
      Issue.record("\(result.places)")
      return
    }
    let object = Value(JSONValue.object(["data": .object(["zero": 0])]))
    let bindings = Bindings(["object": object])
    #expect { try template.root.member("x")?.evaluate(bindings) } throws: {
      ($0 as? EvaluationError)?.isDataPending ?? false
    }
    #expect { try template.root.member("z")?.evaluate(bindings) } throws: {
      ($0 as? EvaluationError)?.kind == .divideByZero
    }
  }
}
