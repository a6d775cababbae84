import CEL

/// Finds the names of a scenario that may be exchanged.
///
/// A guess comes from names that differ in one run of digits and from what mentions what; it counts
/// only where exchanging two blocks in everything that is declared gives the same declarations again,
/// up to the order of lists whose order means nothing. An exchange of one block with each other one
/// generates all permutations of an orbit.
struct SymmetryDetection {
  let scenario: Scenario
  private let definition: WorldDefinition
  let text: SymmetryText
  /// Everything declared but the properties, one entry each.
  private let items: [JSONValue]
  private let keysByKind: [GroupKind: [ObjectKey]]

  /// Prepares the detection in a scenario whose world is built but for its symmetry.
  init(_ scenario: Scenario, _ definition: WorldDefinition) {
    self.scenario = scenario
    self.definition = definition
    let text = SymmetryText(scenario: scenario)
    self.text = text
    var items = definition.objects.map { key, object -> JSONValue in
      [
        "kind": .string("\(key.groupKind)"), "namespace": .string(key.namespace),
        "name": .string(key.name), "object": .object(object),
      ]
    }
    items += scenario.controllers.map { text.value($0) } + scenario.events.map { text.value($0) }
    self.items = items
    keysByKind = Dictionary(grouping: definition.objects.map(\.key), by: \.groupKind)
  }

  /// The symmetry; nil where there is none, or where nothing certain can be said.
  func run() -> ScenarioSymmetry? {
    guard isWithinReach else { return nil }
    let guess = ScenarioNameUse(scenario, names: [])
    guard guess.failures.isEmpty else { return nil }
    let candidates = Candidates(names(guess), items: items, derived: derivedPairs(guess))
    var orbits: [NameOrbit] = []
    for group in candidates.groups {
      for orbit in self.orbits(of: group, guess) where BlockNames(orbits + [orbit]) != nil {
        orbits.append(orbit)
      }
    }
    return orbits.isEmpty ? nil : symmetry(orbits)
  }

  // MARK: What must hold for any symmetry

  /// Whether all that may look at names is understood: server rules that compute with the text of
  /// names, and built-in controllers of which that is not known, are not.
  private var isWithinReach: Bool {
    for controller in scenario.controllers {
      guard case .builtin(let name, _) = controller.source else { continue }
      if !Self.parametricBuiltins.contains(name) { return false }
    }
    return hasPlainRules
  }

  /// The built-in controllers that only copy and compare names.
  ///
  /// Of the others the deployment controller hashes templates, labels and all, so the name of a ReplicaSet
  /// of `web-1` is no renaming of that of `web-2`; so do revisions of a StatefulSet, whose Pods are
  /// numbered by taking their names apart.
  private static let parametricBuiltins: Set<String> = [
    "replicaset", "kubelet", "garbagecollector", "horizontalpodautoscaler",
  ]

  /// Whether no rule of the server computes with the text of names, nor a process, which may.
  var hasPlainRules: Bool {
    guard definition.resources.policies.isEmpty, !definition.objects.isEmpty,
      !scenario.hasProcesses
    else { return false }
    // Addresses and ports of a Service are computed from its name (ServiceStrategy).
    let services = GroupKind(group: "", kind: "Service")
    return !CompositionKinds.of(scenario).contains(services) && namesAllKinds
      && definition.objects.allSatisfy { key, object in
        key.groupKind.kind != "CustomResourceDefinition" || !Self.readsText(.object(object))
      }
  }

  /// Whether every object that is made has a kind that can be read from the text.
  private var namesAllKinds: Bool {
    var templates: [Template] = []
    for case .declarative(let controller) in scenario.controllers.map(\.source) {
      templates += controller.steps.compactMap(\.childTemplate)
    }
    for event in scenario.events {
      switch event.action {
      case .create(let template), .apply(let template), .update(let template):
        templates.append(template)
      case .patch, .delete, .evict, .scale: break
      }
    }
    return templates.allSatisfy { CompositionKinds.kind(of: $0) != nil }
  }

  /// Whether a schema asks more of a text than equality.
  private static func readsText(_ schema: JSONValue) -> Bool {
    let words = [
      "pattern", "maxLength", "minLength", "format", "x-kubernetes-validations", "selectableFields",
    ]
    switch schema {
    case .object(let object):
      return object.entries.contains { words.contains($0.key) || readsText($0.value) }
    case .array(let items): return items.contains(where: readsText)
    case .null, .bool, .int, .double, .string, .symbolic: return false
    }
  }

  // MARK: Candidates

