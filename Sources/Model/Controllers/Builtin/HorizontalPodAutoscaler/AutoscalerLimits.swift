internal import CEL

/// How far one sync may scale.
///
/// Follows pkg/controller/podautoscaler/horizontal.go (normalizeDesiredReplicas,
/// normalizeDesiredReplicasWithBehaviors, stabilizeRecommendation, stabilizeRecommendationWithBehaviors,
/// convertDesiredReplicasWithRules, convertDesiredReplicasWithBehaviorRate).
struct AutoscalerLimits {
  /// `--horizontal-pod-autoscaler-downscale-stabilization`, in seconds.
  static let downscaleStabilization: Int64 = 300

  let autoscaler: JSONObject
  let current: Integer
  let version: KubernetesVersion
  /// The window for scaling down where the autoscaler says none (maybeInitScaleDownStabilizationWindow).
  var downscaleStabilization = Self.downscaleStabilization

  private var minimum: Integer { autoscaler.specNumber("minReplicas") ?? 1 }
  private var maximum: Integer { autoscaler.specNumber("maxReplicas") ?? 0 }
  private var behavior: JSONValue? { autoscaler.at("spec", "behavior") }

  private var windows: AutoscalerMemory.Windows {
    AutoscalerMemory.Windows(
      up: behavior?.at("scaleUp", "stabilizationWindowSeconds")?.int ?? 0,
      down: behavior?.at("scaleDown", "stabilizationWindowSeconds")?.int
        ?? downscaleStabilization)
  }

  /// Whether earlier syncs matter at all.
  var remembers: Bool { behavior != nil || downscaleStabilization > 0 }

  /// The size to scale to, with the conditions that say why.
  ///
  /// `measured` is what the status will tell of the metrics.
  func normalize(
    _ proposal: Integer, measured: JSONValue? = nil, _ memory: inout AutoscalerMemory,
    _ status: inout AutoscalerStatus
  ) throws -> Integer {
    memory.find([
      proposal.json, current.json, autoscaler["spec"] ?? .null, measured ?? .null,
      .int(downscaleStabilization),
    ])
    let stabilized = try stabilize(proposal, &memory)
    if stabilized != proposal {
      let isUp = behavior != nil && proposal >= current
      let (lower, lowest) = isUp ? ("lower", "lowest") : ("higher", "highest")
      status.setCondition(
        "AbleToScale", holds: true, isUp ? "ScaleUpStabilized" : "ScaleDownStabilized",
        .string(
          "recent recommendations were \(lower) than current one, applying the \(lowest) recent "
            + "recommendation"))
    } else {
      status.setCondition(
        "AbleToScale", holds: true, "ReadyForNewScale", "recommended size matches current size")
    }
    let limited = try limit(stabilized, &memory)
    status.setCondition(
      "ScalingLimited", holds: limited.replicas != stabilized, limited.reason,
      .string(limited.message))
    memory.note(isScaled: limited.replicas != current)
    return limited.replicas
  }

  /// stabilizeRecommendation: the highest recommendation of the window, even where that is to grow; and
  /// stabilizeRecommendationWithBehaviors: with `behavior` the size stays between the lowest and the
  /// highest recommendation of the windows.
  private func stabilize(
    _ proposal: Integer, _ memory: inout AutoscalerMemory
  ) throws -> Integer {
    let windows = windows
    defer { memory.add(proposal, windows) }
    guard behavior != nil else {
      guard windows.down > 0 else { return proposal }
      return try memory.highest(since: proposal, enough: nil, windows.down)
    }
    let isUp = proposal >= current
    // What is recommended in this sync is all that a window of no length holds.
    guard (isUp ? windows.up : windows.down) > 0 else { return proposal }
    guard version.autoscalerStabilizesInEnvelope else {
      return isUp
        ? try memory.lowest(since: proposal, enough: nil, windows.up)
        : try memory.highest(since: proposal, enough: nil, windows.down)
    }
    if proposal == current { return proposal }
    return isUp
      ? max(current, try memory.lowest(since: proposal, enough: current, windows.up))
      : min(current, try memory.highest(since: proposal, enough: current, windows.down))
  }

