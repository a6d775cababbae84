internal import CEL

/// What may happen in a state: more than the composition does, never less.
///
/// Queues, timers and fairness are left out: every controller may reconcile every object that could
/// ever be a request of it, at any time. What holds in every state then holds in every state of the
/// composition.
package struct AbstractSteps {
  /// One thing that may happen.
  package enum Action: Hashable, Comparable {
    case reconcile(controller: Int, ReconcileRequest)
    case crash(controller: Int, ReconcileRequest)
    case event(Int)
  }

  package let definition: WorldDefinition

  /// Makes the steps of a world; throws ``NotProvable`` for one that no proof covers.
  package init(_ definition: WorldDefinition) throws {
    self.definition = definition
    for participant in definition.participants where participant.lag != nil {
      throw NotProvable("the cache of \(participant.reconciler.name) may be stale")
    }
    guard definition.projections.contains(.identity) else {
      throw NotProvable("times are part of objects")
    }
    guard definition.projections.contains(.ordinals) else {
      throw NotProvable("generations are calculated with, or ranks are switched off")
    }
  }

  /// The state at the start.
  package func start() -> AbstractState {
    var objects: [ObjectKey: JSONObject] = [:]
    for (key, object) in definition.objects {
      objects[key] = World.identity(of: object, groupKind: key.groupKind, definition)
    }
    for event in definition.events {
      objects[Self.key(of: event)] = ["left": .int(Int64(event.times))]
    }
    return AbstractState(objects).padded
  }

  private static func key(of event: WorldEvent) -> ObjectKey {
    ObjectKey(AbstractState.event, namespace: "", name: event.name)
  }

  /// The requests that a state gives a controller.
  ///
  /// Where only the object itself is a request, those that its predicate accepts; where other objects
  /// name requests too, every object of the kind, since a request may be named while it is not
  /// accepted. A
  /// request without an object does nothing, for the controllers that a proof covers.
  package func requests(in state: AbstractState) -> Set<Action> {
    var found: Set<Action> = []
    for (controller, participant) in definition.participants.enumerated() {
      let rules = participant.reconciler.watches
      let namesOthers = rules.contains { !$0.hasOwnRequests }
      for rule in rules where rule.hasOwnRequests {
        for (key, object) in state.clusterObjects
        where key.groupKind == rule.groupKind && participant.sees(key.namespace) {
          guard namesOthers || rule.predicate?(nil, object) ?? true,
            let request = rule.ownRequest(key, object)
          else { continue }
          found.insert(.reconcile(controller: controller, request))
          if participant.budgets[.crash] ?? 0 > 0 {
            found.insert(.crash(controller: controller, request))
          }
        }
      }
    }
    return found
  }

  /// The events, which may happen in every state.
  package var events: [Action] { definition.events.indices.map { .event($0) } }

  /// An action in words.
  package func text(_ action: Action) -> String {
    switch action {
    case .reconcile(let controller, let request):
      "\(definition.participants[controller].reconciler.name) reconciles \(request)"
    case .crash(let controller, let request):
      "\(definition.participants[controller].reconciler.name) crashes at \(request)"
    case .event(let index): "event \(definition.events[index].name)"
    }
  }

  /// The state after an action; nil where it cannot happen.
  ///
  /// Throws `UnusableExpression` where an expression of an event cannot be evaluated.
  ///
  /// - reads: takes up what the step reads.
  package func perform(
    _ action: Action, at state: AbstractState, reads: AbstractReads = AbstractReads(),
    chooses: @escaping (Int) -> Int
  ) throws -> AbstractState? {
    switch action {
    case .event(let index): return try happen(definition.events[index], state, reads)
    case .crash(let controller, let request):
      let key = RunRecord.key(definition.participants[controller].reconciler.name, request)
      guard state.objects[key] != nil else { return nil }
      reads.keys.insert(key)
      var result = state
      result.objects[key] = nil
      return result
    case .reconcile(let controller, let request):
      return try reconcile(definition.participants[controller], request, state, reads, chooses)
    }
  }

  private func happen(
    _ event: WorldEvent, _ state: AbstractState, _ reads: AbstractReads
  ) throws -> AbstractState? {
    reads.readsAll = true
    let key = Self.key(of: event)
    guard let left = state.objects[key]?["left"]?.integer, left > 0 else { return nil }
    let store = AbstractStore(state, definition, reads)
    do {
      let view = state.reader(noting: reads)
      // An event whose guard is false gives itself up, which changes no object.
      if let condition = event.guardCondition, try !condition(view) { return nil }
      store.set(["left": (left - 1).json], key)
      let request = try event.request(view)
      store.token = "event"
      store.currentTest = { given, _ in given == "event" }
      store.take(definition.server.handle(request, reader: store).changes)
    } catch let error as EvaluationError {
      throw UnusableExpression(place: "the event \(event.name)", reason: error.message)
    }
    return try finished(store, writer: nil)
  }

  private func reconcile(
    _ participant: Participant, _ request: ReconcileRequest, _ state: AbstractState,
    _ reads: AbstractReads, _ chooses: @escaping (Int) -> Int
  ) throws -> AbstractState? {
    let store = AbstractStore(state, definition, reads)
    let key = RunRecord.key(participant.reconciler.name, request)
    let run = AbstractRun(
      store, participant, request, continuing: state.objects[key].map { RunRecord($0) },
      endsWithWrite: definition.interleaving == .calls, chooses: chooses)
    store.set(nil, key)
    do {
      _ = try participant.reconciler.reconcile(request, oracle: run)
    } catch is AbstractRun.Suspension {
      store.set(run.finalRecord.object, key)
    } catch is AbstractRun.Inconsistent {
      return nil
    } catch is AbstractRun.Crash {
    } catch is ReconcileError {
    }
    return try finished(store, writer: key)
  }

  /// The state that a step leaves: what others read is superseded, generations are ranked.
  private func finished(_ store: AbstractStore, writer: ObjectKey?) throws -> AbstractState {
    if let problem = store.problem { throw problem }
    var state = AbstractState(store.objects)
    for (key, object) in state.objects
    where key.groupKind == AbstractState.reconcile && key != writer {
      var record = RunRecord(object)
      for change in store.changed { record.supersede(change) }
      state.objects[key] = record.object
    }
    GenerationRanks(state).rank(&state)
    return state.padded
  }
}

extension WorldDefinition {
  /// The API server of this world.
  var server: APIServer {
    APIServer(kubernetesVersion: kubernetesVersion, resources: resources)
  }
}
