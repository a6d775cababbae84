extension Library {
  /// cel-go's ext.Strings: positions count code points, from 0.
  ///
  /// Follows cel-go ext/strings.go. Kubernetes stops at version 2; version 3 adds `reverse`. An
  /// offset past the end of the text is an error, as the specification's tests have it.
  package static func strings(version: Int = 3) -> Library {
    let added: [Overload] =
      version < 3
      ? []
      : [
        .member("reverse", id: "string_reverse", on: .string, to: .string) {
          arguments throws(EvaluationError) in
          .string(String(scalars: try arguments.string(0).unicodeScalars.reversed()))
        }
      ]
    return Library(
      name: "strings", functions: searching + editing + listing + formatting + added)
  }

  // MARK: Searching

  private static let searching: [Overload] = [
    .member("charAt", id: "string_char_at_int", on: .string, [.int], to: .string) {
      arguments throws(EvaluationError) in
      let text = Array(try arguments.string(0).unicodeScalars)
      let index = try offset(arguments.int(1), in: text)
      return .string(index == text.count ? "" : String(text[index]))
    },
    .member("indexOf", id: "string_index_of_string", on: .string, [.string], to: .int) {
      arguments throws(EvaluationError) in
      .int(Int64(try firstIndex(arguments, from: 0)))
    },
    .member("indexOf", id: "string_index_of_string_int", on: .string, [.string, .int], to: .int) {
      arguments throws(EvaluationError) in
      .int(Int64(try firstIndex(arguments, from: arguments.int(2))))
    },
    .member("lastIndexOf", id: "string_last_index_of_string", on: .string, [.string], to: .int) {
      arguments throws(EvaluationError) in
      .int(Int64(try lastIndex(arguments, from: nil)))
    },
    .member(
      "lastIndexOf", id: "string_last_index_of_string_int", on: .string, [.string, .int], to: .int
    ) { arguments throws(EvaluationError) in
      .int(Int64(try lastIndex(arguments, from: arguments.int(2))))
    },
    .member("substring", id: "string_substring_int", on: .string, [.int], to: .string) {
      arguments throws(EvaluationError) in
      let text = Array(try arguments.string(0).unicodeScalars)
      return .string(String(scalars: text[try offset(arguments.int(1), in: text)...]))
    },
    .member("substring", id: "string_substring_int_int", on: .string, [.int, .int], to: .string) {
      arguments throws(EvaluationError) in
      let text = Array(try arguments.string(0).unicodeScalars)
      let (start, end) = (try arguments.int(1), try arguments.int(2))
      guard start <= end else {
        throw EvaluationError(
          .invalidArgument, "invalid substring range. start: \(start), end: \(end)")
      }
      let range = try offset(start, in: text)..<offset(end, in: text)
      return .string(String(scalars: text[range]))
    },
  ]

  private static func offset(
    _ index: Int64, in text: [Unicode.Scalar]
  ) throws(EvaluationError) -> Int {
    guard index >= 0, index <= text.count else {
      throw EvaluationError(.invalidArgument, "index out of range: \(index)")
    }
    return Int(index)
  }

  private static func firstIndex(
    _ arguments: [Value], from start: Int64
  ) throws(EvaluationError) -> Int {
    let text = Array(try arguments.string(0).unicodeScalars)
    let part = Array(try arguments.string(1).unicodeScalars)
    let start = try offset(start, in: text)
    guard text.count - start >= part.count else { return -1 }
    let last = text.count - part.count
    return (start...last).first { text[$0..<($0 + part.count)].elementsEqual(part) } ?? -1
  }

  private static func lastIndex(
    _ arguments: [Value], from start: Int64?
  ) throws(EvaluationError) -> Int {
    let text = Array(try arguments.string(0).unicodeScalars)
    let part = Array(try arguments.string(1).unicodeScalars)
    let start = try offset(start ?? Int64(text.count), in: text)
    guard text.count >= part.count else { return -1 }
    let last = min(start, text.count - part.count)
    return (0...last).last { text[$0..<($0 + part.count)].elementsEqual(part) } ?? -1
  }

  // MARK: Editing

  private static let editing: [Overload] = [
    .member("lowerAscii", id: "string_lower_ascii", on: .string, to: .string) {
      arguments throws(EvaluationError) in
      .string(shiftCase(try arguments.string(0), "A"..."Z", by: 0x20))
    },
    .member("upperAscii", id: "string_upper_ascii", on: .string, to: .string) {
      arguments throws(EvaluationError) in
      .string(shiftCase(try arguments.string(0), "a"..."z", by: 0xE0))
    },
    .member("trim", id: "string_trim", on: .string, to: .string) {
      arguments throws(EvaluationError) in
      let text = Array(try arguments.string(0).unicodeScalars)
      guard let start = text.firstIndex(where: { !$0.properties.isWhitespace }),
        let end = text.lastIndex(where: { !$0.properties.isWhitespace })
      else { return .string("") }
      return .string(String(scalars: text[start...end]))
    },
    .member(
      "replace", id: "string_replace_string_string", on: .string, [.string, .string], to: .string
    ) { arguments throws(EvaluationError) in
      .string(try replace(arguments, limit: -1))
    },
    .member(
      "replace", id: "string_replace_string_string_int", on: .string, [.string, .string, .int],
      to: .string
    ) { arguments throws(EvaluationError) in
      .string(try replace(arguments, limit: arguments.int(3)))
    },
    .global("strings.quote", id: "strings_quote", [.string], to: .string) {
      arguments throws(EvaluationError) in
      .string(quote(try arguments.string(0)))
    },
  ]

  private static func shiftCase(
    _ text: String, _ letters: ClosedRange<Unicode.Scalar>, by distance: UInt8
  ) -> String {
    let range = UInt8(ascii: letters.lowerBound)...UInt8(ascii: letters.upperBound)
    return String(
      decoding: text.utf8.map { range.contains($0) ? $0 &+ distance : $0 }, as: UTF8.self)
  }

  private static func replace(
    _ arguments: [Value], limit: Int64
  ) throws(EvaluationError) -> String {
    let text = try arguments.string(0)
    let (old, new) = (try arguments.string(1), try arguments.string(2))
    let limit = limit < 0 ? Int64.max : limit
    if limit == 0 { return text }
    // As in Go's strings.Replace, the empty string is before every code point and at the end.
    let parts =
      old.isEmpty
      ? [""] + pieces(of: text, separatedBy: "", limit: limit == .max ? .max : limit) + [""]
      : pieces(of: text, separatedBy: old, limit: limit == .max ? .max : limit + 1)
    let cut = old.isEmpty && parts.count - 1 > limit ? parts.dropLast() : parts[...]
    try limited(text.utf8.count + cut.count * new.utf8.count, "replace")
    return cut.joined(separator: new)
  }

  /// A Go string literal of the text; what has no short escape stands as it is.
  private static func quote(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\u{7}": result += "\\a"
      case "\u{8}": result += "\\b"
      case "\u{C}": result += "\\f"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{B}": result += "\\v"
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  // MARK: Lists of strings

  private static let listing: [Overload] = [
    .member("split", id: "string_split_string", on: .string, [.string], to: .list(.string)) {
      arguments throws(EvaluationError) in
      .list(
        pieces(of: try arguments.string(0), separatedBy: try arguments.string(1), limit: .max)
          .map(Value.string))
    },
    .member(
      "split", id: "string_split_string_int", on: .string, [.string, .int], to: .list(.string)
    ) { arguments throws(EvaluationError) in
      let limit = try arguments.int(2)
      return .list(
        pieces(
          of: try arguments.string(0), separatedBy: try arguments.string(1),
          limit: limit < 0 ? .max : limit
        ).map(Value.string))
    },
    .member("join", id: "list_join", on: .list(.string), to: .string) {
      arguments throws(EvaluationError) in .string(try join(arguments.list(0), separator: ""))
    },
    .member("join", id: "list_join_string", on: .list(.string), [.string], to: .string) {
      arguments throws(EvaluationError) in
      .string(try join(arguments.list(0), separator: arguments.string(1)))
    },
  ]

  /// The parts between the separators, at most so many, as Go's strings.SplitN has them.
  private static func pieces(
    of text: String, separatedBy separator: String, limit: Int64
  ) -> [String] {
    guard limit > 0 else { return [] }
    let scalars = Array(text.unicodeScalars)
    let mark = Array(separator.unicodeScalars)
    var parts: [String] = []
    var start = 0
    var position = 0
    if mark.isEmpty {
      while start < scalars.count, parts.count + 1 < limit {
        parts.append(String(scalars[start]))
        start += 1
      }
      return start < scalars.count ? parts + [String(scalars: scalars[start...])] : parts
    }
    while position + mark.count <= scalars.count, parts.count + 1 < limit {
      if scalars[position..<(position + mark.count)].elementsEqual(mark) {
        parts.append(String(scalars: scalars[start..<position]))
        position += mark.count
        start = position
      } else {
        position += 1
      }
    }
    return parts + [String(scalars: scalars[start...])]
  }

  private static func join(
    _ items: [Value], separator: String
  ) throws(EvaluationError) -> String {
    var size = 0
    var parts: [String] = []
    for index in items.indices {
      let part = try items.string(index)
      size += part.utf8.count + separator.utf8.count
      try limited(size, "join")
      parts.append(part)
    }
    return parts.joined(separator: separator)
  }

  // MARK: Format

  private static let formatting: [Overload] = [
    .member("format", id: "string_format", on: .string, [.list(.dyn)], to: .string) {
      arguments throws(EvaluationError) in
      try arguments[1].limited("format")
      var formatter = StringFormatter(arguments: try arguments.list(1))
      return .string(try formatter.format(try arguments.string(0)))
    }
  ]
}
