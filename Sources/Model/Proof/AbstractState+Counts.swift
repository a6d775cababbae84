package import CEL

/// Counts in the status of Deployments and ReplicaSets.
///
/// Go leaves those out that are 0. With an integer that is not known that would be two shapes each
/// time, so in an abstract state they are always there, and a step opens the state: a count that
/// is known to be 0 goes, one that is not known may be absent (``SymbolicLeaf/isOmittedAtZero``).
extension AbstractState {
  private static let omitted: [GroupKind: [String]] = [
    .deployment: [
      "replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas",
    ],
    .replicaSet: ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"],
  ]

  /// With the counts that Go leaves out.
  var padded: AbstractState {
    changingCounts { ($0?.integer ?? 0).json }
  }

  /// Without the counts that Go leaves out.
  package var opened: AbstractState {
    changingCounts { $0?.integer?.jsonOmittingZero }
  }

  private func changingCounts(_ change: (JSONValue?) -> JSONValue?) -> AbstractState {
    var result = self
    for (key, object) in objects {
      guard let names = Self.omitted[key.groupKind], var status = object["status"]?.object else {
        continue
      }
      for name in names { status[name] = change(status[name]) }
      result.objects[key]?["status"] = .object(status)
    }
    return result
  }

  /// What the API server has made sure of the counts when they were written, and that no more Pods
  /// are counted than a size can be.
  ///
  /// Their order is checked by ValidateReplicaSetStatus and ValidateDeploymentStatus. All is assumed
  /// before a step like a lemma, and shown after it.
  package func orderOfCounts(_ terms: TermTable) -> TermID {
    func term(_ value: JSONValue?) -> TermID {
      switch value {
      case .int(let number): terms.integer(Int128(number))
      case .symbolic(let leaf) where leaf.kind == .int: leaf.term
      default: terms.integer(0)
      }
    }
    var conditions: [TermID] = []
    for (key, object) in objects.sorted(by: { $0.key < $1.key }) {
      if key.groupKind == CountedPods.groupKind {
        let total = terms.add(term(object["pending"]), term(object["ready"]))
        conditions.append(terms.isAtMost(total, terms.integer(Place.sizes.upper)))
      }
      guard Self.omitted[key.groupKind] != nil, let status = object["status"]?.object else {
        continue
      }
      let whole = key.groupKind == .deployment ? "updatedReplicas" : "fullyLabeledReplicas"
      for (less, more) in [
        (whole, "replicas"), ("readyReplicas", "replicas"), ("availableReplicas", "readyReplicas"),
      ] { conditions.append(terms.isAtMost(term(status[less]), term(status[more]))) }
    }
    return terms.all(conditions)
  }

  /// One object with its terms, as a text that tells it from all others.
  func exactText(of key: ObjectKey) -> String {
    guard let object = objects[key] else { return "\n\(key) -" }
    var text = "\n\(key) "
    func add(_ value: JSONValue) {
      switch value {
      case .symbolic(let leaf): text += "#\(leaf.term.index)<\(leaf.viewName ?? "")>"
      case .array(let items):
        text += "["
        for item in items {
          add(item)
          text += ","
        }
        text += "]"
      case .object(let object):
        text += "{"
        for entry in object.entries {
          text += JSONValue.string(entry.key).text + ":"
          add(entry.value)
          text += ","
        }
        text += "}"
      case .null, .bool, .int, .double, .string: text += value.text
      }
    }
    add(.object(object))
    return text
  }
}

extension AbstractState.Place {
  /// What a size can be, in 32 bits.
  static let sizes = Interval(0, 1 << 31 - 1)
  /// What sums of few such sizes stay in.
  private static let counts = Interval(0, 1 << 53)
  private static let numbers = Interval(-(1 << 53), 1 << 53)

  /// What the integer is assumed to be in, and must be shown to stay in: sums of such numbers do not
  /// overflow, so that no expression fails for that reason.
  ///
  /// Counts are not negative, which the API server sees to; those of a ReplicaSet are bounded by
  /// sizes and those of a Deployment are sums of them, so both stay there without a lemma.
  package var range: Interval {
    let isCount =
      path == ["spec", "replicas"]
      || path.count == 2 && path[0] == "status" && path[1].lowercased().hasSuffix("replicas")
    switch key.groupKind {
    case CountedPods.groupKind where path.count == 1: return Self.sizes
    case .replicaSet where isCount: return Self.sizes
    case .deployment where isCount: return Self.counts
    case .deployment, .replicaSet:
      return path.count == 3 && path[1] == "annotations" ? Self.counts : Self.numbers
    default: return Self.numbers
    }
  }
}
