internal import Transitions

/// All passes of a reduced search over one system.
///
/// First as few passes as the properties allow: those of safety together, those of liveness
/// together, and where names are interchangeable those that allow for it by themselves, if that is
/// less work (`race`). A pass whose
/// observers leave little reduction is given up after some states, and its properties are decided
/// one by one. `converges` is decided by a pass for safety where no cycle changes an object: a livelock
/// would have runs with any number of writes, so the finite reduced graph would have such a cycle.
struct ReducedRun {
  /// At how many states a pass of several observers is given up.
  private static let sharedPassStates = 20_000
  /// The limit of the first round of a race, and the part of it that a pass with symmetry has.
  private static let firstRound = 16_384
  private static let symmetricShare = 4

  private let system: any TransitionSystem
  private let footprints: FootprintTable
  private let options: SearchOptions
  private let crew: WorkerCrew?
  private let kinds: [PropertyKind]
  private var couplings: CouplingReport?
  private var watch: SearchWatch
  private var findings: [Finding?]
  private var tasks: [SearchTask] = []
  private var figures = ReductionFigures()
  private var searched = SearchedStates()
  private var transitions = 0
  private var ends: Set<UInt32> = []
  private var bytes = 0
  private var cut: CutReason?
  /// At how many states a pass of the race is given up; nil outside of it.
  private var roundStates: Int?

  /// Makes the run of a search.
  init(
    _ system: any TransitionSystem, _ footprints: FootprintTable, _ options: SearchOptions,
    _ crew: WorkerCrew?
  ) {
    self.crew = crew
    self.system = system
    self.footprints = footprints
    self.options = options
    kinds = system.properties
    couplings = options.explainsReduction ? CouplingReport() : nil
    watch = SearchWatch(options)
    findings = Array(repeating: nil, count: kinds.count)
  }

  /// Runs the passes.
  mutating func result() throws -> SearchResult {
    switch options.symmetry {
    case .whereSmaller where system.hasSymmetry: try race()
    case .always where system.hasSymmetry: try take(.max, usesSymmetry: true)
    case .whereSmaller, .always, .never: plan(usesSymmetry: false)
    }
    try run(takeTasks { _ in true })
    try shortenRuns()
    return SearchResult(
      states: max(1, searched.count), transitions: transitions, settled: ends.count, cut: cut,
      findings: known(), bytes: bytes, reduction: figures,
      couplings: couplings)
  }

  /// Decides what symmetry may decide with it or without it, whichever takes fewer states.
  ///
  /// Symmetry merges what footprints tell apart: where copies are independent of each other stubborn
  /// sets leave out all but one order, and representatives of all orders are more. Nobody knows before,
  /// so both are tried in turn, with a limit that grows.
  private mutating func race() throws {
    let start = self
    let limit = options.limits.states ?? .max
    var round = Self.firstRound
    while true {
      try take(round, usesSymmetry: false)
      if cut != .states { return }
      let plain = self
      self = start
      // Of fresh names it shows only in the search whether there are several.
      guard system.hasSymmetry else {
        plan(usesSymmetry: false)
        return
      }
      try take(max(1, round / Self.symmetricShare), usesSymmetry: true)
      if cut != .states { return }
      self = round / Self.symmetricShare >= limit ? plain : start
      if cut == .states { return }
      round = round > .max / 4 ? .max : round * 4
    }
  }

  /// Decides what symmetry may decide, with it or without it, within so many states a pass.
  private mutating func take(_ states: Int, usesSymmetry: Bool) throws {
    plan(usesSymmetry: usesSymmetry)
    let wanted = takeTasks { $0.usesSymmetry == usesSymmetry && !$0.isLiveness }
    roundStates = states
    try usesSymmetry ? runSymmetric(wanted) : run(wanted)
    roundStates = nil
  }

  /// Makes runs shorter, where something was left out at all.
  private mutating func shortenRuns() throws {
    guard options.faults.isEmpty && options.reductionFaults.isEmpty,
      figures.taken < figures.enabled || figures.usedSymmetry
    else { return }
    try RunShortener(system, options).shorten(&findings, reached: searched.count)
  }

  private func known() -> [Finding] {
    var result: [Finding] = []
    for finding in findings { result.append(finding ?? .inconclusive(.cut(cut ?? .cancelled))) }
    return result
  }

