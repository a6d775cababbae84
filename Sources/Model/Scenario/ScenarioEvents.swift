/// Something a user or the world may do, at any time, at most `times` times.
package struct EventDeclaration: Hashable, Sendable {
  /// What happens.
  package enum Action: Hashable, Sendable {
    case create(Template)
    case apply(Template)
    case update(Template)
    case patch(ObjectTarget, merge: Template)
    case delete(ObjectTarget, propagationPolicy: PropagationPolicy?)
    case evict(ObjectTarget)
    case scale(ObjectTarget, replicas: Expression)
  }

  package let name: String
  package let times: Int
  /// Reads live objects; where it is false the event only spends itself.
  package let when: Expression?
  package let action: Action
  package let location: SourceLocation
}

/// The object that an event acts on.
package struct ObjectTarget: Hashable, Sendable {
  package let apiVersion: String
  package let kind: String
  package let key: ObjectKey
  package let location: SourceLocation
}

/// What a deletion does with the dependents (k8s.io/apimachinery metav1.DeletionPropagation).
package enum PropagationPolicy: String, CaseIterable, Hashable, Sendable {
  case orphan = "Orphan"
  case background = "Background"
  case foreground = "Foreground"
}

/// The faults that may happen, each with its budget.
package struct FaultDeclarations: Hashable, Sendable {
  /// A fault that each listed controller may meet so many times.
  package struct Budget: Hashable, Sendable {
    /// The controllers' names, in the order of the scenario; all where the author lists none.
    package let controllers: [String]
    package let times: Int
    package let location: SourceLocation
  }

  /// Caches that lag behind the store.
  package struct StaleReads: Hashable, Sendable {
    package let controllers: [String]
    /// How many events per kind may be outstanding.
    package let lag: Int
    /// Whether the list after a crash may be stale too.
    package let relist: Bool
    package let location: SourceLocation
  }

  package var crash: Budget?
  package var staleReads: StaleReads?
  package var conflict: Budget?
  package var lostResponse: Budget?
}
