internal import CEL

/// A CEL rule of a schema (`x-kubernetes-validations`), compiled.
///
/// Follows staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/compilation.go.
/// Objects with known fields have no type in the checker; that a rule names fields which the
/// schema does not have is found from what the program may read.
struct SchemaRule: Sendable {
  let source: JSONObject
  /// What is wrong with the rule itself; the definition is refused then.
  let problem: String?
  /// Whether it compares with the object before.
  let isTransition: Bool
  private let program: Program?
  private let message: Program?

  /// Compiles a rule that stands at a schema.
  init(_ source: JSONObject, at schema: StructuralSchema) {
    self.source = source
    let hasOptional = source["optionalOldSelf"]?.bool ?? false
    let type = schema.expressionType
    let environment = Environment.kubernetes.adding(
      variables: ["self": type, "oldSelf": hasOptional ? .optional(type) : type])
    do throws(CompileError) {
      let compiled = try environment.compile(source["rule"]?.string ?? "")
      program = compiled
      isTransition = compiled.references.contains { $0.variable == "oldSelf" }
      problem = Self.undefinedField(compiled, schema) ?? Self.wrongResult(compiled)
    } catch {
      program = nil
      isTransition = false
      problem = "compilation failed: \(error)"
    }
    message = source["messageExpression"]?.string.flatMap { try? environment.compile($0) }
  }

  /// Whether the rule runs although there is no old value.
  private var takesNoOldValue: Bool { source["optionalOldSelf"]?.bool ?? false }

  private static func wrongResult(_ program: Program) -> String? {
    switch program.resultType {
    case .bool, .dyn: nil
    default: "compilation failed: must evaluate to a bool"
    }
  }

  private static func undefinedField(_ program: Program, _ schema: StructuralSchema) -> String? {
    for reference in program.references {
      var current = schema
      for field in reference.path {
        if current.isOpen || current.additional != nil { break }
        guard let next = current.properties.first(where: { $0.escapedKey == field })?.schema else {
          return "compilation failed: undefined field '\(field)'"
        }
        current = next
      }
    }
    return nil
  }

  /// What to tell the user where the rule does not hold; nil where it does.
  ///
  /// A transition rule holds where there is no old value to compare with.
  func violation(_ value: JSONValue, old: JSONValue?, _ schema: StructuralSchema) -> String? {
    guard let program else { return problem }
    if isTransition, old == nil, !takesNoOldValue { return nil }
    var variables = ["self": schema.expressionValue(value)]
    let before = old.map { schema.expressionValue($0) }
    variables["oldSelf"] = takesNoOldValue ? .optional(before) : before
    let bindings = Bindings(variables, in: value.unknownRun ?? old?.unknownRun)
    do {
      if case .bool(true) = try program.evaluate(bindings) { return nil }
    } catch let error as EvaluationError {
      return "rule evaluation error: \(error.message)"
    } catch {
      return "rule evaluation error: \(error)"
    }
    if let message, case .string(let text)? = try? message.evaluate(bindings), !text.isEmpty {
      return text
    }
    return source["message"]?.string ?? "failed rule: \(source["rule"]?.string ?? "")"
  }
}

extension StructuralSchema {
  /// Whether fields that it does not list may be there.
  var isOpen: Bool { preservesUnknown || isIntOrString || isEmbedded || type == nil }

  /// The type of a value in expressions.
  var expressionType: CELType {
    if isIntOrString { return .dyn }
    switch type {
    case "integer": return .int
    case "number": return .double
    case "boolean": return .bool
    case "string":
      switch source["format"]?.string {
      case "date", "date-time": return .timestamp
      case "duration": return .duration
      case "byte": return .bytes
      default: return .string
      }
    case "array": return .list(items?.expressionType ?? .dyn)
    case "object":
      if properties.isEmpty, let additional { return .map(.string, additional.expressionType) }
      return .dyn
    default: return .dyn
    }
  }

  /// A value as expressions see it: numbers and times by the schema, property names escaped.
  func expressionValue(_ value: JSONValue) -> Value {
    switch (value, expressionType) {
    case (.int(let number), .double): return .double(Double(number))
    case (.symbolic(let leaf), .int), (.symbolic(let leaf), .bool), (.symbolic(let leaf), .string):
      return leaf.lifted
    case (.symbolic(let leaf), _): return expressionValue(leaf.pinned)
    case (.string(let text), .timestamp):
      let full = text.utf8.count == 10 ? text + "T00:00:00Z" : text
      return (try? CELTimestamp(full)).map(Value.timestamp) ?? .string(text)
    case (.string(let text), .duration):
      return (try? CELDuration(text)).map(Value.duration) ?? .string(text)
    case (.array(let list), _):
      return .list(list.map { items?.expressionValue($0) ?? Value($0) })
    case (.object(let object), _):
      let pairs = object.entries.map { entry -> (Value, Value) in
        if let known = properties.first(where: { $0.key == entry.key }) {
          return (.string(known.escapedKey), known.schema.expressionValue(entry.value))
        }
        return (.string(entry.key), additional?.expressionValue(entry.value) ?? Value(entry.value))
      }
      // Keys of an object are unique, so this does not fail.
      return (try? MapValue(pairs)).map(Value.map) ?? Value(value)
    default: return Value(value)
    }
  }
}

extension StructuralSchema.Property {
  /// The name of the property in expressions (pkg/cel/escaping.go).
  var escapedKey: String {
    if [
      "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for",
      "function", "if", "import", "let", "loop", "package", "namespace", "return",
      "var", "void", "while",
    ].contains(key) {
      return "__\(key)__"
    }
    return key.replacing("__", with: "__underscores__").replacing(".", with: "__dot__")
      .replacing("-", with: "__dash__").replacing("/", with: "__slash__")
  }
}
