/// One controller of the composition.
package struct ControllerDeclaration: Hashable, Sendable {
  /// Where its behaviour comes from.
  package enum Source: Hashable, Sendable {
    /// A model of a controller of Kubernetes itself.
    ///
    /// - with: what the world outside answers it, by option name.
    case builtin(String, with: [NamedExpression])
    case declarative(DeclarativeController)
    /// Real code in a process of its own.
    case process(ProcessController)
    /// A CompositeController or DecoratorController of Metacontroller, with real hooks.
    case metacontroller(MetacontrollerController)
  }

  /// The name in the composition, unique; of a built-in one its own name unless `name` is given.
  package let name: String
  package let source: Source
  /// The namespaces that its caches hold, sorted; nil for all.
  package let namespaces: [String]?
  package let location: SourceLocation
}

/// A `Controller` document: steps in order, each one API call (SCENARIO.md, "Controllers").
package struct DeclarativeController: Hashable, Sendable {
  /// The objects it reconciles.
  package struct Primary: Hashable, Sendable {
    package let apiVersion: String
    package let kind: String
    package let name: String?
    package let namespace: String?
    package let labels: [Label]
    package let location: SourceLocation

    package var groupKind: GroupKind { GroupKind(apiVersion: apiVersion, kind: kind) }
  }

  /// A kind it owns: a change of such an object wakes its controller owner.
  package struct OwnedKind: Hashable, Sendable {
    package let apiVersion: String
    package let kind: String
    package let location: SourceLocation

    package var groupKind: GroupKind { GroupKind(apiVersion: apiVersion, kind: kind) }
  }

  /// A kind it watches.
  package struct Watch: Hashable, Sendable {
    package let apiVersion: String
    package let kind: String
    /// CEL over `object`: a list of maps with `name` and, optionally, `namespace`.
    package let map: Expression
    package let location: SourceLocation

    package var groupKind: GroupKind { GroupKind(apiVersion: apiVersion, kind: kind) }
  }

  package let name: String
  package let primary: Primary
  package let owns: [OwnedKind]
  package let watches: [Watch]
  package let steps: [ControllerStep]
  package let requeueAfter: RequeueAfter?
  package let requeue: Expression?
  package let readYourWrites: Bool
  package let location: SourceLocation

  /// Whether the controller keeps state between its reconciles.
  package enum Memory: String, CaseIterable, Hashable, Sendable { case none, kept }
}

/// A controller that runs in a process of its own, behind a host (Adapters/PROTOCOL.md).
package struct ProcessController: Hashable, Sendable {
  /// The program and its arguments.
  package let command: [String]
  /// What its environment has besides what every host's has, in the author's order.
  package let environment: [Label]
  /// The files and folders that its code is made of; empty for the scenario's folder.
  package let files: [String]
  package let limits: Limits
  package let primary: DeclarativeController.Primary
  package let owns: [DeclarativeController.OwnedKind]
  package let watches: [DeclarativeController.Watch]
  /// Whether it keeps state between its reconciles.
  package let memory: DeclarativeController.Memory
  /// What its code does not read: it is given objects without these fields.
  package let unread: [IgnoredPath]
  package let location: SourceLocation

  /// What the process may use; what is not said has a standard value.
  package struct Limits: Hashable, Sendable {
    /// Until its first question, and from one call to the next.
    package var seconds: Int?
    /// The bytes of address space of each process.
    package var memory: Int?
    /// The bytes of its output in its whole life.
    package var output: Int?
    /// The calls of one run.
    package var calls: Int?
  }
}

/// `requeueAfter: 30s`: a timer.
package struct RequeueAfter: Hashable, Sendable {
  /// Whole seconds, at least 1; the number has no influence on the order of events.
  package let seconds: Int
  package let location: SourceLocation
}

/// One step of a declarative controller.
package struct ControllerStep: Hashable, Sendable {
  /// The API call.
  package enum Action: Hashable, Sendable {
    case apply(Template)
    case create(Template)
    case update(Template)
    case patch(StepTarget, merge: Template)
    case delete(StepTarget)
    /// Merged into the status of the request's object.
    case status(Template)
  }

  package let id: String
  package let when: Expression?
  package let action: Action
  /// The iterators; several are a cartesian product, the first is outermost.
  package let forEach: [NamedExpression]
  /// `own: false` leaves the ownerReference out.
  package let own: Bool
  /// Whether an apply takes fields over from other managers.
  package let force: Bool
  /// Whether a patch or a deletion carries uid and resourceVersion.
  package let preconditions: Bool
  /// All must hold; empty: the child exists.
  package let readyWhen: [Expression]
  package let requeueAfter: RequeueAfter?
  package let requeue: Expression?
  package let location: SourceLocation

  /// The template of an action that names a child (apply, create, update).
  package var childTemplate: Template? {
    switch action {
    case .apply(let template), .create(let template), .update(let template): template
    case .patch, .delete, .status: nil
    }
  }
}

/// The object that a `patch` or `delete` step acts on.
package enum StepTarget: Hashable, Sendable {
  /// The request's object.
  case object
  /// The object that another step's template names.
  case child(String)
  /// `{apiVersion, kind, name, namespace}`, a template.
  case reference(Template)
}
