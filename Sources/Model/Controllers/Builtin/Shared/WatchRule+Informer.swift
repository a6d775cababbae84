extension WatchRule {
  /// A kind that a controller reads from its cache and that does not wake it: upstream has an informer
  /// without handlers.
  static func informer(_ groupKind: GroupKind) -> WatchRule {
    WatchRule(groupKind, .map { _, _ in [] }, predicate: { _, _ in false })
  }
}
