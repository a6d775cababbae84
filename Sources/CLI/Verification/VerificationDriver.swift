package import Model

/// The seam between the commands and the search.
package enum VerificationDriver {
  /// Verifies a scenario.
  ///
  /// Looks at `Cancellation.isRequested` and ends with what it knows.
  package static func verify(
    scenario: Scenario, options: VerificationOptions
  ) throws -> VerificationReport {
    let chosen = scenario.properties.filter { options.properties?.contains($0.name) ?? true }
    return VerificationReport(
      scenario: scenario.name, path: scenario.location.file,
      properties: chosen.map {
        PropertyReport(
          name: $0.name, kind: $0.kindName,
          verdict: .inconclusive("this build of kverify has no search"))
      })
  }

  /// Runs a recorded counterexample again, unreduced.
  ///
  /// Throws `VerificationFailure.bug` where it does not show the violation. The report holds the
  /// record's property only.
  package static func replay(
    scenario: Scenario, record: CounterexampleRecord, options: VerificationOptions
  ) throws -> VerificationReport {
    throw VerificationFailure.bug("this build of kverify has no search")
  }
}