  /// All names that a block may hold.
  private func names(_ use: ScenarioNameUse) -> Set<String> {
    var names = Set(definition.objects.flatMap { [$0.key.name, $0.key.namespace] })
    names.formUnion(scenario.controllers.map(\.name))
    for case .declarative(let controller) in scenario.controllers.map(\.source) {
      names.insert(controller.name)
    }
    names.formUnion(scenario.events.map(\.name))
    names.formUnion(derivedPairs(use).map(\.1))
    return names.filter(BlockNames.isUsable)
  }

  /// The names that controllers compute from the names of the objects they reconcile.
  private func derivedPairs(_ use: ScenarioNameUse) -> [(String, String)] {
    var pairs: [(String, String)] = []
    for (_, functions, key) in knownArguments(use) {
      for function in functions {
        if case .string(let name) = function.value(namespace: key.namespace, name: key.name) {
          pairs.append((key.name, name))
        }
      }
    }
    return pairs
  }

  /// The functions of names of each controller, numbered, with the objects of the start that they are
  /// applied to.
  private func knownArguments(
    _ use: ScenarioNameUse
  ) -> [(user: Int, functions: [NameFunction], key: ObjectKey)] {
    var result: [(user: Int, functions: [NameFunction], key: ObjectKey)] = []
    for (index, controller) in scenario.controllers.enumerated() {
      guard case .declarative(let declared) = controller.source else { continue }
      let (steps, maps) = (use.controllers[index].functions, use.watches[index].functions)
      if !steps.isEmpty {
        // What else it may be woken for is checked while it runs.
        for key in keysByKind[declared.primary.groupKind] ?? []
        where declared.primary.name.map({ $0 == key.name }) ?? true {
          result.append((2 * index, steps, key))
        }
      }
      if maps.isEmpty { continue }
      for kind in Set(declared.watches.map(\.groupKind)).sorted() {
        result += (keysByKind[kind] ?? []).map { (2 * index + 1, maps, $0) }
      }
    }
    return result
  }

  // MARK: Verification

  /// The orbits of a group of patterns: those of each pattern alone where that is symmetric, else of
  /// all together.
  private func orbits(of group: [NamePattern], _ use: ScenarioNameUse) -> [NameOrbit] {
    let single = group.map { verified([$0], use) }
    if group.count == 1 || single.allSatisfy({ !$0.isEmpty }) { return single.flatMap(\.self) }
    let together = verified(group, use)
    return together.isEmpty ? single.flatMap(\.self) : together
  }

  /// The classes of values of these patterns whose exchange leaves the scenario as it is.
  private func verified(_ patterns: [NamePattern], _ use: ScenarioNameUse) -> [NameOrbit] {
    guard let first = patterns.first else { return [] }
    let values = patterns.dropFirst().reduce(first.values) { $0.intersection($1.values) }
    guard values.count > 1 else { return [] }
    let blocks = values.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
      .map { value in patterns.map { $0.name(value) } }
    guard let names = BlockNames([NameOrbit(blocks: blocks)]) else { return [] }
    let check = Exchange(names, items)
    guard !check.hasNamesAsKeys else { return [] }
    // Where nearly all names differ in more than the name, only a few classes are looked at: fewer
    // names are then exchanged, which is sound, and 1,000 names cost no million comparisons.
    let classLimit = 8
    var classes: [[Int]] = []
    for block in blocks.indices {
      let home = classes.prefix(classLimit).firstIndex { check.isSame($0[0], block) }
      if let home { classes[home].append(block) } else { classes.append([block]) }
    }
    let orbits = classes.filter { $0.count > 1 }.map { members in
      NameOrbit(blocks: members.map { blocks[$0] })
    }
    return orbits.filter { commutes([$0], use) }
  }

  /// Whether every function of names commutes with the exchanges, for the objects of the start.
  private func commutes(_ orbits: [NameOrbit], _ use: ScenarioNameUse) -> Bool {
    guard let names = BlockNames(orbits) else { return false }
    var check = NameFunctionCheck(names: names)
    return knownArguments(use).allSatisfy { user, functions, key in
      check.commute(functions, of: user, namespace: key.namespace, name: key.name)
    }
  }

