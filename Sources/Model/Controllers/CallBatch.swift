/// Calls that a controller makes in parallel: lanes, each with calls that come one after the other.
///
/// Which lane makes the next call is open (`ReconcileOracle.next`).
package struct CallBatch: Hashable, Sendable {
  /// One thread of calls.
  package struct Lane: Hashable, Sendable {
    /// Whom it is about: the name of an object.
    package var label: String
    /// Lanes of one group are interchangeable: they do the same to objects that differ in generated
    /// names only.
    package var group: Int
    /// How many calls are left.
    package var left: Int
  }

  /// The kinds of the objects that the calls change.
  package var groupKinds: [GroupKind]
  /// Whether they are created.
  package var creates: Bool
  /// Whether the calls come in the order of a map, so that any of them may be in the first batch of a
  /// slow start.
  package var isShuffled = false
  package var lanes: [Lane]

  /// How many calls are left.
  var left: Int { lanes.reduce(0) { $0 + $1.left } }

  /// The lanes that may make the next call, ascending; never empty while calls are left.
  ///
  /// Of interchangeable ones the earlier is always as far as the later: another order is a renaming of
  /// one with that.
  var open: [Int] {
    lanes.indices.filter { index in
      let lane = lanes[index]
      guard lane.left > 0 else { return false }
      return !lanes[..<index].contains { $0.group == lane.group && $0.left >= lane.left }
    }
  }
}
