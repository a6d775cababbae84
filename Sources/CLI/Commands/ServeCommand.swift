internal import ArgumentParser
internal import Bridge
internal import CEL
internal import Foundation
internal import Model

/// Serves the simulated API server to people and real clients.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve a scenario's API server to kubectl and other clients.",
    discussion: """
      EXAMPLE:
        kverify serve examples/hpa-gitops-fight

      Serves the scenario's objects and definitions over HTTP, on this machine only, until it is
      interrupted. No controller runs: objects change only by what clients write. Nothing is kept.
      """)

  @Argument(help: "A scenario's file or folder.")
  var path: String

  @Option(help: "The port to listen on; 0 takes a free one.")
  var port = 0

  @Option(
    help: ArgumentHelp("Write a kubeconfig for the server here.", valueName: "file"))
  var kubeconfig: String?

  func validate() throws {
    if !(0...65535).contains(port) { throw ValidationError("--port must be from 0 to 65535.") }
  }

  func run() throws {
    let scenarios = try ScenarioLoading.load([path])
    guard let scenario = scenarios.first, scenarios.count == 1 else {
      throw CommandFailure(
        .usage,
        "\(path) has \(scenarios.count) scenarios (\(scenarios.map(\.name).joined(separator: ", "))"
          + "); name the file of one")
    }
    let (world, valuation) = try Self.start(of: scenario)
    let api = try Self.api(world, scenario)
    Cancellation.install()
    let server: HTTPServer
    do {
      server = try HTTPServer(port: port)
    } catch let error as HTTPServerError {
      throw CommandFailure(.usage, error.description)
    }
    defer { server.shutDown() }
    let url = server.serve(api)
    try writeKubeconfig(url)
    Terminal.write(Self.greeting(scenario, valuation, url, kubeconfig))
    while !Cancellation.isRequested { Thread.sleep(forTimeInterval: 0.05) }
  }

  /// The world at its start, for the first values of the symbols that the assumptions allow.
  private static func start(of scenario: Scenario) throws -> (WorldDefinition, [SymbolValue]) {
    do {
      let inputs = UnknownInputs(scenario)
      var classes = ValueClasses(inputs)
      while case .values(let valuation) = classes.next() {
        let run = SymbolicRun(terms: inputs.terms, values: valuation)
        if try WorldBuilder(scenario, symbols: inputs.unknown(in: run)).satisfiesAssumptions() {
          let known = inputs.values(valuation)
          let symbols = Dictionary(known.map { ($0.name, $0.value) }) { first, _ in first }
          let builder = try WorldBuilder(scenario, symbols: symbols)
          return (try builder.build(projections: ProjectionSet()), known)
        }
        classes.close(run)
      }
    } catch let error as EvaluationError {
      throw CommandFailure(.invalidScenario, "\(scenario.name): \(error.message)")
    } catch let refused as RefusedObject {
      throw Self.failure(refused)
    }
    throw CommandFailure(
      .invalidScenario, "\(scenario.name): no values of the symbols meet the assumptions")
  }

  private static func failure(_ refused: RefusedObject) -> CommandFailure {
    CommandFailure(
      .invalidScenario,
      "\(refused.location): the API server refuses this object: \(refused.message)")
  }

  private static func api(_ world: WorldDefinition, _ scenario: Scenario) throws -> LiveAPI {
    do {
      return LiveAPI(
        try LiveCluster(world, scenario: scenario, store: LiveStore { Self.now }))
    } catch let refused as RefusedObject {
      throw failure(refused)
    }
  }

  /// The time as Kubernetes writes it.
  private static var now: String {
    var seconds = time(nil)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var buffer = [CChar](repeating: 0, count: 32)
    let length = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func greeting(
    _ scenario: Scenario, _ valuation: [SymbolValue], _ url: String, _ kubeconfig: String?
  ) -> String {
    var lines = ["\(scenario.name) is served at \(url) (Kubernetes \(scenario.kubernetesVersion))"]
    if !valuation.isEmpty {
      let values = valuation.map { "\($0.name) = \($0.value.text)" }
      lines.append("with \(values.joined(separator: ", "))")
    }
    lines.append("No controller runs. Interrupt to end.")
    lines.append("")
    let option = kubeconfig.map { "--kubeconfig \($0)" } ?? "--server \(url)"
    lines.append("  kubectl \(option) get all")
    lines.append("  curl \(url)/api/v1/namespaces")
    return lines.joined(separator: "\n") + "\n"
  }

  private func writeKubeconfig(_ url: String) throws {
    guard let kubeconfig else { return }
    let text = """
      apiVersion: v1
      kind: Config
      current-context: kverify
      clusters:
      - name: kverify
        cluster: {server: "\(url)"}
      contexts:
      - name: kverify
        context: {cluster: kverify, user: kverify, namespace: default}
      users:
      - name: kverify
        user: {}

      """
    // Whoever can read it can write to the server.
    guard
      FileManager.default.createFile(
        atPath: kubeconfig, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    else { throw CommandFailure(.noSuchFile, "\(kubeconfig) cannot be written") }
  }
}
