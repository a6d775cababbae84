/// One property to decide.
package struct PropertyDeclaration: Hashable, Sendable {
  /// What is claimed (SEMANTICS.md, "Properties").
  package enum Claim: Hashable, Sendable {
    case always(Expression)
    case never(Expression)
    case sometimes(Expression)
    case eventually(Expression)
    case leadsTo(from: Expression, to: Expression)
    case settled(Expression)
    case converges(allowErrors: Bool)
    case confluent(ignore: [IgnoredPath], acrossEvents: Bool)
    /// `never: {by, verb, on}`: no step does this.
    case eventRule(EventRule)
  }

  package let name: String
  package let claim: Claim
  package let when: Expression?
  /// Plain text for the report.
  package let message: String?
  package let messageExpression: Expression?
  /// Whether all values and any depth are asked for.
  package let prove: Bool
  package let lemmas: [Expression]
  package let location: SourceLocation

  /// The claim's word in the document: `always`, `converges`.
  package var kindName: String {
    switch claim {
    case .always: "always"
    case .never, .eventRule: "never"
    case .sometimes: "sometimes"
    case .eventually: "eventually"
    case .leadsTo: "leadsTo"
    case .settled: "settled"
    case .converges: "converges"
    case .confluent: "confluent"
    }
  }
}

/// What no step may do: a verb of a controller on an object or a kind.
package struct EventRule: Hashable, Sendable {
  /// What a step does; `conflict` and `error` are answers.
  package enum Verb: String, CaseIterable, Hashable, Sendable {
    case create, update, patch, apply, delete, conflict, error
  }

  /// What it does it to.
  package enum Subject: Hashable, Sendable {
    case object(ObjectKey)
    /// Every object of a kind name, of any group.
    case kind(String)
  }

  /// The controller's name; nil for anyone, events too.
  package let by: String?
  package let verb: Verb
  /// nil for everything.
  package let on: Subject?
  package let location: SourceLocation
}

/// A field that confluence does not compare: `Kind[/name]:path`.
package struct IgnoredPath: Hashable, Sendable {
  package let kind: String
  package let name: String?
  /// The keys on the way; `*` stands for every key or index.
  package let path: [String]
  package let location: SourceLocation
}
