internal import Bridge
internal import CEL
package import Model
internal import POR
internal import Solver

/// From a scenario to a report: a world for each valuation of the symbols, its verdict, and every
/// counterexample confirmed in a world made anew before it is told.
package enum VerificationDriver {
  /// Verifies a scenario.
  ///
  /// Looks at `Cancellation.isRequested` and ends with what it knows.
  package static func verify(
    scenario: Scenario, options: VerificationOptions
  ) throws -> VerificationReport {
    let clock = ContinuousClock.now
    let hosts = ProcessHosts(isChecking: !options.trusts, cache: options.cache)
    defer {
      hosts.save()
      hosts.shutDown()
    }
    let projections = try projections(without: options.withoutProjections)
    let inputs = UnknownInputs(scenario)
    var classes = ValueClasses(inputs)
    let asked = scenario.properties.filter { options.properties?.contains($0.name) ?? true }
    let proofs = try guarded {
      // Projections are about states of a search; a proof has states of its own.
      try Proofs(
        scenario, properties: asked, projections: ProjectionSet(), hosts: hosts,
        deadline: options.timeLimit.map { clock + $0 })
    }
    var findings = VerificationFindings(scenario, inputs, options, proofs)
    var options = options
    options.properties = findings.chosen.map(\.name)
    var suspects = proofs.suspects
    let verifier = Verifier(options: verifierOptions(scenario, options, start: clock))
    search: while true {
      if findings.isOver {
        if !findings.chosen.isEmpty { findings.leaveOut("a proof was asked for") }
        break
      }
      let valuation: Valuation
      switch suspects.isEmpty ? classes.next() : .values(suspects.removeFirst()) {
      case .values(let found): valuation = found
      case .none: break search
      case .unknown(let reason):
        findings.leaveOut(reason)
        break search
      }
      let run = SymbolicRun(terms: inputs.terms, values: valuation)
      let unknown = inputs.unknown(in: run)
      classes.assume(try WorldBuilder(scenario, symbols: unknown).assumptions(in: inputs.terms))
      guard let builder = try builder(scenario, unknown, hosts) else {
        classes.close(run)
        continue
      }
      let definition: WorldDefinition
      do {
        definition = try world(
          builder, scenario, options, projections, with: inputs.values(valuation))
      } catch let refused as ObjectRefusedByPolicy {
        findings.exclude(refused)
        classes.exclude(run)
        continue
      }
      let verdict = try guarded { try verifier.verify(definition) }
      let found = classes.close(run)
      try guarded {
        try findings.add(verdict, of: found, run: run, projections: definition.projections) {
          let known = inputs.values(valuation)
          guard let builder = try Self.builder(scenario, Self.dictionary(known), hosts) else {
            throw KverifyBug("values that broke no assumption do")
          }
          return try world(builder, scenario, options, projections)
        }
      }
      if options.failsFast, findings.isViolated {
        findings.leaveOut("the search ended at the first violation (--fail-fast)")
        break
      }
      if Cancellation.isRequested {
        findings.leaveOut("interrupted")
        break
      }
      if inputs.isEmpty { break }
      if let limit = options.timeLimit, ContinuousClock.now - clock > limit {
        findings.leaveOut("the limit on time was reached; raise --time-limit")
        break
      }
    }
    findings.figures.reconciles += hosts.figures.executed
    var report = findings.report(projections, classes)
    if report.properties.contains(where: \.isInconclusive) { report.notes += hosts.notes }
    report.timing = SearchTiming(
      seconds: (ContinuousClock.now - clock).seconds, peakMemory: ProcessMemory.peak,
      solver: inputs.isEmpty && proofs.questions == 0 ? nil : classes.figures(with: proofs.figures),
      processes: hosts.isEmpty ? nil : hosts.figures.text)
    return report
  }

  /// Runs a recorded counterexample again, unreduced.
  ///
  /// Throws `VerificationFailure.bug` where it does not show the violation. The report holds the
  /// record's property only.
  package static func replay(
    scenario: Scenario, record: CounterexampleRecord, options: VerificationOptions
  ) throws -> VerificationReport {
    let projections = try projections(without: options.withoutProjections)
    let hosts = ProcessHosts(isChecking: false)
    defer { hosts.shutDown() }
    guard let builder = try builder(scenario, dictionary(record.symbols), hosts) else {
      throw VerificationFailure.bug("the recorded symbols break an assumption")
    }
    var chosen = options
    chosen.properties = [record.property]
    let definition = try world(builder, scenario, chosen, projections)
    return try guarded {
      let replay = try Replay(record, definition: definition)
      let property = scenario.properties.first { $0.name == record.property }
      guard let property else { throw VerificationFailure.bug("the property is gone") }
      let (violation, unchecked) = try replay.confirmed()
      let counterexample = try CounterexampleTeller(scenario, property).tell(
        violation, replay: replay, record: record)
      return VerificationReport(
        scenario: scenario.name, path: scenario.location.file,
        properties: [
          PropertyReport(
            name: property.name, kind: property.kindName, verdict: .violated(counterexample))
        ], notes: ["replayed without reduction"] + [unchecked].compactMap(\.self))
    }
  }

  // MARK: Parts

  private static func dictionary(_ values: [SymbolValue]) -> [String: JSONValue] {
    Dictionary(values.map { ($0.name, $0.value) }) { first, _ in first }
  }

  private static func builder(
    _ scenario: Scenario, _ symbols: [String: JSONValue], _ hosts: ProcessHosts
  ) throws -> WorldBuilder? {
    do {
      let builder = try WorldBuilder(scenario, symbols: symbols, starter: hosts)
      return try builder.satisfiesAssumptions() ? builder : nil
    } catch let error as EvaluationError {
      throw VerificationFailure.usage("an assumption cannot be evaluated: \(error.message)")
    }
  }

  private static func world(
    _ builder: WorldBuilder, _ scenario: Scenario, _ options: VerificationOptions,
    _ projections: ProjectionSet, with values: [SymbolValue] = []
  ) throws -> WorldDefinition {
    do {
      var definition = try builder.build(projections: projections)
      if let names = options.properties {
        definition.properties.removeAll { !names.contains($0.name) }
      }
      return definition
    } catch let error as EvaluationError {
      throw VerificationFailure.scenario(
        "an object of the initial state cannot be evaluated: \(error.message)")
    } catch let refused as RefusedObject {
      throw VerificationFailure.scenario(
        "\(refused.location): the API server refuses this object: \(refused.message)"
          + advice(values))
    }
  }

  /// Which values an object was refused with, and what to do about it.
  private static func advice(_ values: [SymbolValue]) -> String {
    if values.isEmpty { return "" }
    let text = values.map { "\($0.name) = \($0.value.text)" }.joined(separator: ", ")
    return " (with \(text); narrow the symbol, or exclude such values under assume)"
  }

  private static func projections(without names: [String]) throws -> ProjectionSet {
    try names.reduce(ProjectionSet()) { set, name in
      guard let projection = Projection(rawValue: name) else {
        throw VerificationFailure.usage(
          "there is no projection \"\(name)\"; there are "
            + Projection.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return set.without(projection)
    }
  }

  private static func verifierOptions(
    _ scenario: Scenario, _ options: VerificationOptions, start: ContinuousClock.Instant
  ) -> Verifier.Options {
    var result = Verifier.Options()
    let bounds = [options.maxStates, scenario.bounds.states].compactMap(\.self)
    result.limits = SearchLimits(
      states: bounds.min(), bytes: options.memoryLimit,
      deadline: options.timeLimit.map { start + $0 })
    result.stop = options.failsFast ? .atFirstViolation : .atTheEnd
    switch options.reduction {
    case .auto: result.reduction = .auto
    case .none: result.reduction = .none
    }
    result.explainsReduction = options.explainsReduction
    result.jobs = options.jobs
    result.cancellation = Cancellation.flag
    result.memoryInUse = { ProcessMemory.current }
    if options.audits { result.audit = .sampled(every: 3) }
    if let observer = options.progress {
      result.progress = { progress in
        observer.report(
          SearchProgress(
            states: progress.states, transitions: progress.transitions,
            waiting: progress.waiting, depth: progress.depth))
      }
    }
    return result
  }

  /// Runs a search and tells its failures as the commands know them.
  private static func guarded<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as UnusableExpression {
      throw VerificationFailure.scenario(
        "an expression of \(error.place) cannot be evaluated: \(error.reason)")
    } catch let bug as KverifyBug {
      throw VerificationFailure.bug(bug.finding)
    } catch let error as NotDeterministic {
      throw VerificationFailure.controller(
        "\(error.controller) is not deterministic (request \(error.request)): \(error.difference)")
    } catch let error as RememberedVersion {
      throw VerificationFailure.controller(
        "\(error.controller) (request \(error.request)) sent the resourceVersion of \(error.object) "
          + "that it remembers from an earlier reconcile, and kverify cannot tell whether that is "
          + "still current; let it read the object in the reconcile that writes it")
    } catch let failure as HostFailure {
      throw VerificationFailure.controller(failure.description)
    } catch let failure as HookFailure {
      throw VerificationFailure.controller(failure.description)
    } catch let mismatch as ReplayMismatch {
      throw VerificationFailure.bug(
        "the run does not replay: step \(mismatch.step), \(mismatch.action), cannot happen there")
    }
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
