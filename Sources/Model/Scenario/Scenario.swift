package import CEL

/// A validated scenario: what the user wrote, resolved, complete and located (DESIGN.md, "Modules").
///
/// After this type nothing is validated again: every name is known and unique, every kind is defined,
/// every expression compiled.
package struct Scenario: Sendable {
  /// Where a reconcile is cut into steps (SEMANTICS.md, "Steps").
  package enum Interleaving: String, CaseIterable, Sendable { case calls, reconcile }
  /// When timers may fire.
  package enum TimeMode: String, CaseIterable, Sendable { case fair, anytime }

  /// `metadata.name`.
  package var name: String
  /// The folder of the scenario's file; results are named relative to it.
  package var directory: String
  package var location: SourceLocation
  package var interleaving: Interleaving
  package var time: TimeMode
  /// `1.34`: the Kubernetes version whose rules hold.
  package var kubernetesVersion: String
  /// The objects of the initial state, in the order of the files; CRDs and policies are among them.
  package var objects: [ScenarioObject]
  package var controllers: [ControllerDeclaration]
  /// The objects that expressions speak of, by name.
  package var names: [NameBinding]
  package var symbols: [SymbolDeclaration]
  package var assume: [Expression]
  package var variables: [NamedExpression]
  package var events: [EventDeclaration]
  package var faults: FaultDeclarations
  package var bounds: Bounds
  package var properties: [PropertyDeclaration]
  /// The scope of every kind that the scenario may use.
  package var kinds: KindCatalogue
  /// Findings that do not stop.
  package var warnings: [Diagnostic]
}

/// One object of the initial state.
package struct ScenarioObject: Hashable, Sendable {
  /// The key; nil where the name or the namespace is an expression.
  package let key: ObjectKey?
  package let apiVersion: String
  package let kind: String
  /// The whole object; a literal one from a file.
  package let template: Template
  package let location: SourceLocation

  /// The object where it holds no expression.
  package var literal: JSONObject? { template.literal?.object }
}

/// A name for one object, or for a list of objects, in every expression of the scenario.
package struct NameBinding: Hashable, Sendable {
  /// What the name stands for.
  package enum Target: Hashable, Sendable {
    /// One object, null while it does not exist.
    case object(ObjectKey)
    /// The objects of a kind, ordered by namespace and name.
    ///
    /// - namespace: nil for all namespaces and for cluster-scoped kinds.
    /// - labels: all must match.
    case list(namespace: String?, labels: [Label])
  }

  package let name: String
  package let apiVersion: String
  package let kind: String
  package let target: Target
  package let location: SourceLocation

  /// The group and kind of what is bound.
  package var groupKind: GroupKind { GroupKind(apiVersion: apiVersion, kind: kind) }
  /// Whether the name is a list.
  package var isList: Bool { if case .list = target { true } else { false } }
  /// The key of a single object.
  package var key: ObjectKey? { if case .object(let key) = target { key } else { nil } }
}

/// A label that must be present with this value.
package struct Label: Hashable, Sendable {
  package let key: String
  package let value: String
}

extension [Label] {
  /// The labels as a selector, `a=b,c=d`; empty for none.
  package var selector: String { map { "\($0.key)=\($0.value)" }.joined(separator: ",") }
}

/// An unknown input: one value for the whole run; a verdict covers all of them.
package struct SymbolDeclaration: Hashable, Sendable {
  /// The type of the values.
  package enum Kind: String, CaseIterable, Sendable { case int, bool, string, quantity }

  package let name: String
  package let type: Kind
  package let minimum: Int64?
  package let maximum: Int64?
  /// The values of `in`, in the author's order.
  package let choices: [JSONValue]?
  package let location: SourceLocation

  /// All values, where they are few enough (at most 64) to be tried one by one; nil otherwise.
  package var values: [JSONValue]? {
    if let choices { return choices.count <= 64 ? choices : nil }
    if type == .bool { return [false, true] }
    guard type == .int, let minimum, let maximum, minimum <= maximum else { return nil }
    let (width, overflow) = maximum.subtractingReportingOverflow(minimum)
    guard !overflow, width < 64 else { return nil }
    return (minimum...maximum).map(JSONValue.int)
  }

  /// One of the values: the first of `in`, the least integer.
  package var someValue: JSONValue {
    if let first = choices?.first { return first }
    switch type {
    case .int: return .int(minimum ?? maximum ?? 0)
    case .bool: return .bool(false)
    case .string: return .string("")
    case .quantity: return .string("0")
    }
  }
}

/// The sizes that a scenario limits; a limit that cuts the search makes the verdict inconclusive.
package struct Bounds: Hashable, Sendable {
  /// The number of states to search at most; nil for no limit.
  package var states: Int?
}

extension Scenario {
  /// Whether Pods are numbers (``CountedPods``).
  package var countsPods: Bool {
    controllers.contains {
      if case .builtin(_, let options) = $0.source {
        options.contains { $0.name == "pods" }
      } else {
        false
      }
    }
  }

  /// Whether controllers run that are processes, or have hooks that are: what those read and compute
  /// with is not known.
  var hasProcesses: Bool {
    controllers.contains {
      switch $0.source {
      case .process, .metacontroller: true
      case .builtin, .declarative: false
      }
    }
  }
}
