import Foundation
import Testing

/// Every modelled rule names the upstream file that it follows: a file of the API server or of a built-in
/// controller does, or is listed here as one that models none.
@Suite struct UpstreamNamesTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Sources/Model")

  /// Vocabulary, plumbing and algorithms of our own.
  private static let without: Set<String> = [
    "APIServer/APIRequest.swift", "APIServer/Discovery/OpenAPIWireFormat.swift",
    "APIServer/KubernetesVersion.swift", "APIServer/ObjectReader.swift",
    "APIServer/Resources/Resource.swift", "APIServer/Resources/ResourceRegistry.swift",
    "Controllers/Builtin/BuiltinControllers.swift",
    "Controllers/Builtin/BuiltinDocumentation.swift", "Controllers/Builtin/BuiltinOptions.swift",
    "Controllers/Builtin/Shared/AnySubset.swift",
    "Controllers/Builtin/Shared/JSONObject+Status.swift",
    "Controllers/Builtin/Shared/ModelInstant.swift",
    "Controllers/Builtin/Shared/ObjectRequest.swift",
    "Controllers/Builtin/Shared/RankedChoice.swift",
  ]

  private static func files() throws -> [(path: String, text: String)] {
    try ["APIServer", "Controllers/Builtin"].flatMap { folder in
      try FileManager.default.subpathsOfDirectory(
        atPath: root.appendingPathComponent(folder).path
      ).filter { $0.hasSuffix(".swift") }.sorted().map { name in
        let path = "\(folder)/\(name)"
        return (path, try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8))
      }
    }
  }

  private static func namesUpstream(_ text: String) -> Bool {
    // A path (of a folder, of a file or of several), a proposal or a change.
    text.contains(/pkg\/|staging\/src\/|[a-z0-9_]\.go\b|\}\.go\b|KEP-[0-9]|kubernetes#[0-9]/)
  }

  @Test func everyFileNamesWhatItFollows() throws {
    let files = try Self.files()
    #expect(files.count > 200)
    for (path, text) in files {
      #expect(
        Self.namesUpstream(text) != Self.without.contains(path),
        "\(path) names no upstream file, or is listed as one that follows none")
    }
  }

  /// What depends on the version asks a switch.
  @Test func versionsAreComparedInSwitchesOnly() throws {
    let compared = try Self.files().filter { file in
      !file.path.contains("KubernetesVersion")
        && (file.text.contains("KubernetesVersion(minor:") || file.text.contains("ersion.minor >"))
    }
    #expect(compared.map(\.path) == [])
  }

  /// Each switch of the version says since when, and by which change, field or gate.
  @Test func everySwitchOfTheVersionNamesItsChange() throws {
    var switches = 0
    for (path, text) in try Self.files() where path.contains("/KubernetesVersion+") {
      for part in text.components(separatedBy: "\n\n") where part.contains("minor ") {
        switches += 1
        let comment = part.split(separator: "\n").filter { $0.contains("///") }.joined()
        #expect(comment.contains("1.") || comment.contains("recordings"), "\(part)")
      }
    }
    #expect(switches > 60)
  }
}
