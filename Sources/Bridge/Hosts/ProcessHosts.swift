internal import CEL
package import Model
internal import Synchronization

/// The hosts of the processes of scenarios, each started once and shared by all worlds.
package final class ProcessHosts: ProcessStarter {
  private struct Key: Hashable {
    let directory: String
    let name: String
    let controller: ProcessController
  }

  private struct State {
    var server: HTTPServer?
    var runs: [Key: RecordedRuns] = [:]
  }

  private let limits: HostLimits
  private let isChecking: Bool
  private let cache: (any RunCache)?
  private let state = Mutex(State())
  private let hookServers: HookServers

  /// Makes hosts as they are asked for.
  ///
  /// `isChecking`: each path that is new is run a second time.
  package init(
    limits: HostLimits = HostLimits(), isChecking: Bool = true, cache: (any RunCache)? = nil
  ) {
    self.limits = limits
    self.isChecking = isChecking
    self.cache = cache
    hookServers = HookServers(limits: limits, isChecking: isChecking, cache: cache)
  }

  /// Whether there are none.
  package var isEmpty: Bool { state.withLock { $0.runs.isEmpty } && hookServers.figures == nil }

  /// How often the code of all hosts was run.
  package var figures: RunFigures {
    state.withLock { $0.runs.values.reduce(RunFigures()) { $0 + $1.figures } }
      + (hookServers.figures ?? RunFigures())
  }

  package func reconciler(
    _ controller: ProcessController, name: String, watches: [WatchRule], served: ServedKinds,
    in directory: String
  ) throws -> any Reconciler {
    let key = Key(directory: directory, name: name, controller: controller)
    let runs = try state.withLock { state in
      if let runs = state.runs[key] { return runs }
      let server = try state.server ?? HTTPServer()
      state.server = server
      let environment = Dictionary(
        controller.environment.map { ($0.key, $0.value) }
      ) { _, last in last }
      var command = HostCommand(
        controller.command, in: directory.isEmpty ? "." : directory, environment: environment)
      command.apiVersion = controller.primary.apiVersion
      command.kind = controller.primary.kind
      let limits = limits.changed(by: controller.limits)
      let runs = RecordedRuns(
        served: served, keepsMemory: controller.memory == .kept, isChecking: isChecking,
        code: HostedCode(
          controller: name, command: command, files: controller.files,
          surroundings: Self.surroundings(served) + ["memory \(controller.memory)"]),
        cache: cache
      ) { [command] in
        ControllerHost(command, limits: limits, server: server, served: served)
      }
      state.runs[key] = runs
      return runs
    }
    return ProcessReconciler(name, watches: watches, runs: runs)
  }

  /// What kept histories of processes from being one, for people.
  package var notes: [String] {
    let runs = state.withLock { $0.runs.map { (name: $0.key.name, runs: $0.value) } }
    return runs.sorted { $0.name < $1.name }.compactMap { entry in
      entry.runs.unmergedLives.map {
        """
        \(entry.name): its process had \($0.count) different lives of up to \($0.longest) reconciles; they \
        are told apart by all that happened in them, since its host gives no memoryHash: let it give \
        one (Adapters/PROTOCOL.md), or write memory: none if its reconciles need nothing of each other
        """
      }
    }
  }

  /// What a host sees besides the replies to its calls.
  private static func surroundings(_ served: ServedKinds) -> [String] {
    let resources = served.resources.resources.map { resource in
      "\(resource.group) \(resource.versions) \(resource.plural) \(resource.isNamespaced)"
    }
    let definitions = served.definitions.values.map { JSONValue.object($0).text }.sorted()
    return ["\(served.version)", HostEnvironment.clock ?? "no frozen clock"] + resources
      + definitions
  }

  /// Gives the runs that are new to the cache.
  package func save() {
    for runs in state.withLock({ Array($0.runs.values) }) { runs.save() }
    hookServers.save()
  }

  package func hooks(_ controller: MetacontrollerController, in directory: String) throws
    -> any HookClient
  {
    hookServers.server(controller.connection, in: directory)
  }

  /// Ends all hosts.
  package func shutDown() {
    hookServers.shutDown()
    let (server, runs) = state.withLock { state in
      defer { state = State() }
      return (state.server, Array(state.runs.values))
    }
    for host in runs { host.shutDown() }
    server?.shutDown()
  }
}
