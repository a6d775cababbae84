internal import CEL

/// How near its target a value has to be, so that nothing is scaled.
///
/// Follows pkg/controller/podautoscaler/horizontal.go (tolerancesForHpa) and replica_calculator.go
/// (Tolerances.isWithin); before there were two of them, |1 − ratio| was compared with one. As doubles
/// the two differ where the ratio is just the limit, as 55 % of 50 % is. Upstream compares in the new way
/// since 1.33, the fields are on by default since 1.35.
struct AutoscalerTolerance: Hashable, Sendable {
  /// `--horizontal-pod-autoscaler-tolerance`.
  static let standard = 0.1

  private var up = Self.standard
  private var down = Self.standard
  private var isInterval = false

  /// The tolerance of the controller.
  init() {}

  /// The tolerances of an autoscaler.
  init(_ autoscaler: JSONObject, _ version: KubernetesVersion) {
    isInterval = version.autoscalerComparesWithInterval
    guard version.hasAutoscalerTolerances else { return }
    func tolerance(_ side: String) -> Double {
      let value = autoscaler.at("spec", "behavior", side, "tolerance")
      if case .double(let number)? = value { return number }
      return value.flatMap(ResourceQuantity.milli).map { Double($0) / 1000 } ?? Self.standard
    }
    up = tolerance("scaleUp")
    down = tolerance("scaleDown")
  }

  /// Whether a ratio of value and target calls for nothing.
  func isMet(_ ratio: Double) -> Bool {
    isInterval ? 1 - down <= ratio && ratio <= 1 + up : abs(1 - ratio) <= up
  }
}
