package import CEL

/// The API server's view of the store during one request of a step.
///
/// The reads are the writer's reads (POR.md, section 2, "Fields": what the server reads for a write).
final class ServerView: ObjectReader {
  private let context: StepContext
  /// The resourceVersion that this answer gives; tokens of a run count its questions.
  private let versionToken: String
  /// Whether a resourceVersion still is the current one of an object.
  private let isCurrentVersion: (String, ObjectKey) -> Bool
  /// Who asks, so that fresh values of different creators never meet.
  private let creator: String
  /// What the answer depends on of the objects of a kind, where it is not the whole.
  private let use: (groupKind: GroupKind, FieldUse)?

  init(
    _ context: StepContext, versionToken: String, creator: String,
    use: (groupKind: GroupKind, FieldUse)? = nil,
    isCurrent: @escaping (String, ObjectKey) -> Bool
  ) {
    self.context = context
    self.versionToken = versionToken
    self.creator = creator
    self.use = use
    isCurrentVersion = isCurrent
  }

  func object(_ key: ObjectKey) -> JSONObject? {
    context.world.versions.object(context.version(now: key, using: use(of: key.groupKind)))
  }

  private func use(of groupKind: GroupKind) -> FieldUse {
    if let use, use.groupKind == groupKind { use.1 } else { .whole }
  }

  func objects(of groupKind: GroupKind, namespace: String?, selection: ObjectSelection)
    -> [(key: ObjectKey, object: JSONObject)]
  {
    let list = context.scanNow(
      ObjectScan(groupKind, namespace: namespace, selection: selection),
      using: use(of: groupKind))
    // What the server does with the list may depend on its order.
    if context.isAhead { return present(list) }
    _ = context.composition.attempt("the server") {
      try context.composition.noteOrder(of: list.map(\.key), "the server lists \(groupKind)")
    }
    if let symmetry = context.world.symmetry, !symmetry.keepsOrder(list.map(\.key)) {
      _ = context.composition.attempt("the server") {
        try context.composition.breakSymmetry("the server lists \(groupKind)")
      }
    }
    return present(list)
  }

  private func present(_ list: [Answer.ListedObject]) -> [(key: ObjectKey, object: JSONObject)] {
    list.compactMap { item in
      context.world.versions.object(item.version).map { (item.key, $0) }
    }
  }

  func resourceVersion(of key: ObjectKey) -> String { versionToken }

  func isCurrent(_ resourceVersion: String, of key: ObjectKey) -> Bool {
    isCurrentVersion(resourceVersion, key)
  }

  func freshUID(for key: ObjectKey) -> String {
    // A key that mentions a fresh name needs no number of its own: while anything mentions the
    // uid it mentions the name, so the name is not given again.
    if !context.world.tokens.mentioned(in: "\(key.namespace)/\(key.name)").isEmpty {
      return "uid-\(key.groupKind.kind.lowercased())-\(key.namespace)-\(key.name)"
    }
    return "uid-" + context.freshToken("uid of \(key)")
  }

  func freshSuffix(for prefix: String, in groupKind: GroupKind, namespace: String) -> String {
    context.freshToken("name \(groupKind) \(namespace)/\(prefix) by \(creator)")
  }

  var now: String {
    guard !context.world.definition.projections.contains(.identity) else {
      return VirtualClock.instant
    }
    return VirtualClock.text(ticks: Int(context.wordNow(.clock)))
  }
}

/// The time in a verification: one instant, unless times are made part of identity.
enum VirtualClock {
  /// The only instant.
  static let instant = "2020-01-01T00:00:00Z"

  /// The instant after so many effective writes, a second each.
  static func text(ticks: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, seconds) = ticks.quotientAndRemainder(dividingBy: 3600)
    let (days, hour) = hours.quotientAndRemainder(dividingBy: 24)
    return "2020-01-\(two(1 + days % 28))T\(two(hour)):\(two(seconds / 60)):\(two(seconds % 60))Z"
  }
}

extension JSONObject {
  /// The name of the controller owner, where it is of this kind
  /// (k8s.io/apimachinery pkg/apis/meta/v1/controller_ref.go, GetControllerOf).
  package func controllerOwner(of groupKind: GroupKind) -> String? {
    guard let owner = controllerOwnerReference,
      let apiVersion = owner["apiVersion"]?.string, let kind = owner["kind"]?.string,
      GroupKind(apiVersion: apiVersion, kind: kind) == groupKind
    else { return nil }
    return owner["name"]?.string
  }

  /// The owner reference with `controller: true`.
  package var controllerOwnerReference: JSONObject? {
    at("metadata", "ownerReferences")?.array?.lazy.compactMap(\.object)
      .first { $0["controller"]?.bool == true }
  }
}
