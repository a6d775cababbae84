/// The fields of `Scenario` documents.
package enum ScenarioFields {
  static let counts = FieldType.integer(0...1_000_000_000)
  static let versioned: [FieldTable.Field] = [
    .required("apiVersion", .text, "The group and version, such as apps/v1."),
    .required("kind", .text, "The kind, such as Deployment."),
  ]

  package static let document = FieldTable(
    "Scenario", "A composition of controllers, what may happen to it, and what must hold.",
    [
      .required("apiVersion", .choice(["kverify.dev/v1alpha1"]), "The API version of this format."),
      .required("kind", .choice(["Scenario"]), "The kind of this document."),
      .required("metadata", .table { metadata }, "The document's name."),
      .required("spec", .table { spec }, "The scenario."),
    ])

  static let metadata = FieldTable(
    "Metadata", "A document's name.",
    [
      .required("name", .objectName, "The name."),
      .optional("labels", .map(.text), "Labels, without meaning to kverify."),
      .optional("annotations", .map(.text), "Annotations, without meaning to kverify."),
    ])

  static let spec = FieldTable(
    "ScenarioSpec", "What is composed, what may happen, what must hold.",
    [
      .optional(
        "objects", .list(.either([.table { include }, .template])),
        "The objects of the initial state: manifests, or files of them."),
      .optional(
        "controllers", .list(.table { ControllerFields.reference }), "The controllers that run."),
      .optional("names", .map(.table { binding }), "Names for objects, for every expression."),
      .optional(
        "symbols", .list(.table { symbol }), "Unknown inputs; a verdict covers all their values."),
      .optional("assume", .list(.expression), "What the symbols satisfy."),
      .optional(
        "variables", .list(.table { variable }), "Named expressions, read as variables.<name>."),
      .optional("events", .list(.table { event }), "What users and the world may do."),
      .optional("faults", .table { faults }, "What may go wrong, with budgets."),
      .optional("bounds", .table { bounds }, "Limits of the search."),
      .optional("properties", .list(.table { property }), "What must hold."),
      .optional(
        "interleaving", .choice(["calls", "reconcile"]),
        "Where a reconcile is cut into steps; calls by default."),
      .optional("time", .choice(["fair", "anytime"]), "When timers may fire; fair by default."),
      .optional(
        "kubernetesVersion", .text, "The Kubernetes version whose rules hold; \"1.34\" by default."),
    ])

  static let include = FieldTable(
    "Include", "Files of manifests.",
    [
      .required("file", .text, "A path or a pattern with * and **, relative to this file."),
      .optional(
        "template", .boolean, "Whether ${…} in these manifests are expressions; false by default."),
    ])

  static let binding = FieldTable(
    "Name", "One object, or a list of objects.",
    versioned + [
      .optional("name", .objectName, "The object's name."),
      .optional(
        "namespace", .objectName,
        "The namespace; default by default. With list: all namespaces where absent."),
      .optional("list", .boolean, "Whether the name stands for a list of objects."),
      .optional("labels", .map(.text), "With list: labels that must match."),
    ])

  static let symbol = FieldTable(
    "Symbol", "An unknown input.",
    [
      .required("name", .identifier, "The name in expressions."),
      .required(
        "type", .choice(SymbolDeclaration.Kind.allCases.map(\.rawValue)), "The type of its values."),
      .optional("min", .integer(Int.min...Int.max), "The least value of an int."),
      .optional("max", .integer(Int.min...Int.max), "The greatest value of an int."),
      .optional("in", .list(.anything), "All values."),
    ])

  static let variable = FieldTable(
    "Variable", "A named expression.",
    [
      .required("name", .identifier, "The name; read as variables.<name>."),
      .required("expression", .expression, "Its value."),
    ])

  package static let actions = ["create", "apply", "update", "patch", "delete", "evict", "scale"]

  static let event = FieldTable(
    "Event", "Something a user or the world may do, at any time.", exactlyOne: actions,
    [
      .required("name", .objectName, "The event's name."),
      .optional("times", counts, "How often at most; 1 by default."),
      .optional("when", .expression, "Where it may happen; reads live objects."),
      .optional("create", .template, "Creates this object."),
      .optional("apply", .template, "Applies this object, server side."),
      .optional("update", .template, "Replaces an object by this one."),
      .optional("patch", .table { eventPatch }, "Merges into an object."),
      .optional(
        "delete", .either([.text, .table { eventDelete }]), "Deletes the object of this name."),
      .optional("evict", .either([.text, .table { target }]), "Evicts the Pod of this name."),
      .optional("scale", .table { eventScale }, "Sets replicas through the scale subresource."),
    ])

  static let eventPatch = FieldTable(
    "EventPatch", "A merge patch.",
    [
      .required("target", .either([.text, .table { target }]), "The object, by name."),
      .required("merge", .template, "What is merged into it."),
    ])

  static let eventDelete = FieldTable(
    "EventDelete", "A deletion.",
    [
      .required("target", .either([.text, .table { target }]), "The object, by name."),
      .optional(
        "propagationPolicy", .choice(PropagationPolicy.allCases.map(\.rawValue)),
        "What becomes of its dependents."),
    ])

  static let eventScale = FieldTable(
    "EventScale", "A change of the number of replicas.",
    [
      .required("target", .either([.text, .table { target }]), "The object, by name."),
      .required("replicas", .expression, "The new number."),
    ])

  static let target = FieldTable(
    "Target", "One object.",
    versioned + [
      .required("name", .objectName, "The object's name."),
      .optional("namespace", .objectName, "The namespace; default by default."),
    ])

  static let faults = FieldTable(
    "Faults", "What may go wrong.",
    [
      .optional(
        "crash", .table { budget }, "A controller stops between two API calls, and starts again."),
      .optional("staleReads", .table { staleReads }, "A controller's cache lags behind."),
      .optional("conflict", .table { budget }, "A write meets a concurrent change."),
      .optional("lostResponse", .table { budget }, "A write happens, and its answer is lost."),
    ])

  static let budget = FieldTable(
    "FaultBudget", "How often a fault may happen, and to whom.",
    [
      .optional("controllers", .list(.text), "The controllers; all by default."),
      .optional("times", counts, "How often, for each controller; 1 by default."),
    ])

  static let staleReads = FieldTable(
    "StaleReads", "How far caches may lag.",
    [
      .optional("controllers", .list(.text), "The controllers; all by default."),
      .optional(
        "lag", .integer(1...64), "The events per kind that may be outstanding; 1 by default."),
      .optional(
        "relist", .boolean, "Whether the list after a crash may be stale too; false by default."),
    ])

  static let bounds = FieldTable(
    "Bounds", "Limits of the search; one that cuts it makes the verdict inconclusive.",
    [.optional("states", .integer(1...Int.max), "The states to search at most.")])

  package static let claims = [
    "always", "never", "sometimes", "eventually", "leadsTo", "converges", "confluent", "settled",
  ]

  static let property = FieldTable(
    "Property", "Something that must hold.", exactlyOne: claims,
    [
      .required("name", .objectName, "The property's name."),
      .optional("always", .expression, "Holds in every state; with old, on every step."),
      .optional(
        "never", .either([.expression, .table { eventRule }]),
        "Holds in no state; or a step that never happens."),
      .optional("sometimes", .expression, "Holds in some reachable state."),
      .optional("eventually", .expression, "Comes to hold and stays, on every fair run."),
      .optional(
        "leadsTo", .table { leadsTo },
        "From each such state the other is reached, on every fair run."),
      .optional(
        "converges", .either([.boolean, .table { converges }]),
        "Every fair run reaches a state where nobody writes."),
      .optional(
        "confluent", .either([.boolean, .table { confluent }]), "All end states are equal."),
      .optional("settled", .expression, "Holds in every settled state."),
      .optional("when", .expression, "Where the property is judged at all."),
      .optional("message", .text, "Plain text for the report."),
      .optional("messageExpression", .expression, "CEL that yields the text for the report."),
      .optional("prove", .boolean, "Whether it is to be proved for all values and any depth."),
      .optional("lemmas", .list(.expression), "Lemmas for the proof."),
    ])

  static let leadsTo = FieldTable(
    "LeadsTo", "A response.",
    [
      .required("from", .expression, "Where it starts."),
      .required("to", .expression, "What must come."),
    ])

  static let converges = FieldTable(
    "Converges", "How convergence is judged.",
    [.optional("allowErrors", .boolean, "Whether a retry may fail again and again.")])

  static let confluent = FieldTable(
    "Confluent", "How end states are compared.",
    [
      .optional("ignore", .list(.text), "Fields left out: Kind[/name]:path."),
      .optional(
        "acrossEvents", .boolean, "Whether runs with other events and faults are compared too."),
    ])

  static let eventRule = FieldTable(
    "EventRule", "A step that must not happen.",
    [
      .optional("by", .text, "The controller; anyone by default."),
      .required("verb", .choice(EventRule.Verb.allCases.map(\.rawValue)), "What it does."),
      .optional("on", .text, "A name of spec.names, or a kind; everything by default."),
    ])
}
