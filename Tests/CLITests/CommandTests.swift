import CEL
import Foundation
import Testing

/// The commands, their help and their exit codes, on the real binary.
struct CommandTests {
  @Test(arguments: [
    ("help", ["--help"]), ("verify", ["verify", "--help"]), ("replay", ["replay", "--help"]),
    ("lint", ["lint", "--help"]), ("schema", ["schema", "--help"]),
    ("explain", ["explain", "--help"]), ("serve", ["serve", "--help"]), ("nothing", []),
  ])
  func `help begins with an example`(name: String, arguments: [String]) throws {
    let result = try CommandRunner.run(arguments)
    #expect(result.exitCode == 0)
    #expect(result.output.contains("EXAMPLE"))
    #expect(try Snapshot.matches(result.transcript, "help/\(name).txt"), "\(result.transcript)")
  }

  @Test(arguments: [
    ["frobnicate"], ["verify"], ["verify", "--nope", "x"], ["verify", "x", "--max-states", "0"],
    ["verify", "x", "--time-limit", "soon"], ["verify", "x", "--memory-limit", "much"],
    ["verify", "x", "--format", "xml"], ["verify", "x", "--reduction", "full"], ["replay"],
    ["verify", "x", "--reduction", "none", "--explain-reduction"],
    ["serve"], ["serve", "Tests/Families"],
    ["serve", "examples/hpa-gitops-fight", "--port", "70000"],
    ["explain", "builtin", "deploymnt"], ["explain", "code", "KV9999"], ["explain", "weather"],
    ["verify", "examples/hpa-gitops-fight", "--property", "settle"],
  ])
  func `wrong usage exits with 64`(arguments: [String]) throws {
    let result = try CommandRunner.run(arguments)
    #expect(result.exitCode == 64)
    #expect(result.output.isEmpty)
    #expect(!result.errors.isEmpty)
  }

  @Test(arguments: [
    ["verify", "no/such/file.yaml"], ["lint", "no/such/file.yaml"], ["lint", "Sources"],
    ["replay", "no/such/trace.json"], ["serve", "no/such/file.yaml"],
  ])
  func `missing files exit with 66`(arguments: [String]) throws {
    let result = try CommandRunner.run(arguments)
    #expect(result.exitCode == 66)
    #expect(result.errors.contains("error[KV02"))
  }

  @Test(arguments: ["examples/hpa-gitops-fight/scenario.yaml", "Package.resolved"])
  func `what is no trace exits with 65`(path: String) throws {
    let result = try CommandRunner.run(["replay", path])
    #expect(result.exitCode == 65)
    #expect(result.errors.contains("error[KV0601]"))
  }

  @Test(
    arguments: ExampleTests.names.map { "examples/\($0)" } + ["Tests/Families", "Tests/Scenarios"])
  func `the project's own scenarios are valid`(folder: String) throws {
    let result = try CommandRunner.run(["lint", folder])
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.errors.isEmpty, "\(result.errors)")
    #expect(result.output.contains(" is valid\n"))
  }

  @Test func `the schema is JSON and complete`() throws {
    let result = try CommandRunner.run(["schema"])
    let schema = try JSONValue(parsing: result.output)
    let definitions = try #require(schema["definitions"]?.object)
    for reference in references(schema) {
      let name = String(reference.dropFirst("#/definitions/".count))
      #expect(definitions[name]?.object != nil, "\(reference)")
    }
    let property = try #require(definitions["Property"]?["properties"]?.object)
    #expect(property.keys.contains("leadsTo"))
    let builtins = schema.at("definitions", "ControllerReference", "properties", "builtin", "enum")
    #expect(builtins?.array?.contains("deployment") ?? false)
  }

  private func references(_ value: JSONValue) -> [String] {
    switch value {
    case .array(let items): items.flatMap(references)
    case .object(let object):
      object.entries.flatMap { entry in
        entry.key == "$ref" ? [entry.value.string ?? ""] : references(entry.value)
      }
    default: []
    }
  }

  @Test(arguments: [
    ("overview", []), ("codes", ["code"]), ("code", ["code", "kv0301"]), ("builtins", ["builtin"]),
    ("metacontroller", ["metacontroller"]),
  ])
  func `explanations`(name: String, arguments: [String]) throws {
    let result = try CommandRunner.run(["explain"] + arguments)
    #expect(result.exitCode == 0)
    #expect(try Snapshot.matches(result.transcript, "explain/\(name).txt"), "\(result.transcript)")
  }

  @Test func `no colour but on a terminal`() throws {
    let result = try CommandRunner.run(
      ["lint", "Tests/Fixtures/bad/unknown-field.yaml"], environment: ["TERM": "xterm"])
    #expect(!result.errors.contains("\u{1B}"))
  }
}
