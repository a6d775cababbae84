internal import CEL

/// Compiles the expressions of one policy.
///
/// Follows staging/src/k8s.io/apiserver/pkg/admission/plugin/cel/compile.go; `authorizer` is not
/// known, since nobody is authorized here.
struct AdmissionCompiler {
  private var environment: Environment
  /// Whether an expression read so far may see counters or field ownership.
  private(set) var readsBookkeeping = false

  init(hasParameters: Bool) {
    var variables: [String: CELType] = [
      "object": .dyn, "oldObject": .dyn, "request": .dyn, "namespaceObject": .dyn,
    ]
    if hasParameters { variables["params"] = .dyn }
    environment = Environment.kubernetes.adding(variables: variables)
  }

  /// Makes a variable known to the expressions after it.
  mutating func declare(_ variable: AdmissionPolicy.Variable) {
    environment = environment.adding(variables: [variable.key: variable.program.resultType])
  }

  /// Compiles a list of named conditions.
  mutating func list(_ value: JSONValue?, _ path: String, type: CELType)
    throws(AdmissionPolicyError) -> [AdmissionPolicy.Variable]
  {
    var programs: [AdmissionPolicy.Variable] = []
    for (index, item) in (value?.array ?? []).enumerated() {
      let program = try compile(item["expression"], "\(path)[\(index)].expression", type: type)
      programs.append(
        AdmissionPolicy.Variable(name: item["name"]?.string ?? "", program: program))
    }
    return programs
  }

  /// Compiles one expression; a result of unknown type is taken for the right one.
  mutating func compile(_ value: JSONValue?, _ path: String, type: CELType = .dyn)
    throws(AdmissionPolicyError) -> Program
  {
    guard let source = value?.string else { throw AdmissionPolicyError("\(path): Required value") }
    let program: Program
    do throws(CompileError) {
      program = try environment.compile(source)
    } catch {
      throw AdmissionPolicyError("\(path): compilation failed: \(error)")
    }
    guard type == .dyn || program.resultType == .dyn || program.resultType == type else {
      throw AdmissionPolicyError("\(path): compilation failed: must evaluate to \(type)")
    }
    note(source, program)
    return program
  }

  /// Notes what an expression may read; comparing with null reads nothing but presence.
  private mutating func note(_ source: String, _ program: Program) {
    let presence = #/\b(?:object|oldObject|params|namespaceObject)\s*[!=]=\s*null\b/#
    let rest = (try? environment.compile(source.replacing(presence, with: "true"))) ?? program
    readsBookkeeping =
      readsBookkeeping
      || rest.references.contains {
        ["object", "oldObject", "params", "namespaceObject"].contains($0.variable)
          && !Self.isPlain($0.path)
      }
  }

  /// Whether a path leads only to what a user or a controller wrote, or to counts of Pods.
  private static func isPlain(_ path: [String]) -> Bool {
    guard let first = path.first else { return false }
    let second = path.count > 1 ? path[1] : ""
    switch first {
    case "spec", "data", "stringData", "kind", "apiVersion": return true
    case "metadata":
      return [
        "name", "generateName", "namespace", "uid", "labels", "finalizers", "ownerReferences",
        "deletionTimestamp",
      ].contains(second)
    case "status":
      return ["phase", "replicas", "readyReplicas", "availableReplicas", "updatedReplicas"]
        .contains(second)
    default: return false
    }
  }
}
