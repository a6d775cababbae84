internal import ArgumentParser

/// The root command.
struct KVerify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kverify",
    abstract: "Verifies compositions of Kubernetes controllers: every interleaving, every fault.",
    discussion: """
      EXAMPLE:
        kverify verify examples/hpa-gitops-fight

      Exit codes: 0 all properties hold; 12 a safety property is violated; 13 a liveness,
      convergence or confluence property is violated; 20 inconclusive; 64 usage; 65 invalid
      scenario; 66 no such file; 69 a controller failed to run; 70 a bug in kverify.
      """,
    version: "0.1.0",
    subcommands: [
      VerifyCommand.self, ReplayCommand.self, LintCommand.self, SchemaCommand.self,
      ExplainCommand.self, ServeCommand.self,
    ])
}
