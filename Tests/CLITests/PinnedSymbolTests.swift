import CEL
import Foundation
import Model
import ScenarioKit
import Testing

@testable import CLI

/// A symbol that can have one value only is that value: the verdicts of an example do not change where
/// a number, a flag or a text of its objects becomes a symbol, constrained to what stood there.
@Suite struct PinnedSymbolTests {
  /// The examples that are known, small, and can be rewritten.
  static let names = ExampleTests.names.filter { name in
    let file = CommandRunner.root.appendingPathComponent("examples/\(name)/scenario.yaml")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    let isKnown = !["metacontroller:", "process:", "symbols:"].contains { text.contains($0) }
    return isKnown && (try? documents(name)) != nil
  }

  @Test func thereAreEnough() { #expect(Self.names.count >= 15) }

  @Test(arguments: names)
  func verdictsAreThoseOfTheValue(_ name: String) throws {
    let documents = try Self.documents(name)
    let expected = try MetamorphicTests.Answer(documents.scenario(), .auto)
    var places = Self.places(in: documents)
    #expect(!places.isEmpty, "\(name) has nothing that could be unknown")
    // A few of them, which ones depends on the name alone.
    var generator = SeededNumbers(
      seed: UInt64(name.utf8.reduce(7) { $0 &* 31 &+ Int($1) } & 0xFFFF))
    places.shuffle(using: &generator)
    for place in places.prefix(2) {
      print("\(name): \(place.path.joined(separator: ".")) of object \(place.object) is a symbol")
      let changed = Self.replacing(place, in: documents)
      let answer = try MetamorphicTests.Answer(changed.scenario(), .auto)
      #expect(answer.verdicts == expected.verdicts, "\(place)")
    }
  }

  // MARK: Places

  private struct Place {
    let object: Int
    let path: [String]
    let value: JSONValue
  }

  private static func documents(_ name: String) throws -> ScenarioDocuments {
    try ScenarioDocuments(
      path: "\(CommandRunner.root.path)/examples/\(name)/scenario.yaml", from: FileSystemSource())
  }

  /// The scalars of objects that are no names and no schemas.
  private static func places(in documents: ScenarioDocuments) -> [Place] {
    var found: [Place] = []
    for (index, object) in documents.objects.enumerated() {
      let kind = object["kind"]?.string ?? ""
      if kind == "CustomResourceDefinition" || kind.hasPrefix("ValidatingAdmission") { continue }
      for field in ["spec", "data", "status"] {
        if let value = object[field] { collect(value, [field], index, &found) }
      }
    }
    return found
  }

  private static func collect(
    _ value: JSONValue, _ path: [String], _ object: Int, _ found: inout [Place]
  ) {
    switch value {
    case .int, .bool: found.append(Place(object: object, path: path, value: value))
    case .string where !["name", "kind", "apiVersion"].contains(path.last):
      found.append(Place(object: object, path: path, value: value))
    case .object(let inner):
      for entry in inner.entries { collect(entry.value, path + [entry.key], object, &found) }
    default: break
    }
  }

  /// The scenario with a symbol at a place.
  private static func replacing(
    _ place: Place, in documents: ScenarioDocuments
  ) -> ScenarioDocuments {
    var result = documents
    result.objects[place.object] =
      replacing(
        .object(documents.objects[place.object]), place.path[...]
      ).object ?? JSONObject()
    var symbol: JSONObject = ["name": "pinned"]
    switch place.value {
    case .int(let number):
      symbol["type"] = "int"
      symbol["min"] = .int(number - 1)
      symbol["max"] = .int(number + 1)
    case .bool: symbol["type"] = "bool"
    default:
      symbol["type"] = "string"
      symbol["in"] = [place.value, "another"]
    }
    result.spec["symbols"] = [.object(symbol)]
    result.spec["assume"] = [.string("pinned == \(place.value.text)")]
    return result
  }

  private static func replacing(_ value: JSONValue, _ path: ArraySlice<String>) -> JSONValue {
    guard let key = path.first, var object = value.object else { return "${pinned}" }
    object[key] = object[key].map { replacing($0, path.dropFirst()) }
    return .object(object)
  }
}
