import Model

/// Documents from a dictionary of paths.
struct MemorySource: SourceProvider {
  let files: [String: [UInt8]]

  init(_ files: [String: String]) { self.files = files.mapValues { Array($0.utf8) } }

  init(bytes: [String: [UInt8]]) { files = bytes }

  func read(_ path: String) throws(SourceError) -> [UInt8] {
    guard let bytes = files[path] else { throw .missing }
    return bytes
  }

  func files(below folder: String) throws(SourceError) -> [String] {
    let prefix = folder == "." ? "" : folder + "/"
    let found = files.keys.filter { $0.hasPrefix(prefix) }.map {
      String($0.dropFirst(prefix.count))
    }
    guard !found.isEmpty, files[folder] == nil else { throw .missing }
    return found.sorted()
  }
}

/// Loads `scenario.yaml` of a text that follows `spec:`.
func load(spec: String, _ others: [String: String] = [:]) -> ScenarioLoader.Result {
  let head = "apiVersion: kverify.dev/v1alpha1\nkind: Scenario\nmetadata: {name: test}\nspec:\n"
  var files = others
  files["scenario.yaml"] = head + spec
  return ScenarioLoader(provider: MemorySource(files)).load(["scenario.yaml"])
}

extension ScenarioLoader.Result {
  /// `line:column code`, for each finding.
  var places: [String] {
    diagnostics.map { "\($0.location.line):\($0.location.column) \($0.code)" }
  }
}
