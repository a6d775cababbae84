import CEL
import Testing

@testable import Model

@Suite struct FieldSetTests {
  private static let elements: [PathElement] = [
    .field("a"), .field("b"), .key(["name": "x"]), .key(["name": "x", "port": 1]), .value("v"),
    .value(2), .index(0),
  ]

  private static func paths(_ random: inout SeededRandom) -> [[PathElement]] {
    (0..<Int.random(in: 0..<6, using: &random)).map { _ in
      (0..<Int.random(in: 1...3, using: &random)).compactMap { _ in
        elements.randomElement(using: &random)
      }
    }
  }

  /// The operations against the same on plain sets of paths.
  @Test func algebraAgreesWithPlainSets() {
    let seed: UInt64 = 20_261_124
    print("algebraAgreesWithPlainSets: seed \(seed)")
    var random = SeededRandom(seed: seed)
    for _ in 0..<3_000 {
      let (first, second) = (Self.paths(&random), Self.paths(&random))
      let (left, right) = (FieldSet(paths: first), FieldSet(paths: second))
      let (one, two) = (Set(first), Set(second))
      func plain(_ set: FieldSet) -> Set<[PathElement]> { Set(set.paths.map(\.elements)) }
      #expect(plain(left) == one)
      #expect(plain(left.union(right)) == one.union(two))
      #expect(left.union(right) == right.union(left))
      #expect(plain(left.intersection(right)) == one.intersection(two))
      #expect(plain(left.difference(right)) == one.subtracting(two))
      #expect(
        plain(left.recursiveDifference(right))
          == one.filter { path in !two.contains { path.starts(with: $0) } })
      #expect(left.difference(right).union(left.intersection(right)) == left)
      #expect(one.allSatisfy { left.contains($0[...]) })
      #expect(FieldSet(fieldsV1: left.fieldsV1) == left)
    }
  }

  @Test func pathsAreWrittenAsUpstreamWritesThem() {
    let path = FieldPath([
      .field("spec"), .key(["port": 80, "protocol": "TCP"]), .value("x\"y"), .index(3),
    ])
    #expect(path.description == #".spec[port=80,protocol="TCP"][="x\"y"][3]"#)
  }
}
