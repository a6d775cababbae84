internal import CEL

/// A write as admission sees it.
struct AdmissionAttributes {
  enum Operation: String {
    case create = "CREATE", update = "UPDATE", delete = "DELETE"
  }

  let operation: Operation
  let resource: Resource
  let subresource: String
  /// The version in the path of the request.
  let version: String
  let namespace: String
  let name: String
  let isDryRun: Bool
  let username: String
  /// In the form of storage, or a body that has a kind of its own (a Scale).
  let object: JSONObject?
  let oldObject: JSONObject?
  let reader: any ObjectReader

  var isNamespace: Bool { resource.groupKind == GroupKind(group: "", kind: "Namespace") }

  /// The Namespace of the object; nil for cluster-scoped ones.
  var namespaceObject: JSONObject? {
    guard resource.isNamespaced else { return nil }
    return reader.object(
      ObjectKey(GroupKind(group: "", kind: "Namespace"), namespace: "", name: namespace))
  }

  /// Whether the object is of the resource's kind, and so has versions.
  private func isOfKind(_ object: JSONObject) -> Bool {
    GroupKind(apiVersion: object.apiVersion, kind: object.kind) == resource.groupKind
  }

  /// An object as an expression sees it that asked for a version.
  func shown(_ object: JSONObject?, version: String) -> Value {
    guard let object else { return .null }
    let view =
      isOfKind(object)
      ? resource.rules.encode(object, apiVersion: resource.apiVersion(of: version)) : object
    return Value(.object(view))
  }

  /// The variable `request` (AdmissionRequest, without the objects).
  ///
  /// Follows pkg/admission/plugin/cel/condition.go (CreateAdmissionRequest).
  func request(version: String) -> JSONValue {
    func kind(_ version: String) -> JSONValue {
      if let body = object ?? oldObject, !isOfKind(body) {
        let parts = body.apiVersion.split(separator: "/").map(String.init)
        return [
          "group": .string(parts.count > 1 ? parts[0] : ""), "version": .string(parts.last ?? ""),
          "kind": .string(body.kind),
        ]
      }
      return [
        "group": .string(resource.group), "version": .string(version),
        "kind": .string(resource.kind),
      ]
    }
    func plural(_ version: String) -> JSONValue {
      [
        "group": .string(resource.group), "version": .string(version),
        "resource": .string(resource.plural),
      ]
    }
    return [
      "uid": "", "kind": kind(version), "resource": plural(version),
      "subResource": .string(subresource), "requestKind": kind(self.version),
      "requestResource": plural(self.version), "requestSubResource": .string(subresource),
      "name": .string(name),
      "namespace": .string(isNamespace && operation != .create ? name : namespace),
      "operation": .string(operation.rawValue),
      "userInfo": ["username": .string(username), "uid": "", "groups": [], "extra": [:]],
      "dryRun": .bool(isDryRun), "options": [:],
    ]
  }
}

/// The variables of one policy's expressions for one request, each found when it is first asked
/// for: a read that no expression needs is no dependence.
final class AdmissionActivation: Activation {
  private let attributes: AdmissionAttributes
  private let version: String
  private let params: JSONObject?
  private let variables: [AdmissionPolicy.Variable]
  private var known: [String: Value] = [:]

  init(
    _ attributes: AdmissionAttributes, version: String, params: JSONObject?,
    variables: [AdmissionPolicy.Variable]
  ) {
    self.attributes = attributes
    self.version = version
    self.params = params
    self.variables = variables
  }

  var symbolicRun: SymbolicRun? {
    [attributes.object, attributes.oldObject, params].lazy.compactMap {
      $0.flatMap { JSONValue.object($0).unknownRun }
    }.first
  }

  func value(of name: String) throws -> Value? {
    if let value = known[name] { return value }
    let value = try find(name)
    known[name] = value
    return value
  }

  private func find(_ name: String) throws -> Value? {
    switch name {
    case "object": return attributes.shown(attributes.object, version: version)
    case "oldObject": return attributes.shown(attributes.oldObject, version: version)
    case "request": return Value(attributes.request(version: version))
    case "params": return params.map { Value(.object($0)) } ?? .null
    case "namespaceObject":
      return attributes.namespaceObject.map { Value(.object($0)) } ?? .null
    default: break
    }
    guard let variable = variables.first(where: { $0.key == name }) else { return nil }
    do {
      return try variable.program.evaluateKeepingTerms(self)
    } catch let error as EvaluationError {
      throw EvaluationError(
        error.kind,
        "composited variable \"\(variable.name)\" fails to evaluate: \(error.message)")
    }
  }
}
