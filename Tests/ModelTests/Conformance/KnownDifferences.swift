import CEL
import Foundation
import Testing

@testable import Model

/// What is known to differ from Kubernetes: Tests/Fixtures/known-differences.json.
///
/// A case that is listed must fail, one that is not must pass; no case is treated apart in the code.
struct KnownDifferences {
  /// One recorded case that does not pass.
  struct Difference {
    let name: String
    /// `apiserver`, `controllers` or `cel`.
    let suite: String
    let reason: String
    /// The upstream file and rule.
    let upstream: String
  }

  private let differences: [Difference]

  static func load() throws -> KnownDifferences {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/known-differences.json")
    let json = try JSONValue(parsing: Data(contentsOf: file))
    let list = try #require(json["differences"]?.array)
    return KnownDifferences(
      differences: try list.map { item in
        Difference(
          name: try #require(item["case"]?.string), suite: try #require(item["suite"]?.string),
          reason: try #require(item["reason"]?.string),
          upstream: try #require(item["upstream"]?.string))
      })
  }

  /// Prints the list, for CI to show.
  func tell() {
    for difference in differences {
      #expect(["apiserver", "controllers", "cel"].contains(difference.suite))
      #expect(!difference.reason.isEmpty && !difference.upstream.isEmpty)
      print(
        "known difference: \(difference.suite) \(difference.name): \(difference.reason) "
          + "(\(difference.upstream))")
    }
  }

  /// Those of a suite by the case's name.
  func of(_ suite: String) -> [String: Difference] {
    Dictionary(differences.filter { $0.suite == suite }.map { ($0.name, $0) }) { first, _ in
      Issue.record("\(first.name) is listed twice")
      return first
    }
  }
}
