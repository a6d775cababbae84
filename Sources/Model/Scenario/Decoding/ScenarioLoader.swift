/// Loads scenarios: bytes to documents to validated scenarios, or findings.
package struct ScenarioLoader {
  /// What came of a run of the loader.
  package struct Result {
    /// The scenarios without errors, in the order of the files.
    package let scenarios: [Scenario]
    /// All findings, by place.
    package let diagnostics: [Diagnostic]
    /// The files that were read, for whoever shows the findings.
    package let sources: SourceFiles

    /// Whether some finding stops.
    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
  }

  private let provider: any SourceProvider
  private let findings = Findings()
  private let library: DocumentLibrary

  /// Makes a loader that reads from a provider.
  package init(provider: any SourceProvider) {
    self.provider = provider
    library = DocumentLibrary(provider: provider, findings: findings)
  }

  /// Loads the scenarios of files and folders.
  ///
  /// Of a folder, every `*.yaml` and `*.yml` file below it that holds a Scenario document is taken.
  package func load(_ paths: [String]) -> Result {
    var scenarios: [Scenario] = []
    var names: [String: SourceLocation] = [:]
    for path in scenarioFiles(of: paths) {
      let place = SourceLocation(file: path, line: 0, column: 0)
      guard let file = library.file(path, namedAt: place) else { continue }
      let documents = file.documents.filter { DocumentKind(of: $0) == .scenario }
      if documents.isEmpty, !findings.hasErrors { addNoScenario(path, file: file) }
      for document in documents {
        let builder = ScenarioBuilder(
          document: document, file: file, library: library, findings: findings)
        guard let scenario = builder.build() else { continue }
        if let first = names[scenario.name] {
          findings.add(
            .duplicateName, at: scenario.location,
            "a scenario \"\(scenario.name)\" is in \(first) already",
            advice: "rename one of the two")
        }
        names[scenario.name] = scenario.location
        if !findings.hasErrors { checkInitialState(of: scenario) }
        scenarios.append(scenario)
      }
    }
    return Result(
      scenarios: scenarios, diagnostics: withoutConsequences(findings.diagnostics),
      sources: library.sources)
  }

  /// Creates the objects of the initial state, so that what the API server refuses is found before a
  /// verification begins; symbols have their first values.
  private func checkInitialState(of scenario: Scenario) {
    let symbols = Dictionary(
      scenario.symbols.compactMap { symbol in
        symbol.values?.first.map { (symbol.name, $0) }
      }
    ) { first, _ in first }
    guard symbols.count == scenario.symbols.count else { return }
    do {
      _ = try WorldBuilder(scenario, symbols: symbols).build(projections: ProjectionSet())
    } catch let refused as RefusedObject {
      findings.add(
        .refusedObject, at: refused.location,
        "the API server refuses this object: \(refused.message)",
        advice: "mend it as kubectl create would demand")
    } catch {
      // Anything else is told where it happens, when the scenario is verified.
    }
  }

  /// Leaves out what only follows from a missing file: the kinds and controllers it would define.
  private func withoutConsequences(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    guard diagnostics.contains(where: \.isMissingFile) else { return diagnostics }
    let consequences: [DiagnosticCode] = [.undefinedKind, .unknownController, .unused]
    return diagnostics.filter { finding in
      !consequences.contains { $0.rawValue == finding.code }
    }
  }

  private func addNoScenario(_ path: String, file: DocumentLibrary.File) {
    let place = SourceLocation(file: path, line: 1, column: 1)
    guard let first = file.documents.first else {
      findings.add(.noDocument, at: place, "the file holds no document", advice: "write a Scenario")
      return
    }
    for document in file.documents { DocumentKind.checkOurs(document, findings: findings) }
    guard !findings.hasErrors else { return }
    findings.add(
      .noScenario, at: first.location, "there is no Scenario document in this file",
      advice: "a Scenario has apiVersion: kverify.dev/v1alpha1 and kind: Scenario")
  }

  /// The files to look at; folders are searched.
  private func scenarioFiles(of paths: [String]) -> [String] {
    var files: [String] = []
    for path in paths {
      let place = SourceLocation(file: path, line: 0, column: 0)
      guard let below = try? provider.files(below: path) else {
        files.append(SourcePath.join(".", path))
        continue
      }
      let found = below.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }
        .map { SourcePath.join(path, $0) }.filter(mentionsScenario)
      if found.isEmpty {
        findings.add(
          .noScenario, at: place, "there is no Scenario document below this folder",
          advice: "name a scenario's file, or a folder that holds one")
      }
      files += found
    }
    var seen: Set<String> = []
    return files.filter { seen.insert($0).inserted }
  }

  /// Whether a file may hold a Scenario; manifests that are only beside one are not even parsed.
  private func mentionsScenario(_ path: String) -> Bool {
    guard let bytes = try? provider.read(path), bytes.count <= YAMLGuard.sizeLimit else {
      return false
    }
    let text = String(decoding: bytes, as: UTF8.self)
    return text.contains("kverify.dev/")
      && text.split(separator: "\n").contains { line in
        line.hasPrefix("kind:") && line.contains("Scenario")
      }
  }
}

/// What a document is.
enum DocumentKind: Hashable {
  case scenario, controller
  /// Of our API group, but of no kind of ours.
  case unknown
  case manifest

  /// Looks at `apiVersion` and `kind`.
  init(of document: YAMLNode) {
    let apiVersion = document["apiVersion"]?.string ?? ""
    guard apiVersion.hasPrefix("kverify.dev/") else {
      self = .manifest
      return
    }
    switch document["kind"]?.string {
    case "Scenario": self = .scenario
    case "Controller": self = .controller
    default: self = .unknown
    }
  }

  /// Adds a finding about a document that means to be ours and is not.
  static func checkOurs(_ document: YAMLNode, findings: Findings) {
    let kinds = ["Scenario", "Controller"]
    if DocumentKind(of: document) == .unknown, let kind = document["kind"] {
      findings.add(
        .unknownDocumentKind, at: kind.location, length: kind.length,
        "there is no kind \(kind.string ?? kind.kindName) in kverify.dev",
        advice: Suggestion.advice(for: kind.string ?? "", among: kinds, what: "kinds"))
    } else if kinds.contains(document["kind"]?.string ?? ""), let version = document["apiVersion"],
      version.string?.contains("verify") ?? false,
      version.string != "kverify.dev/v1alpha1"
    {
      findings.add(
        .unknownDocumentKind, at: version.location, length: version.length,
        "\(version.string ?? "") is not the apiVersion of this format",
        advice: "write apiVersion: kverify.dev/v1alpha1")
    }
  }
}
