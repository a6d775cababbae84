internal import Model
internal import Synchronization

/// The servers of the hooks of scenarios, each started once and shared by all worlds.
final class HookServers: Sendable {
  private struct Key: Hashable {
    let directory: String
    let connection: MetacontrollerController.Connection
  }

  private let limits: HostLimits
  private let isChecking: Bool
  private let cache: (any RunCache)?
  private let servers = Mutex<[Key: HookServer]>([:])

  init(limits: HostLimits, isChecking: Bool, cache: (any RunCache)? = nil) {
    self.limits = limits
    self.isChecking = isChecking
    self.cache = cache
  }

  /// The server of a connection of a scenario in a directory.
  func server(_ connection: MetacontrollerController.Connection, in directory: String)
    -> HookServer
  {
    servers.withLock { servers in
      let key = Key(directory: directory, connection: connection)
      if let server = servers[key] { return server }
      let server = HookServer(
        connection, in: directory, limits, isChecking: isChecking, cache: cache)
      servers[key] = server
      return server
    }
  }

  /// How often the hooks of all servers were asked; nil where there are none.
  var figures: RunFigures? {
    let all = servers.withLock { Array($0.values) }
    return all.isEmpty ? nil : all.reduce(RunFigures()) { $0 + $1.figures }
  }

  /// Gives the answers that are new to the cache.
  func save() {
    for server in servers.withLock({ Array($0.values) }) { server.save() }
  }

  /// Ends all servers.
  func shutDown() {
    let all = servers.withLock { servers in
      defer { servers = [:] }
      return Array(servers.values)
    }
    for server in all { server.shutDown() }
  }
}
