internal import CEL
internal import Yams

/// Reads the documents of a YAML file: bytes in, located nodes or findings out; it never traps.
package enum YAMLReader {
  /// The levels that a document may nest.
  private static let depthLimit = 128

  /// The documents of a file, empty ones left out; nothing after the first syntax error.
  package static func documents(of file: SourceFile, findings: Findings) -> [YAMLNode] {
    if let finding = YAMLGuard.finding(in: file) {
      findings.add(finding)
      return []
    }
    var documents: [YAMLNode] = []
    do {
      let text = String(decoding: file.bytes, as: UTF8.self)
      let parser = try Yams.Parser(yaml: text, resolver: .basic, encoding: .utf8)
      while let root = try parser.nextRoot() {
        var converter = Converter(file: file, findings: findings, limit: depthLimit)
        let node = try converter.node(root, depth: 0)
        if case .null = node.content { continue }
        documents.append(node)
      }
    } catch let error as YamlError {
      findings.add(YAMLTraps.diagnostic(for: error, in: file))
    } catch let stop as Diagnostic {
      findings.add(stop)
    } catch {
      findings.add(
        .yamlSyntax, at: SourceLocation(file: file.path, line: 1, column: 1),
        "the text is not valid YAML", advice: "")
    }
    return documents
  }

  /// Converts the library's nodes to ours: resolves scalars, merges `<<`, counts what it makes.
  private struct Converter {
    let file: SourceFile
    let findings: Findings
    let limit: Int
    /// The nodes left; a text of n bytes has few more than n nodes unless aliases multiply them.
    var budget: Int

    init(file: SourceFile, findings: Findings, limit: Int) {
      self.file = file
      self.findings = findings
      self.limit = limit
      budget = 100_000 + 2 * file.bytes.count
    }

    func place(_ mark: Mark?) -> SourceLocation {
      SourceLocation(file: file.path, line: mark?.line ?? 1, column: mark?.column ?? 1)
    }

    mutating func node(_ node: Yams.Node, depth: Int) throws -> YAMLNode {
      budget -= 1
      guard budget > 0 else {
        throw Diagnostic(
          .aliasBomb, at: place(node.mark), "the document's aliases expand without measure",
          advice: "write the values out")
      }
      guard depth < limit else {
        throw Diagnostic(
          .nestedTooDeeply, at: place(node.mark), "nested deeper than \(limit) levels",
          advice: "flatten the document")
      }
      switch node {
      case .scalar(let scalar): return self.scalar(scalar)
      case .sequence(let sequence):
        checkTag(sequence.tag, at: place(sequence.mark))
        var items: [YAMLNode] = []
        for item in sequence { items.append(try self.node(item, depth: depth + 1)) }
        return collection(.sequence(items), at: sequence.mark)
      case .mapping(let mapping):
        checkTag(mapping.tag, at: place(mapping.mark))
        return collection(.mapping(try members(of: mapping, depth: depth)), at: mapping.mark)
      case .alias(let alias):
        throw Diagnostic(
          .yamlSyntax, at: place(alias.mark), "an alias without its anchor",
          advice: "write the value out")
      }
    }

    private func collection(_ content: YAMLNode.Content, at mark: Mark?) -> YAMLNode {
      YAMLNode(content: content, text: "", style: .collection, location: place(mark))
    }

    private mutating func members(of mapping: Yams.Node.Mapping, depth: Int) throws -> [YAMLMember]
    {
      var members: [YAMLMember] = []
      var index: [String: Int] = [:]
      var merged: [YAMLMember] = []
      for (keyNode, valueNode) in mapping {
        guard case .scalar(let scalar) = keyNode else {
          findings.add(
            .badKey, at: place(keyNode.mark), "a key must be plain text", advice: "use a string")
          continue
        }
        let value = try node(valueNode, depth: depth + 1)
        if scalar.string == "<<", scalar.style == .plain {
          merged += mergedMembers(of: value)
          continue
        }
        let key = self.scalar(scalar, .key)
        let member = YAMLMember(
          key: scalar.string, jsonKey: jsonKey(of: key), keyLocation: place(scalar.mark),
          value: value)
        if let first = index[member.key] {
          findings.add(
            YAMLTraps.duplicateKey(
              member.key, at: member.keyLocation, first: members[first].keyLocation))
          continue
        }
        index[member.key] = members.count
        members.append(member)
      }
      for member in merged where index[member.key] == nil {
        index[member.key] = members.count
        members.append(member)
      }
      return members
    }

    private func mergedMembers(of value: YAMLNode) -> [YAMLMember] {
      if let members = value.mapping { return members }
      var seen: Set<String> = []
      var result: [YAMLMember] = []
      for item in value.sequence ?? [] {
        for member in item.mapping ?? [] where seen.insert(member.key).inserted {
          result.append(member)
        }
      }
      if result.isEmpty {
        findings.add(
          .wrongType, at: value.location, "<< merges mappings, and this is \(value.kindName)",
          advice: "give it an alias of a mapping")
      }
      return result
    }

    private func jsonKey(of key: YAMLNode) -> String {
      switch key.content {
      case .bool(let value): value ? "true" : "false"
      case .int(let value): String(value)
      case .double(let value): JSONValue.double(value).text
      case .null: "null"
      default: key.text
      }
    }

    /// Where a scalar stands: the library has written its own idea of a key's type into its tag.
    private enum Role { case key, value }

    private func scalar(_ scalar: Yams.Node.Scalar, _ role: Role = .value) -> YAMLNode {
      let location = place(scalar.mark)
      func made(_ content: YAMLNode.Content, _ style: YAMLNode.Style) -> YAMLNode {
        YAMLNode(content: content, text: scalar.string, style: style, location: location)
      }
      let style: YAMLNode.Style =
        switch scalar.style {
        case .singleQuoted: .singleQuoted
        case .doubleQuoted: .doubleQuoted
        case .literal: .literal
        case .folded: .folded
        case .plain, .any: .plain
        }
      let tag = role == .key && style == .plain ? "" : scalar.tag.description
      switch tag {
      case "tag:yaml.org,2002:str", "tag:yaml.org,2002:binary":
        return made(.string(scalar.string), style)
      case "", "!", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float",
        "tag:yaml.org,2002:null", "tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge":
        break
      default:
        findings.add(YAMLTraps.tag(tag, text: scalar.string, at: location))
        // Read on with the text that was meant, so that one mistake does not make many.
        let meant = scalar.string.isEmpty ? tag : "\(tag) \(scalar.string)"
        return YAMLNode(
          content: .string(meant), text: meant, style: style, location: location)
      }
      guard style == .plain else { return made(.string(scalar.string), style) }
      switch YAMLScalar.resolve(scalar.string) {
      case .value(let content): return made(content, style)
      case .notJSON(let reason):
        findings.add(
          .notJSON, at: location, reason, advice: "use a finite number, or quote the text")
        return made(.string(scalar.string), style)
      }
    }

    private func checkTag(_ tag: Tag, at location: SourceLocation) {
      let name = tag.description
      guard !name.isEmpty, name != "!", !name.hasPrefix("tag:yaml.org,2002:") else { return }
      findings.add(YAMLTraps.tag(name, text: "", at: location))
    }
  }
}
