internal import CEL

/// What a strategy may know besides the objects.
struct StrategyContext: Sendable {
  let version: KubernetesVersion
  /// The time of the request, as RFC 3339 text.
  let now: String
  /// The `apiVersion` of the request.
  let apiVersion: String
}

/// How a kind counts `metadata.generation`.
enum GenerationRule: Sendable {
  /// It has none: what a client wrote at creation stays.
  case none
  /// 1 at creation, one more with each change of the spec.
  case spec
  /// As `spec`, and a change of annotations counts too (Deployment).
  case specAndAnnotations
}

/// What happens to dependents where DELETE does not say.
enum DefaultPropagation: Sendable {
  case background
  case orphan
  /// The kind has no garbage collection finalizers (Event).
  case unsupported
}

/// What is peculiar to a kind: upstream's strategy.go, defaults.go and validation.go.
///
/// Objects come in under the storage version without resourceVersion. All methods have
/// defaults; a kind states what differs.
package protocol KindStrategy: Sendable {}

/// The strategies of this module; a separate protocol keeps their details out of the package's API.
protocol Strategy: KindStrategy {
  /// Whether a PUT without a resourceVersion is taken.
  func allowsUnconditionalUpdate(_ version: KubernetesVersion) -> Bool
  /// Whether a missing resourceVersion is found by validation, with all else that is wrong.
  func validatesVersion(_ version: KubernetesVersion) -> Bool
  /// Whether PUT creates a missing object.
  var createsOnUpdate: Bool { get }
  /// Whether DELETE answers with the object although it is gone.
  func returnsDeletedObject(_ version: KubernetesVersion) -> Bool
  var defaultPropagation: DefaultPropagation { get }
  func generationRule(_ version: KubernetesVersion) -> GenerationRule
  /// Whether writes to the object itself leave `status` alone.
  var hasStatus: Bool { get }

  /// Brings a client's object into the form of storage: types checked, unknown fields dropped.
  func decode(_ object: JSONObject, _ context: StrategyContext) throws(APIError) -> JSONObject
  /// Brings a stored object into the form of a version that a client asked for.
  func encode(_ object: JSONObject, apiVersion: String) -> JSONObject
  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext)
  func prepareForCreate(_ object: inout JSONObject, _ context: StrategyContext)
  func prepareForUpdate(_ object: inout JSONObject, old: JSONObject, _ context: StrategyContext)
  func prepareForStatusUpdate(
    _ object: inout JSONObject, old: JSONObject, _ context: StrategyContext)
  func validateName(_ name: String) -> [String]
  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError]
  func validateUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  func validateStatusUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  /// The grace period of a deletion that is to be graceful; nil where it is not.
  func gracePeriod(_ object: JSONObject, requested: Int64?, _ version: KubernetesVersion) -> Int64?
  /// The fields that a write through the main resource or a subresource does not change.
  func resetFields(_ subresource: String) -> [[String]]
  /// Where `/scale` finds its numbers; nil where there is no `/scale`.
  var scale: ScalePaths? { get }
}

/// Where the scale subresource reads and writes.
struct ScalePaths: Sendable {
  let specReplicas: [String]
  let statusReplicas: [String]
  /// The path of a selector; an object is turned into text.
  let selector: [String]?
}

extension Resource {
  /// The strategy with all its details.
  var rules: any Strategy {
    guard let rules = strategy as? any Strategy else {
      preconditionFailure("a resource is made with a strategy of this module")
    }
    return rules
  }
}
