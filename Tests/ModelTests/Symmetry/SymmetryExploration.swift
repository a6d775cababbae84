import POR
import Testing
import Transitions

@testable import Model

/// Searches a world in full, once as it is and once with states merged by symmetry.
struct SymmetryExploration {
  let plain: (composition: Composition, result: SearchResult)
  /// Nil where the world has no symmetry, or lost it on the way.
  let merged: (composition: Composition, result: SearchResult, finding: String?)?

  init(_ definition: WorldDefinition, audit interval: Int? = nil) throws {
    let world = World(definition)
    let explored = try WorldExploration.explore(world)
    plain = (explored.composition, explored.result)
    merged = try Self.merge(World(definition), audit: interval)
  }

  /// The search of representatives.
  static func merge(
    _ world: World, audit interval: Int? = nil
  ) throws -> (composition: Composition, result: SearchResult, finding: String?)? {
    let explored = try WorldExploration.explore(world, audit: interval, bySymmetry: true)
    return explored.composition.usesSymmetry ? explored : nil
  }

  /// Requires that merging states changes no verdict of a property that respects the symmetry, that
  /// exactly the representatives of all states are found, and that the audit finds nothing.
  static func compare(
    _ definition: WorldDefinition, audit interval: Int? = nil,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let exploration = try SymmetryExploration(definition)
    guard let merged = exploration.merged else { return }
    if interval != nil {
      let audited = try merge(World(definition), audit: interval)
      #expect(audited?.finding == nil, sourceLocation: sourceLocation)
    }
    let composition = merged.composition
    let respected = composition.properties.indices.filter {
      composition.respectsSymmetry(property: $0)
    }.map { definition.properties[composition.propertyIndices[$0]].name }
    func verdicts(_ composition: Composition, _ result: SearchResult) -> [String: String] {
      WorldExploration.verdicts(composition, result).filter { respected.contains($0.key) }
    }
    #expect(
      verdicts(exploration.plain.composition, exploration.plain.result)
        == verdicts(composition, merged.result), sourceLocation: sourceLocation)

    let found = Set(try states(of: composition).map(trimmed))
    composition.usesSymmetry = false
    let representatives = Set(
      try states(of: composition).map { state in
        trimmed(state.withUnsafeBufferPointer { composition.representative(of: $0) })
      })
    #expect(found == representatives, sourceLocation: sourceLocation)
  }

  /// All states of a search in full, in order of discovery.
  static func states(of composition: Composition) throws -> [[UInt32]] {
    var known: Set<[UInt32]> = []
    var states = [trimmed(composition.initialState)]
    known.insert(states[0])
    var next = 0
    while next < states.count {
      var state = states[next]
      composition.grow(&state)
      next += 1
      var buffer = SuccessorBuffer()
      try state.withUnsafeBufferPointer { try composition.expand($0, into: &buffer) }
      for successor in buffer.successors {
        var words = state
        composition.grow(&words)
        let first = Int(successor.firstChange)
        for change in buffer.changes[first..<first + Int(successor.changeCount)] {
          words[Int(change.index)] = change.value
        }
        let short = trimmed(words)
        if known.insert(short).inserted { states.append(short) }
      }
    }
    return states
  }

  /// A state without the zeros at its end.
  static func trimmed(_ words: [UInt32]) -> [UInt32] {
    var words = words
    while words.last == 0 { words.removeLast() }
    return words
  }
}
