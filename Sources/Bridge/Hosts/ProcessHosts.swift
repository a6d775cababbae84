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
    var hosts: [Key: ControllerHost] = [:]
  }

  private let limits: HostLimits
  private let state = Mutex(State())
  private let hookServers: HookServers

  /// Makes hosts as they are asked for.
  package init(limits: HostLimits = HostLimits()) {
    self.limits = limits
    hookServers = HookServers(limits: limits)
  }

  package func reconciler(
    _ controller: ProcessController, name: String, watches: [WatchRule], served: ServedKinds,
    in directory: String
  ) throws -> any Reconciler {
    let key = Key(directory: directory, name: name, controller: controller)
    let host = try state.withLock { state in
      if let host = state.hosts[key] { return host }
      let server = try state.server ?? HTTPServer()
      state.server = server
      let environment = Dictionary(
        controller.environment.map { ($0.key, $0.value) }
      ) { _, last in last }
      let host = ControllerHost(
        HostCommand(
          controller.command, in: directory.isEmpty ? "." : directory, environment: environment),
        limits: limits, server: server, served: served)
      state.hosts[key] = host
      return host
    }
    return ProcessReconciler(name, watches: watches, host: host)
  }

  package func hooks(_ controller: MetacontrollerController, in directory: String) throws
    -> any HookClient
  {
    hookServers.server(controller.connection, in: directory)
  }

  /// Ends all hosts.
  package func shutDown() {
    hookServers.shutDown()
    let (server, hosts) = state.withLock { state in
      defer { state = State() }
      return (state.server, Array(state.hosts.values))
    }
    for host in hosts { host.shutDown() }
    server?.shutDown()
  }
}
