/// The fields of `Controller` documents and of the entries of `spec.controllers`.
package enum ControllerFields {
  static let sources = ["builtin", "file", "metacontroller", "process"]

  static let reference = FieldTable(
    "ControllerReference", "A controller that runs.",
    [
      .optional("name", .objectName, "Its name; alone: the Controller document of that name."),
      .optional(
        "builtin", .choice(BuiltinControllers.names),
        "A model of one of Kubernetes' own controllers."),
      .optional(
        "namespaces", .list(.objectName),
        "The namespaces that its caches hold, beside what has none; all by default."),
      .optional("with", .map(.expression), "What the world answers a built-in controller, in CEL."),
      .optional("file", .text, "A file of Controller documents."),
      .optional(
        "metacontroller", .table { metacontroller },
        "A CompositeController or DecoratorController with its real hooks."),
      .optional("process", .table { process }, "Real code, in a process behind a host."),
      .optional("for", .table { primary }, "The kind that a process reconciles."),
      .optional("owns", .list(.table { owned }), "The kinds that a process owns."),
      .optional("watches", .list(.table { watch }), "The kinds that a process watches."),
      .optional(
        "memory", .choice(["none", "kept"]),
        "Whether a process keeps state in memory from one reconcile to the next; none by default."),
    ])

  static let process = FieldTable(
    "ControllerProcess", "A host, which is started in the scenario's folder.",
    [
      .required("command", .list(.text), "The program and its arguments."),
      .optional("environment", .map(.text), "Variables beside those that every host has."),
      .optional(
        "files", .list(.text),
        "The files and folders of its code, for the cache of its runs; the folder by default."),
      .optional("limits", .table { limits }, "What it may use before it is ended."),
      .optional(
        "unread", .list(.text),
        "Fields that its code does not read, such as Pod:status: it is given objects without them."),
    ])

  static let limits = FieldTable(
    "ProcessLimits", "What a host may use before it is ended.",
    [
      .optional(
        "seconds", .integer(1...86_400), "From one call to the next; 60 by default."),
      .optional("memory", .text, "Address space of each process, such as 4Gi; 16Gi by default."),
      .optional("output", .text, "Output in its whole life, such as 1Mi; 64Mi by default."),
      .optional("calls", .integer(1...1_000_000), "Calls of one reconcile; 10000 by default."),
    ])

  static let metacontroller = FieldTable(
    "MetacontrollerHooks", "A Metacontroller controller, and the server of its hooks.",
    exactlyOne: ["command", "url"],
    [
      .required("file", .text, "The file with the CompositeController or DecoratorController."),
      .optional(
        "command", .list(.text),
        "The hooks' server, which is started in the scenario's folder; it listens on $PORT."),
      .optional("environment", .map(.text), "Variables of the server, beside PORT and a few more."),
      .optional(
        "files", .list(.text),
        "The files and folders of its code, for the cache of its answers; the folder by default."),
      .optional(
        "port", .integer(1...65535), "The port of a server that listens on one of its own."),
      .optional("url", .text, "A server that runs already: http://127.0.0.1:PORT."),
      .optional(
        "generations", .choice(["ranked", "exact"]),
        "Whether hooks use generations by their order only (ranked, by default; it is checked)."),
      .optional(
        "order", .choice(["any", "name"]),
        "The order in which children are written: any (the default), or that of their names."),
    ])

  package static let document = FieldTable(
    "Controller", "A controller, as steps of one API call each.",
    [
      .required("apiVersion", .choice(["kverify.dev/v1alpha1"]), "The API version of this format."),
      .required("kind", .choice(["Controller"]), "The kind of this document."),
      .required("metadata", .table { ScenarioFields.metadata }, "The controller's name."),
      .required("spec", .table { spec }, "What it does."),
    ])

  static let spec = FieldTable(
    "ControllerSpec", "What the controller reconciles, what wakes it, and its steps.",
    [
      .required("for", .table { primary }, "The kind it reconciles."),
      .optional(
        "owns", .list(.table { owned }),
        "The kinds of its children: their changes wake their owner."),
      .optional("watches", .list(.table { watch }), "Other kinds that wake it."),
      .required("steps", .list(.table { step }), "What it does, in order."),
      .optional("requeueAfter", .duration, "A timer after each reconcile, such as 30s."),
      .optional("requeue", .expression, "Whether the request goes back to the queue."),
      .optional(
        "readYourWrites", .boolean,
        "Whether its cache shows its own writes at once; false by default."),
      .optional(
        "memory", .choice(["none", "kept"]),
        "none: steps keep no state between reconciles; a process may."),
    ])

  static let primary = FieldTable(
    "Primary", "The kind that is reconciled, and which objects of it.",
    ScenarioFields.versioned + [
      .optional("name", .objectName, "Only the object of this name."),
      .optional("namespace", .objectName, "Only objects of this namespace."),
      .optional("labels", .map(.text), "Only objects with these labels."),
    ])

  static let owned = FieldTable("OwnedKind", "A kind of children.", ScenarioFields.versioned)

  static let watch = FieldTable(
    "Watch", "A kind that wakes the controller.",
    ScenarioFields.versioned + [
      .required("map", .expression, "CEL over object: a list of {'namespace': …, 'name': …}.")
    ])

  package static let actions = ["apply", "create", "update", "patch", "delete", "status"]

  static let step = FieldTable(
    "Step", "One API call.", exactlyOne: actions,
    [
      .required("id", .identifier, "The step's name; children.<id> is its object."),
      .optional("when", .expression, "Whether the step is done."),
      .optional("apply", .template, "Applies this object, server side."),
      .optional("create", .template, "Creates this object."),
      .optional("update", .template, "Replaces the object by this one."),
      .optional("patch", .table { patch }, "Merges into an object."),
      .optional("delete", .either([.text, .template]), "Deletes an object."),
      .optional("status", .template, "Merges into the status of the request's object."),
      .optional("forEach", .list(.map(.expression)), "Repeats the step: [{x: <CEL list>}]."),
      .optional(
        "own", .boolean, "Whether the controller ownerReference is added; true by default."),
      .optional("force", .boolean, "Whether an apply takes fields over; true by default."),
      .optional(
        "preconditions", .boolean,
        "Whether a patch or a deletion carries uid and resourceVersion; false by default."),
      .optional(
        "readyWhen", .either([.expression, .list(.expression)]),
        "What holds back the later steps; by default, that the child exists."),
      .optional("requeueAfter", .duration, "A timer, such as 30s."),
      .optional("requeue", .expression, "Whether the request goes back to the queue."),
    ])

  static let patch = FieldTable(
    "StepPatch", "A merge patch.",
    [
      .required(
        "target", .either([.text, .template]),
        "object, children.<id>, or {apiVersion, kind, name, namespace}."),
      .required("merge", .template, "What is merged into it."),
    ])
}
