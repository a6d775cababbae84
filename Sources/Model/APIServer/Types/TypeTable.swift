/// The Go types of built-in kinds, as far as the server decodes objects by them.
///
/// A built-in object goes through Go structs: unknown fields are lost, a value of a wrong type is
/// refused, zero values with omitempty are left out, structs that are no pointers are always
/// there. Doing the same makes equal objects equal and no-op writes no-ops
/// (staging/src/k8s.io/apimachinery/pkg/runtime/serializer/json/json.go).
struct TypeTable: Sendable {
  /// How a field's zero value is written.
  enum Presence: Sendable {
    /// Left out (omitempty); a struct is always written.
    case omitted
    /// A pointer: what was given stays, whatever its value.
    case pointer
    /// Always written.
    case always
    /// A pointer without omitempty: `null` where absent.
    case nullable
  }

  /// The type of a value.
  indirect enum Kind: Sendable {
    case string, bool, int, double, quantity, zeroQuantity, intOrString, time, nullTime, bytes
    case json
    case list(Kind)
    case map(Kind)
    case structure(String)
  }

  struct Field: Sendable {
    let name: String
    let presence: Presence
    let kind: Kind
  }

  /// The fields of each type, in their order.
  private(set) var types: [String: [Field]] = [:]

  /// Reads tables in the notation `name[?][!]: type` under `type Name`.
  ///
  /// The texts are ours: a mistake in one is a bug of ours.
  init(_ texts: [String]) {
    var current = ""
    for text in texts {
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ").map(String.init)
        precondition(words.count == 2, "type table: \(line)")
        if words[0] == "type" {
          current = words[1]
          precondition(types[current] == nil, "type table: \(current) twice")
          types[current] = []
        } else {
          types[current, default: []].append(Self.field(words[0], words[1]))
        }
      }
    }
  }

  private static func field(_ head: String, _ type: String) -> Field {
    precondition(head.hasSuffix(":"), "type table: \(head)")
    var name = String(head.dropLast())
    var presence = Presence.omitted
    if name.hasSuffix("?!") {
      presence = .nullable
      name.removeLast(2)
    } else if name.hasSuffix("?") {
      presence = .pointer
      name.removeLast()
    } else if name.hasSuffix("!") {
      presence = .always
      name.removeLast()
    }
    return Field(name: name, presence: presence, kind: kind(type[...]))
  }

  private static func kind(_ type: Substring) -> Kind {
    if type.hasPrefix("[") { return .list(kind(type.dropFirst().dropLast())) }
    if type.hasPrefix("{") { return .map(kind(type.dropFirst().dropLast())) }
    switch type {
    case "string": return .string
    case "bool": return .bool
    case "int": return .int
    case "double": return .double
    case "quantity": return .quantity
    case "zeroquantity": return .zeroQuantity
    case "intstr": return .intOrString
    case "time": return .time
    case "nulltime": return .nullTime
    case "bytes": return .bytes
    case "json": return .json
    default: return .structure(String(type))
    }
  }
}

/// The tables of all built-in types.
enum BuiltInTypes {
  static let table = TypeTable([core, pod, workloads])
}