  /// Remembers that the target was scaled (storeScaleEvent): only policies ask for it.
  func noteScaling(to replicas: Integer, _ memory: inout AutoscalerMemory) {
    guard let behavior else { return }
    let periods = ["scaleUp", "scaleDown"].flatMap { self.periods(behavior[$0]) }
    memory.add(change: replicas - current, longest: periods.max() ?? 0)
  }

  private func periods(_ rules: JSONValue?) -> [Int64] {
    (rules?["policies"]?.array ?? []).compactMap { $0["periodSeconds"]?.int }
  }

  private typealias Limited = (replicas: Integer, reason: String, message: String)

  private func limit(_ proposal: Integer, _ memory: inout AutoscalerMemory) throws -> Limited {
    guard let behavior else {
      return limitByRules(proposal, highest: max(2 * current, 4), lowest: nil)
    }
    if proposal > current {
      let highest = try rate(behavior["scaleUp"], isUp: true, &memory).map { max($0, current) }
      return limitByRules(proposal, highest: highest, lowest: nil, isOneWay: true)
    }
    if proposal < current {
      let lowest = try rate(behavior["scaleDown"], isUp: false, &memory).map { min($0, current) }
      return limitByRules(proposal, highest: nil, lowest: lowest, isOneWay: true)
    }
    return within(proposal)
  }

  private func within(_ proposal: Integer) -> Limited {
    (proposal, "DesiredWithinRange", "the desired count is within the acceptable range")
  }

  /// The range of the spec, narrowed by the rates given.
  ///
  /// With `behavior` (`isOneWay`) only the side that is scaled to is looked at.
  private func limitByRules(
    _ proposal: Integer, highest: Integer?, lowest: Integer?, isOneWay: Bool = false
  ) -> Limited {
    let floor = max(minimum, lowest ?? minimum)
    let ceiling = min(maximum, highest ?? maximum)
    if proposal < floor, !(isOneWay && proposal > current) {
      return floor > minimum
        ? (
          floor, "ScaleDownLimit",
          "the desired replica count is decreasing faster than the maximum scale rate"
        )
        : (
          floor, "TooFewReplicas",
          "the desired replica count is less than the minimum replica count"
        )
    }
    if proposal > ceiling, !(isOneWay && proposal < current) {
      return ceiling < maximum
        ? (
          ceiling, "ScaleUpLimit",
          "the desired replica count is increasing faster than the maximum scale rate"
        )
        : (
          ceiling, "TooManyReplicas",
          "the desired replica count is more than the maximum replica count"
        )
    }
    return within(proposal)
  }

  /// calculateScaleUpLimitWithScalingRules and calculateScaleDownLimitWithBehaviors: from the size at
  /// the beginning of each policy's period; nil where there are no rules.
  private func rate(
    _ rules: JSONValue?, isUp: Bool, _ memory: inout AutoscalerMemory
  ) throws -> Integer? {
    guard let rules else { return nil }
    let select = rules["selectPolicy"]?.string ?? "Max"
    if select == "Disabled" { return current }
    let changes = try memory.changes(within: periods(rules))
    let proposals = (rules["policies"]?.array ?? []).compactMap { policy -> Integer? in
      guard let value = policy["value"]?.int else { return nil }
      let start = start(changes[policy["periodSeconds"]?.int ?? 0] ?? [], isUp: isUp)
      switch policy["type"]?.string {
      case "Pods": return isUp ? start + Integer(value) : start - Integer(value)
      case "Percent":
        let factor = isUp ? 1 + Double(value) / 100 : 1 - Double(value) / 100
        return Integer(
          start.map { start in
            let size = Double(start) * factor
            return Int64(isUp ? size.rounded(.up) : size.rounded(.towardZero))
          })
      default: return nil
      }
    }
    // The widest change (Max) is the largest size when growing and the smallest when shrinking.
    return isUp == (select != "Min") ? proposals.max() : proposals.min()
  }

  /// The size before these changes; once only those of the same direction were taken back.
  private func start(_ changes: [Integer], isUp: Bool) -> Integer {
    let counted =
      version.autoscalerCountsBothDirections
      ? changes : changes.filter { isUp ? $0 > 0 : $0 < 0 }
    return counted.reduce(current) { $0 - $1 }
  }
}
