import CEL
import Testing

@testable import Model

/// One stored object that is only applied to and updated: what a server does without its strategy.
struct OwnedObject {
  var object: JSONObject?
  let schema: FieldSchema
  let form: FieldManager.ObjectForm
  let apiVersion: String
  let kind: String
  var version: KubernetesVersion
  var hasStatus = false
  private var clock = 0

  init(_ kind: String, _ apiVersion: String = "v1", version: KubernetesVersion = .recorded) throws {
    self.kind = kind
    self.apiVersion = apiVersion
    self.version = version
    form = .typed
    schema = try #require(
      BuiltinSchemas.of(version)[GroupKind(apiVersion: apiVersion, kind: kind)])
  }

  init(custom schema: String, version: KubernetesVersion = .recorded) throws {
    kind = "Widget"
    apiVersion = "conf.example.com/v1"
    self.version = version
    form = .unstructured
    self.schema = FieldSchema.customResource(try JSONValue(parsing: schema).object, version)
  }

  /// An object of a kind without a schema.
  static func deduced() -> OwnedObject {
    OwnedObject(schema: FieldSchema.customResource(nil, .recorded))
  }

  private init(schema: FieldSchema) {
    kind = "Gadget"
    apiVersion = "conf.example.com/v1"
    version = .recorded
    form = .unstructured
    self.schema = schema
  }

  private func fields(_ subresource: String) -> FieldManager {
    FieldManager(
      schema: schema, form: form, apiVersion: apiVersion, subresource: subresource,
      resetFields: hasStatus
        ? FieldSet(paths: [[.field(subresource.isEmpty ? "status" : "spec")]]) : FieldSet(),
      version: version)
  }

  private mutating func now() -> String {
    clock += 1
    return "2026-01-01T00:00:\(clock < 10 ? "0" : "")\(clock)Z"
  }

  @discardableResult mutating func apply(
    _ manager: String, _ configuration: JSONValue, force: Bool = false, at subresource: String = ""
  ) throws(ApplyError) -> JSONObject {
    var configuration = configuration.object ?? [:]
    configuration["apiVersion"] = .string(apiVersion)
    configuration["kind"] = .string(kind)
    configuration.set("a", at: "metadata", "name")
    let result = try fields(subresource).apply(
      live: object, applied: configuration, manager: manager, force: force, now: now())
    object = result
    return result
  }

  /// A merge patch; the object is created where it does not exist.
  mutating func patch(_ manager: String, _ patch: JSONValue, at subresource: String = "") {
    var base = object ?? [:]
    base["apiVersion"] = .string(apiVersion)
    base["kind"] = .string(kind)
    let new = MergePatch.apply(patch.object ?? [:], to: base)
    object = fields(subresource).update(old: object, new: new, manager: manager, now: now())
  }

  /// What each manager owns: `m1 Apply: .data.x .data.y`.
  var owners: [String] {
    (ManagedFields(decoding: object?.at("metadata", "managedFields")) ?? ManagedFields()).entries
      .map { entry in
        let subresource = entry.identity.subresource.isEmpty ? "" : "/" + entry.identity.subresource
        return "\(entry.identity.manager) \(entry.identity.operation.rawValue)\(subresource): "
          + entry.fields.paths.map(\.description).joined(separator: " ")
      }
  }

  /// The object without its metadata and type.
  var content: JSONValue {
    var object = object ?? [:]
    for key in ["metadata", "apiVersion", "kind"] { object[key] = nil }
    return .object(object)
  }
}
