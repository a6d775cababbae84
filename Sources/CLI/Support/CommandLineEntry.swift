internal import ArgumentParser

/// Runs the command line and turns whatever happens into an exit code.
///
/// ArgumentParser would exit with 1 on an unknown error: nothing is left to it but parsing and help.
enum CommandLineEntry {
  /// Runs a command; returns its exit code.
  static func run(_ arguments: [String]) -> Int32 {
    do {
      var command = try KVerify.parseAsRoot(arguments)
      try command.run()
      return ExitStatus.holds.rawValue
    } catch let status as ExitStatus {
      return status.rawValue
    } catch let failure as CommandFailure {
      Terminal.writeError("kverify: \(failure.message)\n")
      return failure.status.rawValue
    } catch {
      return finish(error)
    }
  }

  private static func finish(_ error: any Error) -> Int32 {
    let code = KVerify.exitCode(for: error)
    let message = KVerify.fullMessage(for: error)
    if code == .success {
      Terminal.write(message + "\n")
      return ExitStatus.holds.rawValue
    }
    if code == .validationFailure {
      Terminal.writeError(message + "\n")
      return ExitStatus.usage.rawValue
    }
    Terminal.writeError("kverify: this is a bug in kverify: \(error)\n")
    return ExitStatus.bug.rawValue
  }
}

/// A failure with a message of its own and the exit code that it means.
struct CommandFailure: Error {
  let status: ExitStatus
  let message: String

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }
}
