import POR
import Testing

@testable import Model

/// Which names of a scenario are found to be interchangeable, and which are not.
@Suite struct SymmetryDetectionTests {
  private func orbits(_ text: String) throws -> [[[String]]] {
    try WorldExploration.definition(text: text).symmetry?.orbits.map(\.blocks) ?? []
  }

  private func step(when condition: String) -> String {
    """
    - id: mark
      when: "\(condition)"
      patch:
        target: {apiVersion: families.kverify.dev/v1, kind: Cell, name: shared}
        merge: {spec: {value: 1}}
    """
  }

  @Test func copiesAreFound() throws {
    #expect(try orbits(SymmetryScenarios.tasks(3)) == [[["t1"], ["t2"], ["t3"]]])
    #expect(
      try orbits(FamilyScenarios.fanIn(3).text) == [[["c1", "t1"], ["c2", "t2"], ["c3", "t3"]]])
    #expect(
      try orbits(FamilyScenarios.userEvents(2).text) == [[["c1", "e1"], ["c2", "e2"]]])
    let cascades = try orbits(FamilyScenarios.cascades(2, length: 2).text)
    #expect(cascades == [[["c1-0", "c1-1", "c1-2"], ["c2-0", "c2-1", "c2-2"]]])
  }

  /// Names of two lengths are of one orbit, sorted as numbers are.
  @Test func lengthsMayDiffer() throws {
    let blocks = try orbits(SymmetryScenarios.tasks(11)).first ?? []
    #expect(blocks.count == 11)
    #expect(blocks.last == ["t11"])
  }

  @Test func differentContentIsNoCopy() throws {
    let labelled = SymmetryScenarios.tasks(3, third: ", labels: {role: third}")
    #expect(try orbits(labelled) == [[["t1"], ["t2"]]])
    #expect(try orbits(FamilyScenarios.lastWriters(3).text) == [])
  }

  @Test func aNameInAControllerIsSingledOut() throws {
    let text = SymmetryScenarios.tasks(3, steps: step(when: "object.metadata.name == 't1'"))
    #expect(try orbits(text) == [[["t2"], ["t3"]]])
  }

  /// What computes with a name is evaluated; a joint may make a name that no text shows.
  @Test(arguments: [
    "object.metadata.name.endsWith('1')", "object.metadata.name == 't' + string(1)",
    "object.metadata.name < 't1z'", "size(object.metadata.name.replace('1', '11')) == 3",
    "list('families.kverify.dev/v1', 'Task').exists(t, t.metadata.name.endsWith('1'))",
    "list('families.kverify.dev/v1', 'Task').map(t, t.metadata.name).join(',') == 't1,t2,t3'",
    "'\\\\u0074\\\\u0031' == object.metadata.name",
    "{object.metadata.name: 1}.exists(k, k == object.metadata.name)",
    "[dyn(object.metadata.name), dyn('t1z')].max() == 't1z'",
  ])
  func computingWithNamesEndsSymmetry(_ condition: String) throws {
    #expect(try orbits(SymmetryScenarios.tasks(3, steps: step(when: condition))) == [])
  }

  /// What treats all names alike does not.
  @Test(arguments: [
    "object.metadata.name.startsWith('t')",
    "object.metadata.name + '-x' != 'none'",
    "list('families.kverify.dev/v1', 'Task').exists(t, t.metadata.name == object.metadata.name)",
    "size(list('families.kverify.dev/v1', 'Task').filter(t, has(t.spec))) == 0",
    "object.metadata.name in list('families.kverify.dev/v1', 'Task').map(t, t.metadata.name)",
  ])
  func equalTreatmentKeepsSymmetry(_ condition: String) throws {
    let text = SymmetryScenarios.tasks(3, steps: step(when: condition))
    #expect(try orbits(text) == [[["t1"], ["t2"], ["t3"]]])
  }

  /// A controller that takes the first of a list keeps the symmetry until a list holds two copies.
  @Test func theOrderOfAListIsWatched() throws {
    let shared = try SymmetryExploration(
      WorldExploration.definition(text: SymmetryScenarios.tasks(3)))
    #expect(shared.plain.result.states == 8)
    #expect(shared.merged?.result.states == 4)
    let first = step(
      when:
        "list('families.kverify.dev/v1', 'Task')[0].metadata.name == object.metadata.name")
    let text = SymmetryScenarios.tasks(3, steps: first)
    #expect(try orbits(text) == [[["t1"], ["t2"], ["t3"]]])
    #expect(try SymmetryExploration(WorldExploration.definition(text: text)).merged == nil)
  }

  @Test(arguments: [
    ("cells.all(c, c.spec.value >= 0)", true), ("first != null", false),
    ("cells.all(c, c.metadata.name != 't2')", false), ("cells[0].spec.value >= 0", false),
    ("tasks.size() == 3", true), ("tasks.exists(t, t.metadata.name.endsWith('2'))", false),
    ("tasks[0].metadata.name != 'x'", false),
    ("tasks.map(t, t.metadata.name).max() != ''", false),
  ])
  func propertiesThatSingleOutACopyAreKnown(_ claim: String, _ respects: Bool) throws {
    let text = SymmetryScenarios.tasks(3, properties: ["- {name: claim, always: \"\(claim)\"}"])
    let definition = try WorldExploration.definition(text: text)
    let index = try #require(definition.properties.firstIndex { $0.name == "claim" })
    #expect(definition.symmetry?.respectedProperties[index] == respects)
  }

  @Test func theProjectionSwitchesItOff() throws {
    let definition = try WorldExploration.definition(
      text: SymmetryScenarios.tasks(3), ProjectionSet().without(.symmetry))
    #expect(try SymmetryExploration(definition).merged == nil)
  }
}
