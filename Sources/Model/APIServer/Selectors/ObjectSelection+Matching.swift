package import CEL

/// A selection, its selectors read once, to be asked about many objects.
///
/// Follows staging/src/k8s.io/apiserver/pkg/storage/selection_predicate.go (Matches).
package struct SelectionMatcher: Sendable {
  private enum Test: Sendable {
    case all, none
    case selectors(LabelSelector, FieldSelector)
    case dependents(uid: String)
    case claimable(uid: String, LabelSelector?)
  }

  private let test: Test

  /// Makes a matcher of a selection.
  ///
  /// Selectors were parsed by the server before they got into a selection; text that does not
  /// parse selects nothing.
  package init(_ selection: ObjectSelection) {
    switch selection {
    case .all: test = .all
    case .dependents(let uid): test = .dependents(uid: uid)
    case .claimable(let uid, let label):
      test = .claimable(uid: uid, try? LabelSelector(parsing: label))
    case .selectors(let label, let field):
      if let labels = try? LabelSelector(parsing: label),
        let fields = try? FieldSelector(parsing: field)
      {
        test = .selectors(labels, fields)
      } else {
        test = .none
      }
    }
  }

  /// Whether an object is among those meant.
  package func matches(_ object: JSONObject) -> Bool {
    switch test {
    case .all: true
    case .none: false
    case .selectors(let labels, let fields): labels.matches(object) && fields.matches(object)
    case .dependents(let uid):
      (object.at("metadata", "ownerReferences")?.array ?? []).contains {
        $0["uid"]?.string == uid
      }
    case .claimable(let uid, let labels):
      if let controller = object.controllerOwnerReference {
        controller["uid"]?.string == uid
      } else {
        labels?.matches(object) ?? true
      }
    }
  }
}

extension ObjectSelection {
  /// Whether an object is among those meant.
  package func matches(_ object: JSONObject) -> Bool { SelectionMatcher(self).matches(object) }
}
