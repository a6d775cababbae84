internal import CEL

/// What an autoscaler remembers between its syncs: recommendations, and how it has scaled.
///
/// Follows pkg/controller/podautoscaler/horizontal.go (recommendations, scaleUpEvents, scaleDownEvents).
/// Upstream keeps each with its time. Here they are in order, and how many of the oldest have left a
/// window is a choice: an older one leaves it before a newer one. Only what can still matter is kept, so
/// memory is bounded.
///
/// Waiting ends. A sync that finds what the last one found, when that one held back and changed nothing,
/// comes after all windows: to hold back once more would be no step at all. Where holding back is to scale
/// (to a recommendation that is higher than the size, against somebody who scales down), it is counted,
/// for the world may have changed meanwhile; and no more syncs than fit into a window find a
/// recommendation in it, unless it is made again.
struct AutoscalerMemory {
  private static let label = "scaling"

  /// `--horizontal-pod-autoscaler-sync-period`: the least time between two syncs.
  static let period = 15

  private let oracle: any ReconcileOracle
  private let isUsed: Bool
  private var stored: JSONObject?
  /// Recommendations of the window for scaling down, oldest first; one that a newer one is not below is
  /// left out, since it leaves the window first.
  private var highs: [Integer]
  /// Recommendations of the window for scaling up, oldest first, without those that a newer one is not
  /// above.
  private var lows: [Integer]
  /// How the last syncs changed the size, oldest first.
  private var changes: [Integer]
  /// How often the target was scaled to hold back by the oldest of `highs`.
  private var highHolds: Int
  /// How often the target was scaled to hold back by the oldest of `lows`.
  private var lowHolds: Int
  /// What this sync found, as far as it matters to what it does.
  private var situation: JSONValue = .null
  /// Whether the last sync found the same, held back, and changed nothing.
  private var isRepeated = false
  /// Whether something in a window made a difference in this sync.
  private var holdsBack = false
  /// The count of the recommendations that made a difference in this sync.
  private var holds: WritableKeyPath<Self, Int>?
  /// Whether the target is scaled in this sync.
  private var isScaled = false

  /// What is remembered; a new autoscaler has recommended the size that it finds
  /// (recordInitialRecommendation).
  ///
  /// Without `isUsed` nothing is remembered.
  init(_ oracle: any ReconcileOracle, current: Integer, isUsed: Bool = true) throws {
    self.oracle = oracle
    self.isUsed = isUsed
    let stored = isUsed ? try oracle.recall(Self.label) : nil
    self.stored = stored
    func list(_ key: String, _ initial: [Integer]) -> [Integer] {
      guard let stored else { return initial }
      return (stored[key]?.array ?? []).compactMap(\.integer)
    }
    highs = list("highs", [current])
    lows = list("lows", [current])
    changes = list("changes", [])
    highHolds = Int(stored?["highHolds"]?.int ?? 0)
    lowHolds = Int(stored?["lowHolds"]?.int ?? 0)
  }

  /// Notes what a sync found, before it asks for windows.
  mutating func find(_ situation: JSONValue) {
    self.situation = situation
    let held = stored?["held"] ?? .null
    isRepeated = IdenticalJSON(held) == IdenticalJSON(situation)
  }

  /// Notes whether a sync scales, after it has asked for windows.
  mutating func note(isScaled: Bool) {
    self.isScaled = isScaled
    if isScaled, let holds { self[keyPath: holds] += 1 }
  }

  /// Forgets a deleted autoscaler.
  static func forget(_ oracle: any ReconcileOracle) throws { try oracle.remember(label, nil) }

  /// Remembers what is new.
  mutating func save() throws {
    guard isUsed else { return }
    var memory = JSONObject()
    for (key, list) in [("highs", highs), ("lows", lows), ("changes", changes)] where !list.isEmpty
    {
      memory[key] = .array(list.map(\.json))
    }
    if highHolds > 0 { memory["highHolds"] = .int(Int64(highHolds)) }
    if lowHolds > 0 { memory["lowHolds"] = .int(Int64(lowHolds)) }
    if holdsBack, !isScaled { memory["held"] = situation }
    if let stored, IdenticalJSON(.object(stored)) == IdenticalJSON(.object(memory)) { return }
    try oracle.remember(Self.label, memory)
    stored = memory
  }