  /// Takes some of the tasks that wait.
  private mutating func takeTasks(_ isWanted: (SearchTask) -> Bool) -> [SearchTask] {
    let taken = tasks.filter(isWanted)
    tasks = tasks.filter { !isWanted($0) }
    return taken
  }

  private mutating func runSymmetric(_ wanted: [SearchTask]) throws {
    if wanted.isEmpty { return }
    system.usesSymmetry = true
    do {
      try run(wanted)
      system.usesSymmetry = false
    } catch {
      system.usesSymmetry = false
      throw error
    }
    try Concretizer(system).concretize(&findings)
  }

  // MARK: Passes

  /// The first plan: as few passes as possible.
  private mutating func plan(usesSymmetry: Bool) {
    var safety: [Int] = []
    var liveness: [Int] = []
    var symmetric: [Int] = []
    for (property, kind) in kinds.enumerated() {
      switch kind {
      case .eventually where usesSymmetry && system.respectsSymmetry(property: property):
        symmetric.append(property)
      case .eventually, .leadsTo: liveness.append(property)
      case .always, .sometimes, .settled, .converges, .confluent, .stepRule:
        if usesSymmetry && system.respectsSymmetry(property: property) {
          symmetric.append(property)
        } else {
          safety.append(property)
        }
      }
    }
    if !symmetric.isEmpty || usesSymmetry && kinds.isEmpty {
      tasks.append(task(symmetric, usesSymmetry: true))
    }
    if !safety.isEmpty || !usesSymmetry && liveness.isEmpty { tasks.append(task(safety)) }
    if !liveness.isEmpty { tasks.append(task(liveness, isLiveness: true)) }
  }

  private func task(
    _ properties: [Int], isLiveness: Bool = false, usesSymmetry: Bool = false
  ) -> SearchTask {
    var task = SearchTask(
      properties, of: kinds, liveness: isLiveness, faults: options.reductionFaults)
    task.usesSymmetry = usesSymmetry
    return task
  }

  /// Runs tasks over one store; what is given up is done again in parts, over another.
  private mutating func run(_ wanted: [SearchTask]) throws {
    if wanted.isEmpty || cut != nil { return }
    var givenUp: [SearchTask] = []
    try explore(wanted, &givenUp)
    let parts = givenUp.flatMap { split($0) }
    if !parts.isEmpty { try explore(parts, &givenUp) }
  }

  /// Runs tasks over one store, and what they leave open.
  private mutating func explore(_ wanted: [SearchTask], _ givenUp: inout [SearchTask]) throws {
    var space = StateSpace(
      system: system, hashSeed: options.hashSeed, crew: crew,
      helperThreshold: options.helperThreshold)
    var entered = StateSet()
    for task in wanted where cut == nil {
      if try !decide(task, in: &space, &entered) { givenUp.append(task) }
    }
    try decideLivelocks(in: &space, &entered)
    bytes = max(bytes, space.byteCount)
    options.helpReport?(space.count, space.foreseenStates)
    searched.add(space, entered)
  }

  /// Decides what the passes for safety left open, over the same states: what they found counts once.
  ///
  /// Behind symmetric passes that waits, for these states are not their own.
  private mutating func decideLivelocks(
    in space: inout StateSpace, _ entered: inout StateSet
  ) throws {
    if system.usesSymmetry { return }
    for task in takeTasks({ _ in true }) where cut == nil {
      _ = try decide(task, in: &space, &entered)
    }
  }

  /// What a task that was given up is divided into: all without observers, and each of the others.
  private func split(_ task: SearchTask) -> [SearchTask] {
    let single = task.properties.filter { property in
      switch kinds[property] {
      case .always, .sometimes, .eventually, .leadsTo: true
      case .settled, .converges, .confluent, .stepRule: false
      }
    }
    let rest = task.properties.filter { !single.contains($0) }
    let groups = (rest.isEmpty ? [] : [rest]) + single.map { [$0] }
    return groups.map {
      self.task($0, isLiveness: task.isLiveness, usesSymmetry: task.usesSymmetry)
    }
  }

