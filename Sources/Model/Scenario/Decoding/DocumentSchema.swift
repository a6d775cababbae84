package import CEL

/// The JSON Schema of both kinds of documents, made of the tables that the decoder reads by.
package enum DocumentSchema {
  /// The schema, draft 7, which editors know best.
  package static var json: JSONValue {
    var definitions = JSONObject()
    for table in [ScenarioFields.document, ControllerFields.document] {
      add(table, to: &definitions)
    }
    return .object([
      "$schema": "http://json-schema.org/draft-07/schema#",
      "title": "kverify documents",
      "oneOf": .array([reference("Scenario"), reference("Controller")]),
      "definitions": .object(definitions),
    ])
  }

  private static func reference(_ name: String) -> JSONValue {
    .object(["$ref": .string("#/definitions/\(name)")])
  }

  private static func add(_ table: FieldTable, to definitions: inout JSONObject) {
    guard definitions[table.name] == nil else { return }
    definitions[table.name] = .null
    var properties = JSONObject()
    for field in table.fields {
      var schema = self.schema(field.type, &definitions)
      schema["description"] = .string(field.summary)
      properties[field.name] = .object(schema)
    }
    var schema: JSONObject = [
      "type": "object", "description": .string(table.summary), "additionalProperties": false,
      "properties": .object(properties),
    ]
    let required = table.fields.filter(\.isRequired).map { JSONValue.string($0.name) }
    if !required.isEmpty { schema["required"] = .array(required) }
    if !table.exactlyOne.isEmpty {
      schema["oneOf"] = .array(
        table.exactlyOne.map { .object(["required": .array([.string($0)])]) })
    }
    definitions[table.name] = .object(schema)
  }

  private static func schema(
    _ type: FieldType, _ definitions: inout JSONObject
  ) -> JSONObject {
    switch type {
    case .text: return ["type": "string"]
    case .objectName: return ["type": "string", "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"]
    case .identifier: return ["type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"]
    case .boolean: return ["type": "boolean"]
    case .integer(let range):
      var schema: JSONObject = ["type": "integer"]
      if range.lowerBound != .min { schema["minimum"] = .int(Int64(range.lowerBound)) }
      if range.upperBound != .max { schema["maximum"] = .int(Int64(range.upperBound)) }
      return schema
    case .expression: return ["type": ["string", "integer", "number", "boolean"]]
    case .duration: return ["type": "string", "pattern": "^([0-9.]+(ms|s|m|h))+$"]
    case .choice(let words): return ["enum": .array(words.map(JSONValue.string))]
    case .table(let table):
      let table = table()
      add(table, to: &definitions)
      return reference(table.name).object ?? JSONObject()
    case .list(let item):
      return ["type": "array", "items": .object(schema(item, &definitions))]
    case .map(let value):
      return ["type": "object", "additionalProperties": .object(schema(value, &definitions))]
    case .template: return ["type": "object"]
    case .anything: return JSONObject()
    case .either(let types):
      return ["anyOf": .array(types.map { .object(schema($0, &definitions)) })]
    }
  }
}
