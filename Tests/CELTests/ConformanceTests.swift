import Foundation
import Testing

@testable import CEL

@Suite struct ConformanceTests {
  /// The files that are listed as different (Tests/Fixtures/known-differences.json), as a whole.
  private static func listedFiles() throws -> Set<String> {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/known-differences.json")
    let json = try JSONValue(parsing: Data(contentsOf: file))
    let list = try #require(json["differences"]?.array)
    return Set(list.compactMap { $0["suite"] == "cel" ? $0["case"]?.string : nil })
  }

  @Test func everyCasePasses() throws {
    guard ConformanceSuite.folder != nil else {
      if ProcessInfo.processInfo.environment["CI"] == "true" {
        Issue.record("the CEL conformance suite is missing")
      } else {
        print("not run: the CEL conformance suite is not beside the package")
      }
      return
    }
    let listed = try Self.listedFiles()
    #expect(listed.isSubset(of: try ConformanceSuite.files()))
    var total = 0
    var passed = 0
    for file in try ConformanceSuite.files() {
      let cases = try ConformanceSuite.cases(of: file)
      var failures: [String] = []
      for item in cases {
        if let failure = try item.run() {
          failures.append("  \(file) \(item.name): \(item.expression): \(failure)")
        }
      }
      let isListed = listed.contains(file)
      print(
        "CEL conformance \(file): \(cases.count - failures.count)/\(cases.count)"
          + (isListed ? " (listed as different)" : ""))
      if isListed {
        #expect(!failures.isEmpty, "\(file) passes, and is listed as different")
        continue
      }
      total += cases.count
      passed += cases.count - failures.count
      for failure in failures { print(failure) }
      #expect(failures.isEmpty, "\(file): \(failures.count) cases fail")
    }
    print("conformance of cel: \(passed)/\(total)")
    // A suite that is cut short must not look like a pass.
    #expect(total > 1000)
  }
}
