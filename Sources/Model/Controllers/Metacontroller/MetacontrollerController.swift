package import CEL

/// A CompositeController or DecoratorController, and where its hooks are.
///
/// The document is the user's own, unchanged; everything that Metacontroller does around the hooks is
/// modelled (pkg/controller/composite, pkg/controller/decorator of metacontroller/metacontroller).
package struct MetacontrollerController: Hashable, Sendable {
  /// Which of Metacontroller's two kinds of controllers it is.
  package enum Kind: String, CaseIterable, Hashable, Sendable {
    case composite = "CompositeController"
    case decorator = "DecoratorController"
  }

  /// A kind by the name of its resource, as Metacontroller's rules have it.
  package struct Resource: Hashable, Sendable {
    package let apiVersion: String
    package let kind: String
    package let plural: String
    package let isNamespaced: Bool

    package var groupKind: GroupKind { GroupKind(apiVersion: apiVersion, kind: kind) }
  }

  /// A kind of parents (`parentResource`, or one of a decorator's `resources`).
  package struct Parent: Hashable, Sendable {
    package let resource: Resource
    /// What labels a parent must have; a selector without requirements takes all.
    package let labels: LabelSelector
    /// The same of annotations; decorators only.
    package let annotations: LabelSelector
    /// Whether a change of nothing but the status wakes nobody.
    package let ignoresStatusChanges: Bool
  }

  /// What is done to a child that differs from what the hook wants.
  package enum UpdateMethod: String, CaseIterable, Hashable, Sendable {
    case onDelete = "OnDelete"
    case recreate = "Recreate"
    case inPlace = "InPlace"
    case rollingRecreate = "RollingRecreate"
    case rollingInPlace = "RollingInPlace"

    /// Whether children move to a new revision of their parent one by one.
    var isRolling: Bool { self == .rollingRecreate || self == .rollingInPlace }
  }

  /// A condition that a child must show before the next one is updated.
  package struct StatusCheck: Hashable, Sendable {
    package let type: String
    package let status: String?
    package let reason: String?
  }

  /// A kind of children (`childResources`, or a decorator's `attachments`).
  package struct Child: Hashable, Sendable {
    package let resource: Resource
    package let method: UpdateMethod
    package let checks: [StatusCheck]
  }

  /// A webhook.
  package struct Hook: Hashable, Sendable {
    /// How children are keyed in requests, and whether unknown fields of an answer are errors.
    package enum Version: String, CaseIterable, Hashable, Sendable { case v1, v2 }

    /// The path and query of its URL.
    package let path: String
    package let version: Version
    /// Whether an answer with unknown fields is an error.
    package let isStrict: Bool
    /// Whether answers may depend on generations otherwise than by their order.
    package let seesGenerations: Bool

    /// Makes a hook.
    package init(path: String, version: Version, isStrict: Bool, seesGenerations: Bool = false) {
      self.path = path
      self.version = version
      self.isStrict = isStrict
      self.seesGenerations = seesGenerations
    }
  }

  /// Where the hooks are reached; always on this machine.
  package enum Connection: Hashable, Sendable {
    /// A server that is started for this; it listens on the port that the variable PORT says, or on
    /// one that is fixed.
    ///
    /// - files: what its code is made of; empty for the scenario's folder.
    case process(command: [String], environment: [Label], files: [String] = [], port: Int?)
    /// A server that runs already: host and port.
    case running(host: String, port: Int)
  }

  package let kind: Kind
  /// `metadata.name`: part of finalizers and annotations.
  package let name: String
  /// The document as hooks get it.
  package let document: JSONObject
  package let parents: [Parent]
  package let children: [Child]
  /// The fields of a parent that make a revision, as paths of keys.
  package let revisionFields: [[String]]
  package let generatesSelector: Bool
  /// Seconds after which a parent is looked at again; nil: never for that reason.
  package let resyncPeriod: Int?
  package let sync: Hook?
  package let finalize: Hook?
  package let customize: Hook?
  package let connection: Connection
  /// Whether children are written in the order of their names; else in any.
  package let writesByName: Bool
  package let location: SourceLocation

  /// The finalizer that keeps a parent until its finalize hook is done.
  var finalizerName: String { "metacontroller.io/\(kind.rawValue.lowercased())-\(name)" }

  /// Whether its hooks may depend on generations otherwise than by their order.
  package var seesGenerations: Bool {
    [sync, finalize, customize].contains { $0?.seesGenerations ?? false }
  }

  /// The rule of a kind of parents.
  func parent(_ groupKind: GroupKind) -> Parent? {
    parents.first { $0.resource.groupKind == groupKind }
  }

  /// The rule of a kind of children.
  func child(_ groupKind: GroupKind) -> Child? {
    children.first { $0.resource.groupKind == groupKind }
  }

  /// Whether children of a kind move to a new revision one by one.
  func isRolling(_ groupKind: GroupKind) -> Bool { child(groupKind)?.method.isRolling ?? false }

  /// Whether an object is a parent: its kind's selectors accept it.
  func selects(_ object: JSONObject) -> Bool {
    let kind = GroupKind(apiVersion: object.apiVersion, kind: object.kind)
    guard let parent = parent(kind) else { return false }
    return parent.labels.matches(labels: object.labels)
      && parent.annotations.matches(labels: object.annotations)
  }

  /// Whether an object is looked after: it is a parent, or was one and waits for its finalizer.
  func concerns(_ object: JSONObject) -> Bool {
    selects(object) || object.finalizers.contains(finalizerName)
  }
}
