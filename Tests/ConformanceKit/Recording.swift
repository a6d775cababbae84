package import CEL
internal import Foundation

/// The recordings of a real API server, as they lie in Tests/Fixtures.
package struct Recording {
  /// One case: steps in a namespace of their own.
  package struct Case: Sendable {
    package let name: String
    package let area: String
    /// Whether an accident of that server is recorded.
    package let isQuirk: Bool
    package let steps: [JSONObject]
  }

  /// Objects that every case may use.
  package let fixtures: [JSONObject]
  package let cases: [Case]

  /// Reads all areas; fixtures are those of the first file, all files have the same.
  package static func load() throws -> Recording {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/apiserver")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path())
      .filter { $0.hasSuffix(".json") }.sorted()
    var fixtures: [JSONObject] = []
    var cases: [Case] = []
    for file in files {
      let data = try Data(contentsOf: folder.appending(path: file))
      let document = try JSONValue(parsing: data)
      for fixture in (document["fixtures"]?.array ?? []).compactMap(\.object)
      where !fixtures.contains(where: { $0["name"] == fixture["name"] }) {
        fixtures.append(fixture)
      }
      for item in document["cases"]?.array ?? [] {
        cases.append(
          Case(
            name: item["name"]?.string ?? "", area: item["area"]?.string ?? "",
            isQuirk: item["quirk"]?.bool ?? false,
            steps: (item["steps"]?.array ?? []).compactMap(\.object)))
      }
    }
    return Recording(fixtures: fixtures, cases: cases)
  }
}
