package import CEL

/// The OpenAPI document of version 2 as the protocol buffer that kubectl asks for.
///
/// Field numbers as in google/gnostic, openapiv2/OpenAPIv2.proto; only what our documents hold is
/// written.
package enum OpenAPIWireFormat {
  /// The bytes of a document.
  package static func encode(_ document: JSONObject) -> [UInt8] {
    var message = ProtocolBuffer()
    message.text(1, document["swagger"]?.string)
    message.message(2) { info in
      info.text(1, document.at("info", "title")?.string)
      info.text(2, document.at("info", "version")?.string)
    }
    message.message(8) { paths in
      for entry in document["paths"]?.object?.entries ?? [] {
        paths.message(2) { named in
          named.text(1, entry.key)
          named.message(2) { pathItem(entry.value, &$0) }
        }
      }
    }
    message.message(9) { schemas(document["definitions"], &$0) }
    return message.bytes
  }

  private static func pathItem(_ item: JSONValue, _ message: inout ProtocolBuffer) {
    for (number, method) in [(2, "get"), (4, "post"), (8, "patch")] {
      guard let operation = item[method] else { continue }
      message.message(number) { message in
        for parameter in operation["parameters"]?.array ?? [] {
          // ParametersItem, Parameter, NonBodyParameter, QueryParameterSubSchema
          message.message(8) { item in
            item.message(1) { parameters in
              parameters.message(2) { other in
                other.message(3) { query in
                  query.text(2, parameter["in"]?.string)
                  query.text(4, parameter["name"]?.string)
                  query.text(6, parameter["type"]?.string)
                }
              }
            }
          }
        }
        extensions(operation, 13, &message)
      }
    }
  }

  private static func schemas(_ named: JSONValue?, _ message: inout ProtocolBuffer) {
    for entry in named?.object?.entries ?? [] {
      message.message(1) { item in
        item.text(1, entry.key)
        item.message(2) { schema(entry.value, &$0) }
      }
    }
  }

  private static func schema(_ value: JSONValue, _ message: inout ProtocolBuffer) {
    message.text(1, value["$ref"]?.string)
    message.text(2, value["format"]?.string)
    message.text(3, value["title"]?.string)
    message.text(4, value["description"]?.string)
    for name in value["required"]?.array ?? [] { message.text(19, name.string) }
    switch value["additionalProperties"] {
    case .object(let additional)?:
      message.message(21) { $0.message(1) { schema(.object(additional), &$0) } }
    case .bool(let flag)?: message.message(21) { $0.flag(2, flag) }
    default: break
    }
    if let type = value["type"]?.string { message.message(22) { $0.text(1, type) } }
    if let items = value["items"] {
      message.message(23) { $0.message(1) { schema(items, &$0) } }
    }
    if let properties = value["properties"] { message.message(25) { schemas(properties, &$0) } }
    extensions(value, 31, &message)
  }

  /// The members with names in `x-`, as YAML, which JSON is.
  private static func extensions(
    _ value: JSONValue, _ number: Int, _ message: inout ProtocolBuffer
  ) {
    for entry in value.object?.entries ?? [] where entry.key.hasPrefix("x-") {
      message.message(number) { named in
        named.text(1, entry.key)
        named.message(2) { $0.text(2, entry.value.text) }
      }
    }
  }
}

/// A protocol buffer that is being written.
struct ProtocolBuffer {
  private(set) var bytes: [UInt8] = []

  private mutating func variable(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func field(_ number: Int, _ content: [UInt8]) {
    variable(UInt64(number) << 3 | 2)
    variable(UInt64(content.count))
    bytes += content
  }

  mutating func text(_ number: Int, _ text: String?) {
    guard let text, !text.isEmpty else { return }
    field(number, Array(text.utf8))
  }

  mutating func flag(_ number: Int, _ value: Bool) {
    variable(UInt64(number) << 3)
    variable(value ? 1 : 0)
  }

  mutating func message(_ number: Int, _ write: (inout ProtocolBuffer) -> Void) {
    var inner = ProtocolBuffer()
    write(&inner)
    field(number, inner.bytes)
  }
}
