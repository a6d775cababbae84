import CEL

/// Event rules: `never: {by, verb, on}` (SEMANTICS.md, "Properties").
extension Composition {
  /// Whether a step does what a rule forbids.
  func breaks(_ rule: EventRule, _ context: StepContext, _ draft: StepDraft) -> Bool {
    guard let actor = actor(draft) else {
      return rule.by == nil && sentAgainst(rule, context)
    }
    if let by = rule.by, by != actor { return false }
    if rule.verb == .error, rule.on == nil, case .failed = draft.outcome { return true }
    return sentAgainst(rule, context)
  }

  private func actor(_ draft: StepDraft) -> String? {
    draft.worker.map {
      world.definition.participants[layout.workers[$0].controller].reconciler.name
    }
  }

  private func sentAgainst(_ rule: EventRule, _ context: StepContext) -> Bool {
    context.sent.contains { sent in
      let keys = sent.changes.isEmpty ? [sent.request.key] : sent.changes.map(\.key)
      guard keys.contains(where: { covers(rule.on, $0) }) else { return false }
      switch rule.verb {
      case .conflict: return sent.response.code == 409
      case .error: return !sent.response.isSuccess
      case .create, .update, .patch, .apply, .delete:
        return !sent.changes.isEmpty
          && verb(of: sent.request) == rule.verb
      }
    }
  }

  private func covers(_ subject: EventRule.Subject?, _ key: ObjectKey) -> Bool {
    switch subject {
    case .none: true
    case .object(let object): object == key
    case .kind(let kind): kind == key.groupKind.kind
    }
  }

  private func verb(of request: APIRequest) -> EventRule.Verb? {
    switch request.verb {
    case .create: .create
    case .update: .update
    case .patch(.apply): .apply
    case .patch: .patch
    case .delete, .deleteCollection: .delete
    case .get, .list: nil
    }
  }
}
