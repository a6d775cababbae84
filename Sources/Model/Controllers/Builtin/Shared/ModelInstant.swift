/// The instants that built-in controllers write into objects.
///
/// Time stands still in a verification: only the order of deadlines matters, and that is asked of
/// the oracle. A second instant is needed because the autoscaler tells a Pod that has never been
/// ready from one that no longer is by comparing two times.
enum ModelInstant {
  /// The time of everything, the API server's too.
  static let now = VirtualClock.instant
  /// The time of a transition long after a Pod's start.
  static let later = "2020-01-01T01:00:00Z"
}
