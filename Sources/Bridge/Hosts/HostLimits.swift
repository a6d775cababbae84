internal import Model

/// What a host may use before it is ended.
package struct HostLimits: Hashable, Sendable {
  /// The seconds that a host may take to its first call of `next`.
  package var start = 60
  /// The seconds that a run may take from one call to the next, or to its result.
  package var silence = 60
  /// The calls of one run.
  package var calls = 10_000
  /// The bytes of address space of each of its processes.
  package var memory = 16 << 30
  /// The bytes that it may write to its output in its whole life.
  package var output = 64 << 20

  /// The standard limits.
  package init() {}

  /// The limits with what a scenario says.
  func changed(by own: ProcessController.Limits) -> HostLimits {
    var limits = self
    if let seconds = own.seconds { (limits.start, limits.silence) = (seconds, seconds) }
    limits.memory = own.memory ?? memory
    limits.output = own.output ?? output
    limits.calls = own.calls ?? calls
    return limits
  }
}

/// A host that could not be started, died, hung, flooded or answered nonsense: never a verdict.
package struct HostFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What happened, and the last lines of the host's output.
  package let description: String

  /// Makes a failure.
  package init(_ what: String, output: String) {
    let lines = output.split(separator: "\n", omittingEmptySubsequences: true).suffix(20)
    description =
      lines.isEmpty ? what : "\(what); its last lines:\n" + lines.map { "  | \($0)\n" }.joined()
  }
}
