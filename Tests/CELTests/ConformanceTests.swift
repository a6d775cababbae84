import Foundation
import Testing

@testable import CEL

@Suite struct ConformanceTests {
  /// Files whose libraries Kubernetes and kro do not have, or that come with a later issue.
  static let optional: Set<String> = ["math_ext"]

  @Test func everyCasePasses() throws {
    guard ConformanceSuite.folder != nil else {
      if ProcessInfo.processInfo.environment["CI"] == "true" {
        Issue.record("the CEL conformance suite is missing")
      } else {
        print("not run: the CEL conformance suite is not beside the package")
      }
      return
    }
    var total = 0
    for file in try ConformanceSuite.files() {
      let cases = try ConformanceSuite.cases(of: file)
      var failures: [String] = []
      for item in cases {
        if let failure = try item.run() {
          failures.append("  \(file) \(item.name): \(item.expression): \(failure)")
        }
      }
      let isOptional = Self.optional.contains(file)
      print(
        "CEL conformance \(file): \(cases.count - failures.count)/\(cases.count)"
          + (isOptional ? " (optional)" : ""))
      guard !isOptional else { continue }
      total += cases.count
      for failure in failures { print(failure) }
      #expect(failures.isEmpty, "\(file): \(failures.count) cases fail")
    }
    // A suite that is cut short must not look like a pass.
    #expect(total > 1000)
  }
}
