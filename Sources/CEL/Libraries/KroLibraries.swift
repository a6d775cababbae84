/// The libraries of kro's own.
///
/// Follow kubernetes-sigs/kro pkg/cel/library: random.go, maps.go, json.go, hash.go, lists.go.
extension Library {
  /// All libraries of kro's own.
  package static let kro: [Library] = [random, maps, json, hash, kroLists]

  // MARK: random

  /// `random.seededString` and `random.seededInt`: the same for the same seed.
  package static let random = Library(
    name: "kro.random",
    functions: [
      .global(
        "random.seededString", id: "random.seededString_int_string", [.int, .string], to: .string
      ) { arguments throws(EvaluationError) in
        let length = try arguments.int(0)
        guard length > 0 else {
          throw EvaluationError(
            .invalidArgument, "random.seededString length must be positive")
        }
        guard length <= Operators.sizeLimit else {
          throw EvaluationError(.limit, "the result of random.seededString is too large")
        }
        let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)
        let hash = Hashes.sha256(Array(try arguments.string(1).utf8))
        // Four bytes of the hash a character; after eight characters it starts over.
        let turn = stride(from: 0, to: hash.count, by: 4).map { start in
          let number = hash[start..<(start + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
          return alphabet[Int(number) % alphabet.count]
        }
        let text = (0..<Int(length)).map { turn[$0 % turn.count] }
        return .string(String(decoding: text, as: UTF8.self))
      },
      .global(
        "random.seededInt", id: "random.seededInt_int_int_string", [.int, .int, .string], to: .int
      ) { arguments throws(EvaluationError) in
        let (low, high) = (try arguments.int(0), try arguments.int(1))
        guard low < high else {
          throw EvaluationError(
            .invalidArgument, "random.seededInt min must be less than max")
        }
        let hash = Hashes.sha256(Array(try arguments.string(2).utf8))
        let number = hash.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let size = UInt64(bitPattern: high &- low)
        return .int(low &+ Int64(bitPattern: number % size))
      },
    ])

  // MARK: maps

  /// `merge` and `deepMerge`: the entries of the second map win.
  package static let maps = Library(
    name: "kro.maps",
    functions: [
      .member("merge", id: "map_merge", on: mapType, [mapType], to: mapType) {
        arguments throws(EvaluationError) in
        .map(try merge(arguments.map(0), arguments.map(1)) { _, right in right })
      },
      .member("deepMerge", id: "map_deep_merge", on: mapType, [mapType], to: mapType) {
        arguments throws(EvaluationError) in
        .map(try deepMerge(arguments.map(0), arguments.map(1)))
      },
    ])

  private static let mapType = CELType.map(.parameter("K"), .parameter("V"))

  private static func merge(
    _ left: MapValue, _ right: MapValue,
    _ both: (Value, Value) throws(EvaluationError) -> Value
  ) throws(EvaluationError) -> MapValue {
    var pairs: [(Value, Value)] = []
    for (key, value) in left.entries {
      guard let other = right[key] else {
        pairs.append((key, value))
        continue
      }
      pairs.append((key, try both(value, other)))
    }
    for (key, value) in right.entries where left[key] == nil { pairs.append((key, value)) }
    return try MapValue(pairs)
  }

  private static func deepMerge(
    _ left: MapValue, _ right: MapValue
  ) throws(EvaluationError) -> MapValue {
    try merge(left, right) { first, second throws(EvaluationError) in
      guard case .map(let inner) = first, case .map(let other) = second else { return second }
      return .map(try deepMerge(inner, other))
    }
  }

  // MARK: json

  /// `json.marshal` and `json.unmarshal`, with the habits of Go's encoding/json: read numbers are
  /// doubles, written `<`, `>` and `&` are escaped.
  package static let json = Library(
    name: "kro.json",
    functions: [
      .global("json.unmarshal", id: "json.unmarshal_string", [.string], to: .dyn) {
        arguments throws(EvaluationError) in
        do {
          return Value(doubles(try JSONValue(parsing: try arguments.string(0))))
        } catch let error as EvaluationError {
          throw error
        } catch {
          throw EvaluationError(
            .conversion, "json.unmarshal failed to parse JSON: \(problem(error))")
        }
      },
      .global("json.marshal", id: "json.marshal_dyn", [.dyn], to: .string) {
        arguments throws(EvaluationError) in
        try arguments[0].limited("json.marshal")
        var text = ""
        for scalar in try arguments[0].json().text.unicodeScalars {
          switch scalar {
          // These stand in strings only.
          case "<": text += "\\u003c"
          case ">": text += "\\u003e"
          case "&": text += "\\u0026"
          case "\u{2028}": text += "\\u2028"
          case "\u{2029}": text += "\\u2029"
          default: text.unicodeScalars.append(scalar)
          }
        }
        return .string(text)
      },
    ])

  private static func problem(_ error: any Error) -> String {
    (error as? JSONSyntaxError).map { "\($0.reason) at byte \($0.offset)" } ?? "\(error)"
  }

  private static func doubles(_ value: JSONValue) -> JSONValue {
    switch value {
    case .int(let number): .double(Double(number))
    case .array(let items): .array(items.map(doubles))
    case .object(let object):
      .object(JSONObject(object.entries.map { ($0.key, doubles($0.value)) }))
    default: value
    }
  }

  // MARK: hash

  /// `hash.fnv64a`, `hash.sha256`, `hash.md5`: the bytes of the hash of a text.
  package static let hash = Library(
    name: "kro.hash",
    functions: [
      hashFunction("fnv64a") { Hashes.fnv64a($0) },
      hashFunction("sha256") { Hashes.sha256($0) },
      hashFunction("md5") { Hashes.md5($0) },
    ])

  private static func hashFunction(
    _ name: String, _ compute: @escaping @Sendable ([UInt8]) -> [UInt8]
  ) -> Overload {
    .global("hash.\(name)", id: "hash.\(name)_string", [.string], to: .bytes) {
      arguments throws(EvaluationError) in
      .bytes(compute(Array(try arguments.string(0).utf8)))
    }
  }

  // MARK: lists

  /// `lists.setAtIndex`, `lists.insertAtIndex`, `lists.removeAtIndex`: a changed copy.
  package static let kroLists = Library(
    name: "kro.lists",
    functions: [
      .global(
        "lists.setAtIndex", id: "lists.setAtIndex_list_int_T", [listType, .int, .parameter("T")],
        to: listType
      ) { arguments throws(EvaluationError) in
        var items = try arguments.list(0)
        items[try position(arguments, "setAtIndex", below: items.count)] = arguments[2]
        return .list(items)
      },
      .global(
        "lists.insertAtIndex", id: "lists.insertAtIndex_list_int_T",
        [listType, .int, .parameter("T")], to: listType
      ) { arguments throws(EvaluationError) in
        var items = try arguments.list(0)
        let index = try position(arguments, "insertAtIndex", below: items.count + 1)
        items.insert(arguments[2], at: index)
        return .list(items)
      },
      .global(
        "lists.removeAtIndex", id: "lists.removeAtIndex_list_int", [listType, .int], to: listType
      ) { arguments throws(EvaluationError) in
        var items = try arguments.list(0)
        items.remove(at: try position(arguments, "removeAtIndex", below: items.count))
        return .list(items)
      },
    ])

  private static let listType = CELType.list(.parameter("T"))

  /// The index argument.
  ///
  /// Its error is not of the kind kro waits on: the text has a number between "index" and "out of
  /// bounds".
  private static func position(
    _ arguments: [Value], _ function: String, below limit: Int
  ) throws(EvaluationError) -> Int {
    let index = try arguments.int(1)
    guard index >= 0, index < limit else {
      throw EvaluationError(
        .invalidArgument, "lists.\(function): index \(index) out of bounds [0, \(limit))")
    }
    return Int(index)
  }
}
