/// A family of compositions whose number of reachable states is known exactly (POR.md, section 6).
///
/// Each is a scenario of declarative controllers in mode `interleaving: reconcile`. The controllers
/// reconcile `Task` objects, which nobody writes, and write `Cell` objects, which nobody watches unless
/// the family says so; one property reads all cells, so that the composition is one component.
struct FamilyScenario: Sendable, CustomStringConvertible {
  /// The family's name, also its file's.
  let name: String
  /// The size.
  let k: Int
  /// The number of states of the full search.
  let states: Int
  /// The number of quiescent states.
  let quiescent: Int
  /// Whether some fair run never settles.
  let hasLivelock: Bool
  /// The scenario's document.
  let text: String

  var description: String { "\(name)(\(k))" }
}

/// The families of POR.md section 6 at any size; Tests/Families holds them at k = 3.
enum FamilyScenarios {
  /// All families at a size; chains and cascades are shorter where there are many.
  static func all(_ k: Int) -> [FamilyScenario] {
    let length = k <= 5 ? 3 : 2
    return [
      writers(k), wokenWriters(k), chains(k, length: length), cascades(k, length: length),
      fanOut(k),
      creatorsAndBlindLister(k), readers(k), creatorsAndLister(k), lastWriters(k), counters(k),
      fanIn(k), fight(k), userEvents(k),
    ]
  }

  /// k independent writers: 2^k.
  static func writers(_ k: Int) -> FamilyScenario {
    var family = FamilyDocument("writers", k)
    for i in 1...k {
      family.task("t\(i)")
      family.cell("c\(i)", value: 0)
    }
    family.controller(
      "writer", reconciles: .tasks,
      """
      - id: write
        patch:
          target: {apiVersion: families.kverify.dev/v1, kind: Cell, name: "c${object.metadata.name.substring(1)}"}
          merge: {spec: {value: 1}}
      """)
    return family.scenario(states: 1 << k, quiescent: 1)
  }

  /// k writers that their own writes wake: one reconcile more each, 3^k.
  static func wokenWriters(_ k: Int) -> FamilyScenario {
    var family = FamilyDocument("woken-writers", k)
    for i in 1...k { family.cell("c\(i)", value: 0) }
    family.controller("writer", reconciles: .cells, set("object", value: "1"))
    return family.scenario(states: power(3, k), quiescent: 1)
  }

  /// k chains of n requeues, each by a write that wakes its writer: (n+1)^k.
  static func chains(_ k: Int, length n: Int) -> FamilyScenario {
    var family = FamilyDocument("chains", k)
    for i in 1...k { family.cell("c\(i)", value: 0) }
    family.controller(
      "counter", reconciles: .cells,
      """
      - id: count
        when: object.spec.value < \(n - 1)
        patch:
          target: object
          merge: {spec: {value: "${object.spec.value + 1}"}}
      """)
    return family.scenario(states: power(n + 1, k), quiescent: 1)
  }

  /// k cascades of length n, each cell waking who writes the next: (n+1)^k.
  static func cascades(_ k: Int, length n: Int) -> FamilyScenario {
    var family = FamilyDocument("cascades", k)
    for i in 1...k {
      for j in 0...n {
        family.cell(
          "c\(i)-\(j)", value: j == 0 ? 1 : 0, labels: j == 0 ? ["first": "yes"] : [:],
          next: j < n ? "c\(i)-\(j + 1)" : nil)
      }
    }
    family.controller(
      "cascade", reconciles: .cells, labels: ["first": "yes"],
      watchesCells: "has(object.spec.next) ? [{'name': object.metadata.name}] : []",
      """
      - id: passOn
        patch:
          target: {apiVersion: families.kverify.dev/v1, kind: Cell, name: "${object.spec.next}"}
          merge: {spec: {value: "${object.spec.value}"}}
      """)
    return family.scenario(states: power(n + 1, k), quiescent: 1)
  }

  /// Fan-out: a parent makes k children, each of which is reconciled: 1 + 3^k.
  static func fanOut(_ k: Int) -> FamilyScenario {
    var family = FamilyDocument("fan-out", k)
    family.task("parent")
    family.controller(
      "parent", reconciles: .tasks,
      """
      - id: children
        forEach: [{i: "lists.range(\(k))"}]
        create:
          apiVersion: families.kverify.dev/v1
          kind: Cell
          metadata: {name: "c${string(i)}"}
          spec: {value: 1}
      """)
    family.controller("child", reconciles: .cells, set("object", value: "2"))
    return family.scenario(states: 1 + power(3, k), quiescent: 1)
  }

  /// k creators and a lister whose selector matches none of what they make: 2^(k+1).
  static func creatorsAndBlindLister(_ k: Int) -> FamilyScenario {
    creators("creators-blind-lister", k, label: "other", states: 2 << k, quiescent: 1)
  }

  /// k creators and a one-shot lister of what they make: 2^(k+1) + k·2^(k-1).
  static func creatorsAndLister(_ k: Int) -> FamilyScenario {
    creators(
      "creators-lister", k, label: "counted", states: (2 << k) + k << (k - 1), quiescent: k + 1)
  }

  /// One writer and k readers that copy what it writes: 2^k + 3^k.
  static func readers(_ k: Int) -> FamilyScenario {
    var family = FamilyDocument("readers", k)
    family.task("writer", role: "writer")
    family.cell("source", value: 1, labels: ["role": "source"])
    for i in 1...k {
      family.task("t\(i)", role: "reader")
      family.cell("c\(i)", value: 0)
    }
    family.controller(
      "writer", reconciles: .tasks, labels: ["role": "writer"], set("source", value: "2"))
    family.controller(
      "reader", reconciles: .tasks, labels: ["role": "reader"],
      """
      - id: copy
        patch:
          target: {apiVersion: families.kverify.dev/v1, kind: Cell, name: "c${object.metadata.name.substring(1)}"}
          merge:
            spec:
              value: "${list('families.kverify.dev/v1', 'Cell', 'default', {'role': 'source'})[0].spec.value}"
      """)
    return family.scenario(states: 1 << k + power(3, k), quiescent: 1 << k)
  }