  /// Runs one pass and keeps what it found; false where it was given up.
  private mutating func decide(
    _ task: SearchTask, in space: inout StateSpace, _ entered: inout StateSet
  ) throws -> Bool {
    let canSplit = task.properties.count > 1 && !task.observers.isEmpty
    var options = options
    if canSplit {
      options.limits.states = min(options.limits.states ?? .max, Self.sharedPassStates)
    } else if let limit = options.limits.states {
      options.limits.states = max(1, limit - searched.count)
    }
    if let roundStates {
      options.limits.states = min(options.limits.states ?? .max, roundStates)
    }
    watch.maxStates = max(1, options.limits.states ?? .max)
    space.chosen = ChosenSets()
    var judge = Judge(
      properties: kinds, judging: task.properties, options: options,
      looksAtCycles: !task.usesSymmetry)
    let log = options.explainsReduction ? CouplingLog(of: task) : nil
    var search = ReducedSearch(
      task, footprints, options: options, log: log,
      crew: system.mayBeReadByHelpers ? crew : nil)
    var cut = try search.run(&judge, in: &space, &watch)
    if canSplit && cut == .states { return false }
    if search.hasMoreReads && search.hasProperSets && cut == nil {
      var again = task
      again.constantReads = search.constantReads
      return try decide(again, in: &space, &entered)
    }
    for state in 0..<UInt32(search.knownStates) where search.isFound(state) {
      entered.insert(state)
    }
    transitions += search.transitions
    try figures.add(
      &search, footprints, isCut: cut != nil, isSymmetric: task.usesSymmetry, in: &space)
    if let report = log?.report(in: system, footprints) { couplings?.add(report) }
    ends.formUnion(judge.ends)
    bytes = max(bytes, space.byteCount + search.byteCount + judge.byteCount)
    if cut == nil {
      try options.inspect?(&space, FinishedPass(task, isReached: search.completedStates))
    }
    var builder = CounterexampleBuilder(properties: kinds, options: options)
    if cut == nil || cut == .states {
      let later = try ResponseJudge(options: options).judge(
        &judge, &builder, in: &space, &watch
      ) { search.isCompleted($0) }
      cut = later ?? cut
    }
    let again = livelockTask(
      task, judge, hasWriteCycle: search.hasWriteCycle, hasProperSets: search.hasProperSets, cut)
    let cyclic = cyclicTask(task, hasCycle: search.hasCycle, cut)
    tasks += [again, cyclic].compactMap(\.self)
    try builder.build(judge, in: &space)
    let open = Set([again, cyclic].compactMap(\.self).flatMap(\.properties))
    for property in task.properties where !open.contains(property) {
      findings[property] = Search.finding(of: property, judge, builder, cut)
    }
    self.cut = self.cut ?? cut
    return true
  }

  /// The `eventually` properties that a symmetric pass did not decide.
  ///
  /// Of cycles representatives say nothing. Where there are none all runs end, for a run of any length
  /// has an equivalent one here, and then a settled state at the end is all that counts.
  private func cyclicTask(_ task: SearchTask, hasCycle: Bool, _ cut: CutReason?) -> SearchTask? {
    guard task.usesSymmetry && hasCycle && cut == nil else { return nil }
    var properties: [Int] = []
    for property in task.properties {
      if case .eventually = kinds[property] { properties.append(property) }
    }
    return properties.isEmpty ? nil : self.task(properties, isLiveness: true)
  }

  /// The `converges` properties that a pass for safety did not decide.
  private func livelockTask(
    _ task: SearchTask, _ judge: borrowing Judge, hasWriteCycle: Bool, hasProperSets: Bool,
    _ cut: CutReason?
  ) -> SearchTask? {
    if task.isLiveness || cut != nil { return nil }
    let isExact = !task.usesSymmetry && !hasProperSets
    if isExact || !hasWriteCycle && !(task.usesSymmetry && !judge.stuck.isEmpty) { return nil }
    let properties = task.properties.filter {
      if case .converges = kinds[$0] { true } else { false }
    }
    return properties.isEmpty ? nil : self.task(properties, isLiveness: true)
  }
}

/// A pass of a reduced search that came to its end, for those who check it.
struct FinishedPass {
  let task: SearchTask
  /// The states that it entered.
  let reached: StateSet

  init(_ task: SearchTask, isReached: StateSet) {
    self.task = task
    reached = isReached
  }

  /// The pass of a full search over so many states.
  init(ofAll count: Int) {
    task = SearchTask([], of: [], liveness: true, faults: [])
    var reached = StateSet()
    for state in 0..<UInt32(count) { reached.insert(state) }
    self.reached = reached
  }
}
