internal import CEL

/// How far one sync may scale.
///
/// Follows pkg/controller/podautoscaler/horizontal.go (normalizeDesiredReplicas,
/// convertDesiredReplicasWithRules, convertDesiredReplicasWithBehaviorRate). Upstream's memory of
/// recommendations and of scale events is left out: stabilization windows have passed, and each sync
/// begins the periods of `behavior` anew.
struct AutoscalerLimits {
  let autoscaler: JSONObject
  let current: Integer

  private var minimum: Integer { autoscaler.specNumber("minReplicas") ?? 1 }
  private var maximum: Integer { autoscaler.specNumber("maxReplicas") ?? 0 }

  /// The size to scale to, with the conditions that say why.
  func normalize(_ proposal: Integer, _ status: inout AutoscalerStatus) -> Integer {
    status.setCondition(
      "AbleToScale", holds: true, "ReadyForNewScale", "recommended size matches current size")
    let limited = limit(proposal)
    status.setCondition(
      "ScalingLimited", holds: limited.replicas != proposal, limited.reason,
      .string(limited.message))
    return limited.replicas
  }

  private typealias Limited = (replicas: Integer, reason: String, message: String)

  private func limit(_ proposal: Integer) -> Limited {
    guard let behavior = autoscaler.at("spec", "behavior") else {
      return limitByRules(proposal, highest: max(2 * current, 4), lowest: nil)
    }
    if proposal > current {
      let highest = rate(behavior["scaleUp"], isUp: true).map { max($0, current) }
      return limitByRules(proposal, highest: highest, lowest: nil, isOneWay: true)
    }
    if proposal < current {
      let lowest = rate(behavior["scaleDown"], isUp: false).map { min($0, current) }
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

  /// calculateScaleUpLimitWithScalingRules and calculateScaleDownLimitWithBehaviors, at the beginning
  /// of all periods; nil where there are no rules.
  private func rate(_ rules: JSONValue?, isUp: Bool) -> Integer? {
    guard let rules else { return nil }
    let select = rules["selectPolicy"]?.string ?? "Max"
    if select == "Disabled" { return current }
    let proposals = (rules["policies"]?.array ?? []).compactMap { policy -> Integer? in
      guard let value = policy["value"]?.int else { return nil }
      switch policy["type"]?.string {
      case "Pods": return isUp ? current + Integer(value) : current - Integer(value)
      case "Percent":
        let factor = isUp ? 1 + Double(value) / 100 : 1 - Double(value) / 100
        return Integer(
          current.map { current in
            let size = Double(current) * factor
            return Int64(isUp ? size.rounded(.up) : size.rounded(.towardZero))
          })
      default: return nil
      }
    }
    // The widest change (Max) is the largest size when growing and the smallest when shrinking.
    return isUp == (select != "Min") ? proposals.max() : proposals.min()
  }
}