  /// The symmetry of the orbits found, or none where an expression still computes with their names.
  private func symmetry(_ orbits: [NameOrbit]) -> ScenarioSymmetry? {
    guard let names = BlockNames(orbits) else { return nil }
    let all = orbits.flatMap { $0.blocks.flatMap(\.self) }
    let use = ScenarioNameUse(scenario, names: all.sorted())
    let sameLength = orbits.allSatisfy { orbit in
      zip(orbit.blocks, orbit.blocks.dropFirst()).allSatisfy {
        $0.map(\.utf8.count) == $1.map(\.utf8.count)
      }
    }
    let controllers = Set(scenario.controllers.map(\.name) + declaredNames)
    let hasController = orbits.contains { $0.blocks.contains { !controllers.isDisjoint(with: $0) } }
    guard use.failures.isEmpty, sameLength || !use.usesLength && areShort(all),
      commutes(orbits, use), !reachesFixedText(names),
      // Entries of managedFields are sorted by manager.
      definition.appliedKinds.isEmpty || !hasController
    else { return nil }
    var symmetry = ScenarioSymmetry(orbits: orbits, properties: scenario.properties.count)
    for (index, controller) in scenario.controllers.enumerated() {
      if case .builtin = controller.source { symmetry.orderSensitiveControllers.insert(index) }
      if use.controllers[index].isOrderSensitive {
        symmetry.orderSensitiveControllers.insert(index)
      }
      symmetry.computedNames[index] = use.controllers[index].functions
      symmetry.watchedNames[index] = use.watches[index].functions
    }
    for (index, property) in scenario.properties.enumerated() {
      symmetry.respectedProperties[index] = respects(property, use.properties[index], names)
    }
    return symmetry
  }

  private var declaredNames: [String] {
    scenario.controllers.compactMap {
      if case .declarative(let controller) = $0.source { controller.name } else { nil }
    }
  }

  /// Whether names of different lengths stay far from the limits that validation sets (63 for a
  /// label), whatever controllers put before and behind them.
  private func areShort(_ names: [String]) -> Bool {
    let longest = names.map(\.utf8.count).max() ?? 0
    var added = 0
    for case .declarative(let controller) in scenario.controllers.map(\.source) {
      for step in controller.steps {
        switch step.action {
        case .create(let body), .apply(let body), .update(let body), .status(let body),
          .patch(_, let body):
          added += body.expressions.map(\.source.utf8.count).reduce(0, +)
        case .delete: break
        }
      }
    }
    let hasBuiltin = scenario.controllers.contains {
      if case .builtin = $0.source { true } else { false }
    }
    return !hasBuiltin && longest <= 16 && added <= 2_000
  }

  /// Whether something that exchanges do not reach mentions a name: kinds, values of symbols.
  private func reachesFixedText(_ names: BlockNames) -> Bool {
    let kinds =
      definition.objects.map { "\($0.key.groupKind)" }
      + CompositionKinds.of(scenario).map { "\($0)" }
    let choices = scenario.symbols.flatMap { $0.choices ?? [] }
    return kinds.contains { !names.mentions(in: $0).isEmpty }
      || choices.contains { !names.mentions(in: $0).isEmpty }
  }

  /// Whether a property says the same after every exchange.
  private func respects(
    _ property: PropertyDeclaration, _ use: NameUse, _ names: BlockNames
  ) -> Bool {
    if case .confluent = property.claim { return false }
    guard use.failures.isEmpty, !use.isOrderSensitive else { return false }
    return names.mentions(in: text.value(property)).isEmpty
  }
}

/// The comparison of a scenario with itself after an exchange.
private struct Exchange {
  private let names: BlockNames
  private let items: [JSONValue]
  /// The items that mention each block.
  private let byBlock: [Set<Int>]
  let hasNamesAsKeys: Bool

  init(_ names: BlockNames, _ items: [JSONValue]) {
    self.names = names
    self.items = items
    var byBlock = [Set<Int>](repeating: [], count: names.texts.count)
    for (index, item) in items.enumerated() {
      for block in names.mentions(in: item) { byBlock[block].insert(index) }
    }
    self.byBlock = byBlock
    hasNamesAsKeys = items.contains { Self.hasNamesAsKeys($0, names) }
  }

  private static func hasNamesAsKeys(_ value: JSONValue, _ names: BlockNames) -> Bool {
    switch value {
    case .object(let object):
      object.entries.contains {
        !names.mentions(in: $0.key).isEmpty || hasNamesAsKeys($0.value, names)
      }
    case .array(let items): items.contains { hasNamesAsKeys($0, names) }
    case .null, .bool, .int, .double, .string, .symbolic: false
    }
  }

  /// Whether exchanging two blocks gives the same items.
  func isSame(_ one: Int, _ other: Int) -> Bool {
    var counts: [JSONValue: Int] = [:]
    for index in byBlock[one].union(byBlock[other]) {
      counts[items[index], default: 0] += 1
      counts[names.exchange(one, other, in: items[index]), default: 0] -= 1
    }
    return counts.values.allSatisfy { $0 == 0 }
  }
}
