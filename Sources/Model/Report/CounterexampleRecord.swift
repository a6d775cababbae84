package import CEL

/// What a counterexample's file holds: enough to run it again, and the story for other programs.
package struct CounterexampleRecord: Hashable, Sendable {
  /// One step of a schedule: an action by its name, and which of its outcomes.
  package struct Step: Hashable, Sendable {
    package var action: String
    package var outcome: Int

    /// Makes a step.
    package init(action: String, outcome: Int = 0) {
      self.action = action
      self.outcome = outcome
    }
  }

  /// One run: its steps, and the step (from 1) before which the last state is reached again.
  package struct Schedule: Hashable, Sendable {
    package var steps: [Step]
    package var returnsToStep: Int?
    /// For `leadsTo`: after so many steps `from` holds.
    package var trigger: Int?

    /// Makes a schedule.
    package init(steps: [Step], returnsToStep: Int? = nil, trigger: Int? = nil) {
      self.steps = steps
      self.returnsToStep = returnsToStep
      self.trigger = trigger
    }
  }

  /// Why a file is not a record.
  package struct FormatError: Error, Hashable, Sendable {
    package let reason: String
  }

  package static let format = "kverify.dev/counterexample/v1alpha1"

  /// The scenario's file, relative to the folder that kverify ran in.
  package var path: String
  package var scenario: String
  package var property: String
  package var symbols: [SymbolValue]
  /// The projections that were off.
  package var withoutProjections: [String]
  /// Where the runs of the part start that the run is of: requests and events by name.
  package var part: [String]
  /// In which way the property is violated.
  package var violation: String
  package var schedules: [Schedule]

  /// Makes a record.
  package init(
    path: String, scenario: String, property: String, symbols: [SymbolValue] = [],
    withoutProjections: [String] = [], part: [String], violation: String,
    schedules: [Schedule]
  ) {
    self.path = path
    self.scenario = scenario
    self.property = property
    self.symbols = symbols
    self.withoutProjections = withoutProjections
    self.part = part
    self.violation = violation
    self.schedules = schedules
  }

  /// The record as JSON.
  package var json: JSONObject {
    [
      "format": .string(Self.format), "path": .string(path), "scenario": .string(scenario),
      "property": .string(property),
      "symbols": .array(
        symbols.map { .object(["name": .string($0.name), "value": $0.value]) }),
      "withoutProjections": .array(withoutProjections.map(JSONValue.string)),
      "part": .array(part.map(JSONValue.string)), "violation": .string(violation),
      "schedules": .array(
        schedules.map { schedule in
          .object([
            "returnsToStep": schedule.returnsToStep.map { .int(Int64($0)) } ?? .null,
            "trigger": schedule.trigger.map { .int(Int64($0)) } ?? .null,
            "steps": .array(
              schedule.steps.map {
                .object(["action": .string($0.action), "outcome": .int(Int64($0.outcome))])
              }),
          ])
        }),
    ]
  }

  /// Reads a record; other members, such as the story, are ignored.
  package init(json: JSONValue) throws(FormatError) {
    func text(_ key: String) throws(FormatError) -> String {
      guard let text = json[key]?.string else {
        throw FormatError(reason: "it has no text \"\(key)\"")
      }
      return text
    }
    guard json["format"]?.string == Self.format else {
      throw FormatError(reason: "its \"format\" is not \(Self.format)")
    }
    path = try text("path")
    scenario = try text("scenario")
    property = try text("property")
    symbols = try Self.items(json, "symbols") { item throws(FormatError) in
      guard let name = item["name"]?.string, let value = item["value"] else {
        throw FormatError(reason: "a symbol has no name or no value")
      }
      return SymbolValue(name: name, value: value)
    }
    withoutProjections = try Self.items(json, "withoutProjections") { item throws(FormatError) in
      guard let name = item.string else { throw FormatError(reason: "a projection is no text") }
      return name
    }
    violation = try text("violation")
    part = try Self.items(json, "part") { item throws(FormatError) in
      guard let name = item.string else { throw FormatError(reason: "a part is no text") }
      return name
    }
    schedules = try Self.items(json, "schedules") { item throws(FormatError) in
      let steps = try Self.items(item, "steps") { step throws(FormatError) in
        guard let action = step["action"]?.string, let outcome = step["outcome"]?.int,
          let number = Int(exactly: outcome), number >= 0
        else { throw FormatError(reason: "a step has no action or no outcome") }
        return Step(action: action, outcome: number)
      }
      let target = item["returnsToStep"]?.int.flatMap { Int(exactly: $0) }
      guard target.map({ $0 >= 1 && $0 <= steps.count }) ?? true else {
        throw FormatError(reason: "\"returnsToStep\" is no step")
      }
      return Schedule(
        steps: steps, returnsToStep: target,
        trigger: item["trigger"]?.int.flatMap { Int(exactly: $0) })
    }
    guard !schedules.isEmpty else { throw FormatError(reason: "it has no schedule") }
  }

  private static func items<Item>(
    _ json: JSONValue, _ key: String, each: (JSONValue) throws(FormatError) -> Item
  ) throws(FormatError) -> [Item] {
    guard let array = json[key]?.array else {
      throw FormatError(reason: "it has no list \"\(key)\"")
    }
    var items: [Item] = []
    for item in array { items.append(try each(item)) }
    return items
  }
}