  /// k last-writers on one object: 1 + k·2^(k-1).
  static func lastWriters(_ k: Int) -> FamilyScenario {
    var family = FamilyDocument("last-writers", k)
    family.cell("shared", value: 0)
    for i in 1...k { family.task("t\(i)", number: i) }
    family.controller(
      "writer", reconciles: .tasks, set("shared", value: "${object.spec.number}"))
    return family.scenario(states: 1 + k << (k - 1), quiescent: k)
  }

  /// k counter increments on one object: 2^k.
  static func counters(_ k: Int) -> FamilyScenario {
    var family = FamilyDocument("counters", k)
    family.cell("shared", value: 0, labels: ["role": "counter"])
    for i in 1...k { family.task("t\(i)") }
    family.controller(
      "counter", reconciles: .tasks,
      set(
        "shared",
        value:
          "${list('families.kverify.dev/v1', 'Cell', 'default', {'role': 'counter'})[0].spec.value + 1}"
      ))
    return family.scenario(states: 1 << k, quiescent: 1)
  }

  /// Fan-in: k children wake a parent that lists them: 2^k + k·2^(k-1).
  ///
  /// The parent's own kind is narrowed to objects that do not exist, so that it is not enqueued at the
  /// start; only the children wake it.
  static func fanIn(_ k: Int) -> FamilyScenario {
    var family = FamilyDocument("fan-in", k)
    family.task("parent", role: "parent")
    family.cell("total", value: 0)
    for i in 1...k {
      family.task("t\(i)", role: "child")
      family.cell("c\(i)", value: 0, labels: ["role": "child"])
    }
    family.controller(
      "child", reconciles: .tasks, labels: ["role": "child"],
      """
      - id: ready
        patch:
          target: {apiVersion: families.kverify.dev/v1, kind: Cell, name: "c${object.metadata.name.substring(1)}"}
          merge: {spec: {value: 1}}
      """)
    family.controller(
      "parent", reconciles: .tasks, labels: ["role": "nobody"],
      watchesCells: "object.metadata.name == 'total' ? [] : [{'name': 'parent'}]",
      set(
        "total",
        value: """
          ${list('families.kverify.dev/v1', 'Cell', 'default', {'role': 'child'})\
          .filter(c, c.spec.value == 1).size()}
          """))
    return family.scenario(states: 1 << k + k << (k - 1), quiescent: 1)
  }

  /// Two controllers that fight over one object, and k independent writers: 5·2^k, and a livelock.
  static func fight(_ k: Int) -> FamilyScenario {
    var family = FamilyDocument("fight", k)
    family.cell("shared", value: 0, labels: ["role": "shared"])
    for i in 1...k {
      family.task("t\(i)")
      family.cell("c\(i)", value: 0)
    }
    family.controller(
      "one", reconciles: .cells, labels: ["role": "shared"], set("object", value: "1"))
    family.controller(
      "two", reconciles: .cells, labels: ["role": "shared"], set("object", value: "2"))
    family.controller(
      "writer", reconciles: .tasks,
      """
      - id: write
        patch:
          target: {apiVersion: families.kverify.dev/v1, kind: Cell, name: "c${object.metadata.name.substring(1)}"}
          merge: {spec: {value: 1}}
      """)
    return family.scenario(states: 5 << k, quiescent: 0, hasLivelock: true)
  }

  /// k optional user events: 3^k.
  static func userEvents(_ k: Int) -> FamilyScenario {
    var family = FamilyDocument("user-events", k)
    for i in 1...k {
      family.cell("c\(i)", value: 0)
      family.event("e\(i)", sets: "c\(i)")
    }
    return family.scenario(states: power(3, k), quiescent: 1 << k)
  }

  private static func creators(
    _ name: String, _ k: Int, label: String, states: Int, quiescent: Int
  ) -> FamilyScenario {
    var family = FamilyDocument(name, k)
    family.task("lister", role: "lister")
    family.cell("result", value: -1)
    for i in 1...k { family.task("t\(i)", role: "creator") }
    family.controller(
      "creator", reconciles: .tasks, labels: ["role": "creator"],
      """
      - id: create
        create:
          apiVersion: families.kverify.dev/v1
          kind: Cell
          metadata: {name: "c${object.metadata.name.substring(1)}", labels: {role: \(label)}}
          spec: {value: 1}
      """)
    family.controller(
      "lister", reconciles: .tasks, labels: ["role": "lister"],
      set(
        "result",
        value: "${size(list('families.kverify.dev/v1', 'Cell', 'default', {'role': 'counted'}))}"))
    return family.scenario(states: states, quiescent: quiescent)
  }

  /// A step that sets the value of a cell, or of the request's object.
  private static func set(_ cell: String, value: String) -> String {
    let target =
      cell == "object"
      ? "object" : "{apiVersion: families.kverify.dev/v1, kind: Cell, name: \(cell)}"
    let text = value.hasPrefix("$") ? "\"\(value)\"" : value
    return """
      - id: set
        patch:
          target: \(target)
          merge: {spec: {value: \(text)}}
      """
  }

  private static func power(_ base: Int, _ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { result, _ in result * base }
  }
}
