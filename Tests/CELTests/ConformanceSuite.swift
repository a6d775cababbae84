import Foundation
import Testing

@testable import CEL

/// The CEL conformance cases, which lie beside the package and are not part of it.
enum ConformanceSuite {
  /// The folder of the cases; nil where it is not there.
  static let folder: String? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    // Beside the package, or beside a worktree of it one level deeper.
    for up in ["../shared", "../../shared"] {
      let path = root.appendingPathComponent(up).appendingPathComponent("conformance/cel")
        .standardizedFileURL.path
      if FileManager.default.fileExists(atPath: path) { return path }
    }
    return nil
  }()

  /// The names of the files without their extension, sorted.
  static func files() throws -> [String] {
    guard let folder else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
  }

  /// The cases of a file.
  static func cases(of file: String) throws -> [ConformanceCase] {
    let path = try #require(folder) + "/\(file).json"
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return try #require(try JSONValue(parsing: data).array).map(ConformanceCase.init)
  }
}

/// Why a case cannot be read.
struct MalformedCase: Error { let reason: String }

/// One case of the suite.
struct ConformanceCase {
  let json: JSONValue

  init(_ json: JSONValue) { self.json = json }

  var name: String { "\(json["section"]?.string ?? "")/\(json["name"]?.string ?? "")" }

  var expression: String { json["expr"]?.string ?? "" }

  /// Nil if the case passes, else what is wrong.
  func run() throws -> String? {
    let environment = try environment()
    let expectsError = json.at("expect", "error")?.bool ?? false
    let program: Program
    do {
      program =
        json["disable_check"]?.bool == true
        ? try environment.compileUnchecked(expression) : try environment.compile(expression)
    } catch {
      return expectsError ? nil : "does not compile: \(error)"
    }
    if let type = json["type"]?.string, program.resultType.description != type {
      return "type \(program.resultType), expected \(type)"
    }
    if json["check_only"]?.bool == true { return nil }
    let value: Value
    do {
      value = try program.evaluate(Bindings(try bindings()))
    } catch let error as EvaluationError {
      return expectsError ? nil : "error: \(error)"
    }
    if expectsError { return "value \(value), expected an error" }
    guard let expected = json.at("expect", "value") else {
      throw MalformedCase(reason: "nothing is expected")
    }
    let wanted = try Self.value(expected)
    return value.isSame(as: wanted) ? nil : "value \(value), expected \(wanted)"
  }

  func environment() throws -> Environment {
    var functions: [HostFunction] = []
    for entry in json["functions"]?.object?.entries ?? [] {
      for overload in entry.value.array ?? [] {
        functions.append(
          HostFunction(
            name: entry.key, style: overload["member"]?.bool == true ? .member : .global,
            parameters: try (overload["params"]?.array ?? []).map { try Self.type($0.string) },
            result: try Self.type(overload["result"]?.string)))
      }
    }
    var variables: [String: CELType] = [:]
    for entry in json["variables"]?.object?.entries ?? [] {
      variables[entry.key] = try Self.type(entry.value.string)
    }
    return Environment(
      libraries: Environment.conformanceLibraries, container: json["container"]?.string ?? "",
      variables: variables, functions: functions, options: Environment.conformance.options)
  }

  func bindings() throws -> [String: Value] {
    var values: [String: Value] = [:]
    for entry in json["bindings"]?.object?.entries ?? [] {
      values[entry.key] = try Self.value(entry.value)
    }
    return values
  }

  /// Reads a value in the notation of the suite.
  static func value(_ json: JSONValue) throws -> Value {
    guard let entry = json.object?.entries.first else { throw MalformedCase(reason: json.text) }
    switch (entry.key, entry.value) {
    case ("null", _): return .null
    case ("bool", .bool(let flag)): return .bool(flag)
    case ("int", .string(let text)): return .int(try #require(Int64(text)))
    case ("uint", .string(let text)): return .uint(try #require(UInt64(text)))
    case ("double", .string(let text)): return .double(try #require(Double(text)))
    case ("string", .string(let text)): return .string(text)
    case ("bytes", .string(let text)):
      return .bytes(Array(try #require(Data(base64Encoded: text))))
    case ("type", .string(let name)):
      let known = Names.standardTypes[name] ?? Library.optionals.types[name]
      return .type(known ?? .opaque(name, []))
    case ("list", .array(let items)): return .list(try items.map(value))
    case ("map", .array(let pairs)):
      return .map(
        try MapValue(
          try pairs.map { pair in
            let parts = try #require(pair.array)
            return (try value(parts[0]), try value(parts[1]))
          }))
    case ("duration", .string(let text)): return .duration(try CELDuration(text))
    case ("timestamp", .string(let text)): return .timestamp(try CELTimestamp(text))
    default: throw MalformedCase(reason: json.text)
    }
  }

  /// Reads a type in the notation of the suite.
  static func type(_ text: String?) throws -> CELType {
    let text = try #require(text)
    guard let open = text.firstIndex(of: "(") else {
      switch text {
      case "dyn", "any": return .dyn
      case "null_type": return .null
      case "bool": return .bool
      case "int": return .int
      case "uint": return .uint
      case "double": return .double
      case "string": return .string
      case "bytes": return .bytes
      case "timestamp": return .timestamp
      case "duration": return .duration
      case "type": return .type(.dyn)
      default: return .opaque(text, [])
      }
    }
    let name = String(text[..<open])
    let inner = text[text.index(after: open)...].dropLast()
    if name == "param" { return .parameter(String(inner)) }
    let parameters = try split(String(inner)).map { try type($0) }
    switch (name, parameters.count) {
    case ("type", 1): return .type(parameters[0])
    case ("list", 1): return .list(parameters[0])
    case ("map", 2): return .map(parameters[0], parameters[1])
    case ("wrapper", 1): return .wrapper(parameters[0])
    case ("optional_type", 1): return .optional(parameters[0])
    default: return .opaque(name, parameters)
    }
  }

  /// The parts between the commas that are in no parentheses.
  private static func split(_ text: String) -> [String] {
    var parts = [""]
    var depth = 0
    for character in text {
      if character == ",", depth == 0 {
        parts.append("")
        continue
      }
      depth += character == "(" ? 1 : character == ")" ? -1 : 0
      parts[parts.count - 1].append(character)
    }
    return parts.map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
