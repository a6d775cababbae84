internal import CEL

/// A strategy of a kind that has a Go type: it decodes by the type tables.
///
/// Follows staging/src/k8s.io/apiserver/pkg/registry/rest/{create,update}.go.
protocol BuiltInStrategy: Strategy {
  /// The name of the type in `BuiltInTypes`; nil where its fields are not modelled.
  var typeName: String? { get }
}

extension BuiltInStrategy {
  func decode(_ object: JSONObject, _ context: StrategyContext) throws(APIError) -> JSONObject {
    try decodeFields(object, context)
  }

  /// Checks types and drops unknown fields, by the kind's table.
  func decodeFields(_ object: JSONObject, _ context: StrategyContext) throws(APIError)
    -> JSONObject
  {
    guard let typeName else { return object }
    let decoder = TypeDecoder(
      table: BuiltInTypes.table, omitsZeroTimes: context.version.omitsZeroTimes)
    do throws(TypeMismatch) {
      var decoded = try decoder.decode(object, as: typeName)
      if hasStatus, decoded["status"] == nil { decoded["status"] = [:] }
      return decoded
    } catch {
      let version = context.apiVersion.split(separator: "/").last.map(String.init) ?? ""
      throw .badRequest(
        "\(object.kind) in version \"\(version)\" cannot be handled as a \(object.kind): "
          + "\(error.path): \(error.reason)")
    }
  }
}

/// A kind about which only its type, its status and its generation are known.
struct PlainStrategy: BuiltInStrategy {
  let typeName: String?
  let hasStatus: Bool
  let generation: GenerationRule
  let returnsDeleted: Bool
  let propagation: DefaultPropagation
  let nameRule: NameRule

  /// Which names are taken.
  enum NameRule: Sendable { case subdomain, label, path }

  init(
    _ typeName: String? = nil, hasStatus: Bool = false, generation: GenerationRule = .none,
    returnsDeleted: Bool = false, propagation: DefaultPropagation = .background,
    nameRule: NameRule = .subdomain
  ) {
    self.typeName = typeName
    self.hasStatus = hasStatus
    self.generation = generation
    self.returnsDeleted = returnsDeleted
    self.propagation = propagation
    self.nameRule = nameRule
  }

  func generationRule(_ version: KubernetesVersion) -> GenerationRule { generation }
  func returnsDeletedObject(_ version: KubernetesVersion) -> Bool { returnsDeleted }
  var defaultPropagation: DefaultPropagation { propagation }

  func validateName(_ name: String) -> [String] {
    switch nameRule {
    case .subdomain: NameRules.dns1123Subdomain(name)
    case .label: NameRules.dns1123Label(name)
    case .path: NameRules.pathSegment(name)
    }
  }
}
