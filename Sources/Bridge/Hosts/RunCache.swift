/// The code behind a host: what its runs depend on, besides the replies to its calls.
package struct HostedCode: Hashable, Sendable {
  /// The controller's name in the composition, which the host is told.
  package let controller: String
  package let command: HostCommand
  /// The files and folders that the code is made of; empty for the whole folder.
  package let files: [String]
  /// What the API server says of itself, which is no question of a run, and what else a host's
  /// environment has.
  package let surroundings: [String]
}

/// Where runs of hosts are kept from one verification to the next.
///
/// What is kept says what code does after the replies that it got, never what a state replies.
package protocol RunCache: Sendable {
  /// What is kept for a code; nil where nothing is.
  func load(_ code: HostedCode) -> [UInt8]?
  /// Keeps bytes for a code in the place of what was kept.
  func save(_ bytes: [UInt8], for code: HostedCode)
  /// Tells that what was kept for a code cannot be used.
  func reject(_ code: HostedCode, because reason: String)
}
