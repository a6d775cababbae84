extension WatchRule {
  /// A kind that a controller reads from its cache and that does not wake it: upstream has an informer
  /// without handlers (pkg/controller/podautoscaler/horizontal.go, podInformer).
  static func informer(_ groupKind: GroupKind) -> WatchRule {
    WatchRule(groupKind, .map { _, _ in [] }, predicate: { _, _ in false })
  }
}
