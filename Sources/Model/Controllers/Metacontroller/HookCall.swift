internal import CEL

/// Calls of the hooks of one controller: requests are made, answers are read.
///
/// Follows pkg/hooks/webhook.go and pkg/controller/{composite,decorator}/api. What kverify does not
/// keep is the same in all requests: `metadata.resourceVersion` is one text everywhere. An answer that
/// no Metacontroller could read is no verdict (``HookFailure``); a code other than 200 fails the sync.
struct HookCall {
  /// The hook wants to be asked again later: the sync ends without an error.
  struct TooManyRequests: Error { let seconds: Int }

  /// What the sync and finalize hooks answer.
  struct SyncAnswer {
    /// nil: absent or null.
    var status: JSONObject?
    var children: [JSONObject]
    /// 0: none.
    var resyncAfterSeconds: Double
    var isFinalized: Bool
    /// Labels and annotations that a decorator sets, null removes; by key.
    var labels: JSONObject
    var annotations: JSONObject
  }

  /// The text that stands for every resourceVersion.
  static let resourceVersion = "1"

  let controller: MetacontrollerController
  let hooks: any HookClient
  let isNamespaced: @Sendable (GroupKind) -> Bool

  /// The sync hook's wish, or the finalize hook's where `isFinalizing`.
  func sync(_ parent: JSONObject, _ children: ChildMap, _ related: ChildMap, isFinalizing: Bool)
    throws -> SyncAnswer
  {
    let name = isFinalizing ? "finalize" : "sync"
    guard let hook = isFinalizing ? controller.finalize : controller.sync else {
      throw ReconcileError("\(name) hook not defined")
    }
    let isComposite = controller.kind == .composite
    let body = try ask(
      hook, name,
      [
        (isComposite ? "parent" : "object", .object(parent)),
        (
          isComposite ? "children" : "attachments",
          children.request(hook.version, areRelated: false)
        ),
        ("related", related.request(hook.version, areRelated: true)),
        ("finalizing", .bool(isFinalizing)),
      ],
      known: isComposite
        ? ["status", "children", "resyncAfterSeconds", "finalized"]
        : ["labels", "annotations", "status", "attachments", "resyncAfterSeconds", "finalized"])
    let reader = AnswerReader(body, hook: name)
    return SyncAnswer(
      status: try reader.object("status"),
      children: try reader.objects(isComposite ? "children" : "attachments").map {
        placed(try reader.child($0), parent)
      },
      resyncAfterSeconds: try reader.number("resyncAfterSeconds"),
      isFinalized: try reader.flag("finalized"),
      labels: isComposite ? JSONObject() : try reader.object("labels") ?? JSONObject(),
      annotations: isComposite ? JSONObject() : try reader.object("annotations") ?? JSONObject())
  }

  /// The rules of the customize hook; empty where there is none.
  func customize(_ parent: JSONObject) throws -> [RelatedRule] {
    guard let hook = controller.customize else { return [] }
    let body = try ask(
      hook, "customize", [("parent", .object(parent))], known: ["relatedResources"])
    return try AnswerReader(body, hook: "customize").objects("relatedResources").map {
      try RelatedRule($0)
    }
  }

  /// A namespaced child without a namespace is in its parent's.
  private func placed(_ child: JSONObject, _ parent: JSONObject) -> JSONObject {
    guard child.namespace.isEmpty, !parent.namespace.isEmpty, isNamespaced(child.ownGroupKind)
    else { return child }
    var child = child
    child.metadata["namespace"] = .string(parent.namespace)
    return child
  }

  private func ask(
    _ hook: MetacontrollerController.Hook, _ name: String, _ members: [(String, JSONValue)],
    known: [String]
  ) throws -> JSONObject {
    let request = JSONObject(
      members.map { ($0.0, Self.withoutVersions($0.1)) }
        + [("controller", .object(controller.document))])
    switch try hooks.answer(hook, to: request) {
    case .tooManyRequests(let seconds): throw TooManyRequests(seconds: seconds)
    case .refused(let code, let text):
      throw ReconcileError("\(name) hook failed: code \(code): \(text)")
    case .answered(let body):
      if hook.isStrict, let unknown = body.keys.first(where: { !known.contains($0) }) {
        throw ReconcileError("\(name) hook failed: its answer has the unknown field \(unknown)")
      }
      return body
    }
  }

  /// The value with the same resourceVersion everywhere: of objects, and of maps of objects.
  private static func withoutVersions(_ value: JSONValue) -> JSONValue {
    guard var object = value.object else { return value.allPinned }
    if object.at("metadata", "resourceVersion") != nil {
      object.set(.string(resourceVersion), at: "metadata", "resourceVersion")
      return JSONValue.object(object).allPinned
    }
    return .object(JSONObject(object.entries.map { ($0.key, withoutVersions($0.value)) }))
  }
}

/// Reads an answer, whose types must be those of upstream's Go structs.
private struct AnswerReader {
  let body: JSONObject
  let hook: String

  init(_ body: JSONObject, hook: String) {
    self.body = body
    self.hook = hook
  }

  private func wrong(_ field: String, _ expected: String) -> HookFailure {
    HookFailure(
      "the \(hook) hook answered nonsense: \(field) is no \(expected), but "
        + String((body[field] ?? .null).text.prefix(200)))
  }

  func object(_ field: String) throws -> JSONObject? {
    guard let value = body[field], value != .null else { return nil }
    guard let object = value.object else { throw wrong(field, "object") }
    return object
  }

  func objects(_ field: String) throws -> [JSONObject] {
    guard let value = body[field], value != .null else { return [] }
    guard let items = value.array else { throw wrong(field, "list") }
    let objects = items.compactMap(\.object)
    guard objects.count == items.count else { throw wrong(field, "list of objects") }
    return objects
  }

  func number(_ field: String) throws -> Double {
    switch body[field] ?? .null {
    case .null: return 0
    case .int(let number): return Double(number)
    case .double(let number): return number
    default: throw wrong(field, "number")
    }
  }

  func flag(_ field: String) throws -> Bool {
    guard let value = body[field], value != .null else { return false }
    guard let flag = value.bool else { throw wrong(field, "Boolean") }
    return flag
  }

  /// A child must say what it is.
  func child(_ object: JSONObject) throws -> JSONObject {
    guard !object.kind.isEmpty, !object.apiVersion.isEmpty, !object.name.isEmpty else {
      throw HookFailure(
        "the \(hook) hook answered nonsense: a child without apiVersion, kind or metadata.name: "
          + String(JSONValue.object(object).text.prefix(200)))
    }
    return object
  }
}
