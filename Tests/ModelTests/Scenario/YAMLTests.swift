import CEL
import Model
import Testing

/// YAML as Kubernetes reads it, and what it must not do.
struct YAMLTests {
  private func documents(_ text: String) -> (documents: [JSONValue], codes: [String]) {
    let findings = Findings()
    let file = SourceFile(path: "a.yaml", bytes: Array(text.utf8))
    let nodes = YAMLReader.documents(of: file, findings: findings)
    return (nodes.map(\.json), findings.diagnostics.map(\.code))
  }

  /// The facts are those of sigs.k8s.io/yaml's fork of go-yaml v2 (resolve.go).
  @Test(arguments: [
    ("yes", "true"), ("on", "true"), ("y", "true"), ("off", "false"), ("N", "false"),
    ("True", "true"), ("yEs", "\"yEs\""), ("~", "null"), ("", "null"), ("Null", "null"),
    ("nULL", "\"nULL\""), ("12", "12"), ("0123", "83"), ("0o17", "15"), ("0x1F", "31"),
    ("0b11", "3"), ("1_000", "1000"), ("+5", "5"), ("-0x10", "-16"), ("089", "89"),
    ("12:30", "\"12:30\""), ("2001-01-01", "\"2001-01-01\""), ("1.0", "1"), ("1.5", "1.5"),
    (".5", "0.5"), ("1e3", "1000"), ("1e+2", "100"), ("1.", "1"), (".", "\".\""),
    ("1.2.3", "\"1.2.3\""), ("100m", "\"100m\""), ("0x", "\"0x\""),
    ("9223372036854775807", "9223372036854775807"), ("'12'", "\"12\""), ("\"yes\"", "\"yes\""),
    ("!!str 12", "\"12\""), ("-9223372036854775808", "-9223372036854775808"),
  ])
  func `plain scalars resolve as in Kubernetes`(text: String, json: String) {
    let (documents, codes) = documents("a: \(text)\n")
    #expect(documents.first?["a"]?.text == json)
    #expect(codes.isEmpty)
  }

  @Test(arguments: [".inf", "-.INF", ".nan", "18446744073709551615"])
  func `numbers that JSON does not have are refused`(text: String) {
    #expect(documents("a: \(text)\n").codes == ["KV0114"])
  }

  @Test func `keys that are no strings become text as in Kubernetes`() {
    #expect(documents("on: 1\n0x10: 2\n~: 3\n").documents[0].text == #"{"16":2,"null":3,"true":1}"#)
  }

  @Test func `merge keys fill in what is not there`() {
    let text = "base: &b {x: 1, w: 2}\nmore: &m {z: 5, x: 6}\nall: {<<: [*b, *m], w: 3}\n"
    #expect(documents(text).documents[0]["all"]?.text == #"{"w":3,"x":1,"z":5}"#)
  }

  @Test func `empty documents are left out`() {
    #expect(documents("---\n---\na: 1\n---\n# c\n---\nb: 2\n...\n").documents.count == 2)
    #expect(documents("").documents.isEmpty)
  }

  @Test func `a duplicate key is told at its second place`() {
    let findings = Findings()
    let file = SourceFile(path: "a.yaml", bytes: Array("x:\n  k: 1\n  j: 2\n  k: 3\n".utf8))
    _ = YAMLReader.documents(of: file, findings: findings)
    #expect(findings.diagnostics.map(\.location.description) == ["a.yaml:4:3"])
    #expect(documents("{a: 1, a: 2}").codes == ["KV0105"])
    #expect(documents("1: x\n0x1: y\n").codes.isEmpty)
  }

  @Test(arguments: [
    "a: &a [x,x,x,x,x,x,x,x]\n"
      + (0..<9).map {
        "b\($0): &\("bcdefghij"[$0]) [\(Array(repeating: "*\("abcdefghi"[$0])", count: 8).joined(separator: ","))]\n"
      }
      .joined()
  ])
  func `an alias bomb is refused in a moment`(text: String) {
    let clock = ContinuousClock()
    let elapsed = clock.measure { #expect(documents(text).codes == ["KV0104"]) }
    #expect(elapsed < .seconds(5))
    let keyed = text + "? {*j : 1}\n: 1\n"
    #expect(documents(keyed).codes == ["KV0104"])
  }

  @Test(arguments: [200, 900, 5_000, 200_000])
  func `deep nesting is refused`(depth: Int) {
    let flow = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    #expect(documents(flow).codes == ["KV0103"])
    #expect(documents(String(repeating: "[", count: depth)).codes.count == 1)
    let block = String(repeating: "- ", count: depth) + "x\n"
    #expect(documents(block).codes == ["KV0103"])
  }

  @Test func `a line of 10 MB is read`() {
    let long = String(repeating: "x", count: 10_000_000)
    #expect(documents("a: \"\(long)\"\n").documents.first?["a"]?.string?.utf8.count == 10_000_000)
  }

  @Test func `text past 32 MiB is refused`() {
    let text = "a: " + String(repeating: "x", count: 33 << 20)
    #expect(documents(text).codes == ["KV0111"])
  }

  @Test(arguments: [
    [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x00],
    [0xE2, 0x82],
  ])
  func `invalid UTF-8 is told at its byte`(bytes: [UInt8]) {
    let findings = Findings()
    let file = SourceFile(path: "a.yaml", bytes: Array("a: 1\nb: é".utf8) + bytes)
    #expect(YAMLReader.documents(of: file, findings: findings).isEmpty)
    #expect(findings.diagnostics.map(\.code) == ["KV0101"])
    #expect(findings.diagnostics.map(\.location.description) == ["a.yaml:2:5"])
  }

  @Test(arguments: [
    ("a: !has(x.y)", "1:4 KV0106"), ("a: !x && y", "1:4 KV0106"), ("a: x ? y : z", "1:10 KV0107"),
    ("a: b: c", "1:5 KV0107"), ("a: {'b': 1}.b == 1", "1:4 KV0108"), ("a: {b: ${x}}", "1:8 KV0108"),
    ("a: [1, 2", "2:1 KV0102"), ("a:\n\t- x", "2:1 KV0102"), ("a: \"x", "2:1 KV0102"),
    ("a: {b: 1", "2:1 KV0102"), ("? [a]\n: b", "1:3 KV0113"), ("a: *b", "1:4 KV0102"),
    ("%FOO\n---\na", "KV0102"), ("a: \u{7}", "1:4 KV0102"),
  ])
  func `traps and mistakes are told at their place`(text: String, place: String) {
    let findings = Findings()
    let file = SourceFile(path: "a.yaml", bytes: Array((text + "\n").utf8))
    _ = YAMLReader.documents(of: file, findings: findings)
    let places = findings.diagnostics.map {
      "\($0.location.line):\($0.location.column) \($0.code)"
    }
    #expect(places.count == 1)
    #expect(places.first?.hasSuffix(place) ?? false, "\(places)")
  }
}

extension String {
  fileprivate subscript(offset: Int) -> Character { self[index(startIndex, offsetBy: offset)] }
}