  // MARK: Recommendations

  /// The windows in which recommendations count, in seconds.
  struct Windows {
    var up: Int64
    var down: Int64
  }

  /// The highest recommendation that has not left the window for scaling down, as far as it is below
  /// `enough`: all that reach it are alike.
  mutating func highest(
    since proposal: Integer, enough: Integer?, _ window: Int64
  ) throws -> Integer {
    try best(\.highs, \.highHolds, proposal, enough, window, isBetter: >)
  }

  /// The lowest recommendation that has not left the window for scaling up, as far as it is above
  /// `enough`.
  mutating func lowest(
    since proposal: Integer, enough: Integer?, _ window: Int64
  ) throws -> Integer {
    try best(\.lows, \.lowHolds, proposal, enough, window, isBetter: <)
  }

  /// Chooses which of the oldest entries have left a window, where that makes a difference.
  private mutating func best(
    _ list: WritableKeyPath<Self, [Integer]>, _ holds: WritableKeyPath<Self, Int>,
    _ proposal: Integer, _ enough: Integer?, _ window: Int64,
    isBetter: (Integer, Integer) -> Bool
  ) throws -> Integer {
    let chain = self[keyPath: list]
    // The entries that say more than the proposal are the first of a chain, the oldest.
    var better = chain.filter { isBetter($0, proposal) }
    if better.isEmpty { return proposal }
    if self[keyPath: holds] >= Self.syncs(in: window) {
      better.removeFirst()
      self[keyPath: list] = better
      self[keyPath: holds] = 0
      if better.isEmpty { return proposal }
    }
    // Of those that are more than enough one stands for all.
    let distinct = enough.map { enough in better.filter { isBetter(enough, $0) } } ?? better
    let count = distinct.count + (distinct.count < better.count ? 1 : 0)
    let remaining =
      isRepeated
      ? 0 : try oracle.choose(count + 1, "how many recommendations are in the window")
    if remaining > 0 {
      holdsBack = true
      self.holds = holds
    }
    if remaining > distinct.count { return better[0] }
    let kept = Array(distinct.suffix(remaining))
    if kept.count < better.count { self[keyPath: holds] = 0 }
    self[keyPath: list] = kept
    return kept.first ?? proposal
  }

  /// Adds the recommendation of this sync.
  mutating func add(_ proposal: Integer, _ windows: Windows) {
    let high = highs.prefix { $0 > proposal }
    let low = lows.prefix { $0 < proposal }
    highs = windows.down > 0 ? high + [proposal] : []
    lows = windows.up > 0 ? low + [proposal] : []
    if high.isEmpty || windows.down <= 0 { highHolds = 0 }
    if low.isEmpty || windows.up <= 0 { lowHolds = 0 }
  }

  /// How many syncs can find a recommendation in a window: they are at least 15 s apart.
  private static func syncs(in window: Int64) -> Int { Int(window) / Self.period }

  // MARK: Scale events

  /// How many of the last changes can lie in a period: syncs are at least 15 s apart, and a change that
  /// is as old as the period is outside.
  private static func limit(_ period: Int64) -> Int {
    max(Int((period + Int64(Self.period) - 1) / Int64(Self.period)) - 1, 0)
  }

  /// Adds a change of the size (storeScaleEvent); `longest` is the longest period of a policy.
  mutating func add(change: Integer, longest: Int64) {
    changes = Array((changes + [change]).suffix(Self.limit(longest)))
  }

  /// The changes within each of some periods (getReplicasChangePerPeriod), as a choice: of a longer period
  /// no fewer than of a shorter one.
  mutating func changes(within periods: [Int64]) throws -> [Int64: [Integer]] {
    var result: [Int64: [Integer]] = [:]
    var least = 0
    for period in Set(periods).sorted() {
      let most = max(min(Self.limit(period), changes.count), least)
      if most > least, !isRepeated {
        least += try oracle.choose(most - least + 1, "how many scalings are in the period")
      }
      result[period] = Array(changes.suffix(least))
    }
    holdsBack = holdsBack || least > 0
    return result
  }
}
