/// What `kverify explain code KV…` says of a code.
package struct DiagnosticExplanation: Hashable, Sendable {
  /// One line.
  package let title: String
  /// Why it is a mistake.
  package let explanation: String
  /// What it looks like.
  package let example: String
  /// What to do.
  package let nextStep: String
}

extension DiagnosticCode {
  /// The explanation of the code.
  package var explanation: DiagnosticExplanation {
    switch self {
    case .invalidUTF8, .yamlSyntax, .nestedTooDeeply, .aliasBomb, .duplicateKey, .tagTrap,
      .colonTrap, .braceTrap, .finalNewline, .booleanTrap, .fileTooLarge, .noDocument, .badKey,
      .notJSON:
      textExplanation
    case .noSuchFile, .unreadableFile, .patternMatchesNothing, .includeCycle, .unexpectedDocument,
      .noScenario, .badTrace:
      fileExplanation
    case .unknownField, .wrongType, .missingField, .exactlyOneOf, .badValue, .duplicateName,
      .unknownDocumentKind, .badName, .fieldsDoNotCombine, .notSupportedYet:
      fieldExplanation
    case .duplicateObject, .undefinedKind, .versionNotServed, .unknownController, .unknownName,
      .unknownStep, .unknownBuiltin, .unknownOption, .wrongScope, .incompleteManifest, .unused,
      .refusedObject:
      referenceExplanation
    case .expressionSyntax, .undefinedIdentifier, .expressionType, .resultType, .unknownFunction:
      expressionExplanation
    case .vacuousProperty, .unsatisfiableAssumption: resultExplanation
    }
  }

  private func explain(
    _ title: String, _ explanation: String, example: String, next: String
  ) -> DiagnosticExplanation {
    DiagnosticExplanation(
      title: title, explanation: explanation, example: example, nextStep: next)
  }

  private var textExplanation: DiagnosticExplanation {
    switch self {
    case .invalidUTF8:
      explain(
        "The file is not UTF-8 text.",
        "YAML for Kubernetes is UTF-8. The caret stands at the first byte that is not.",
        example: "a file saved as Latin-1 or UTF-16", next: "Save the file as UTF-8.")
    case .nestedTooDeeply:
      explain(
        "The document is nested too deeply.",
        "More than 128 levels are refused: no Kubernetes object needs them, and they cost stack.",
        example: "[[[[[[[[…", next: "Flatten the document.")
    case .aliasBomb:
      explain(
        "The document's aliases expand to far more than was written.",
        "A few lines of nested aliases can stand for billions of nodes; such documents are refused.",
        example: "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b, …]", next: "Write the values out.")
    case .duplicateKey:
      explain(
        "A mapping has a key twice.",
        "YAML decoders keep one of the two silently; the API server refuses such objects.",
        example: "spec:\n  replicas: 1\n  replicas: 2", next: "Remove one of the two.")
    case .tagTrap:
      explain(
        "A value that starts with ! is a YAML tag.",
        "In YAML an unquoted ! begins a tag, not a negation, so the expression is not what it seems.",
        example: "when: !has(db.status)", next: "Quote it: when: \"!has(db.status)\"")
    case .colonTrap:
      explain(
        "A colon ends an unquoted value.",
        "A colon followed by a space makes a mapping in YAML; a CEL conditional has one.",
        example: "always: a ? b : c", next: "Quote it: always: \"a ? b : c\"")
    case .braceTrap:
      explain(
        "A brace or bracket starts a YAML collection.",
        "An unquoted value that starts with { or [ is a YAML mapping or list, and inside { } and [ ] an unquoted ${x} ends at its brace.",
        example: "spec: {replicas: ${load}}", next: "Quote it: spec: {replicas: \"${load}\"}")
    case .finalNewline:
      explain(
        "A block scalar keeps its final line break.",
        "| and > end the text with a line break, so the field is not one ${…} alone: it is a string that ends with a line break.",
        example: "replicas: |\n  ${load}",
        next: "Use |- or >-, or write the expression on one line.")
    case .booleanTrap:
      explain(
        "yes, no, on, off, y and n are Booleans.",
        "Kubernetes reads YAML 1.1, in which these unquoted words are true and false.",
        example: "name: no", next: "Quote the word: name: \"no\"")
    case .fileTooLarge:
      explain(
        "The file is larger than 32 MiB.", "Files of such a size are refused before they are read.",
        example: "a database dump", next: "Point kverify at the manifests only.")
    case .noDocument:
      explain(
        "The file holds no document.", "There is nothing in it but comments or blank lines.",
        example: "# nothing", next: "Write a document, or remove the file from the list.")
    case .badKey:
      explain(
        "A key is not plain text.",
        "The keys of Kubernetes objects are strings; a list or a mapping cannot be a key.",
        example: "? [a, b]\n: c", next: "Use a string as the key.")
    case .notJSON:
      explain(
        "The value has no form in JSON.",
        "Kubernetes objects are JSON: infinities, not-a-number and integers past 64 bits do not exist there.",
        example: "value: .inf", next: "Use a finite number, or quote the text.")
    default:
      explain(
        "The text is not valid YAML.", "The caret stands where the reader could not go on.",
        example: "a: [1, 2", next: "Correct the syntax there, or just before.")
    }
  }

  private var fileExplanation: DiagnosticExplanation {
    switch self {
    case .unreadableFile:
      explain(
        "The file cannot be read.", "It is there, but reading it failed.",
        example: "a file without read permission", next: "Make it readable.")
    case .patternMatchesNothing:
      explain(
        "A file pattern matches nothing.",
        "Patterns are relative to the scenario's folder; an empty match is nearly always a typing error.",
        example: "- file: manifest/*.yaml", next: "Correct the pattern.")
    case .includeCycle:
      explain(
        "A file includes itself.",
        "Included files hold manifests and controllers, not the scenario.",
        example: "scenario.yaml:  objects: [{file: scenario.yaml}]",
        next: "Move what is to be included to a file of its own.")
    case .unexpectedDocument:
      explain(
        "A document of this kind does not belong here.",
        "Manifests go under spec.objects, Controller documents under spec.controllers or beside the scenario.",
        example: "controllers:\n- file: configmap.yaml", next: "Include the file in the other list."
      )
    case .noScenario:
      explain(
        "There is no Scenario document.",
        "kverify looks for documents of apiVersion kverify.dev/v1alpha1 and kind Scenario in *.yaml and *.yml files.",
        example: "kverify verify empty-folder", next: "Name a scenario's file or its folder.")
    case .badTrace:
      explain(
        "The file is not a recorded counterexample.",
        "kverify replay reads what kverify verify wrote under kverify-results.",
        example: "kverify replay scenario.yaml",
        next: "Run kverify verify, then the command that it prints.")
    default:
      explain(
        "There is no such file.", "Paths in a scenario are relative to the scenario's folder.",
        example: "- file: manifests/wbe.yaml", next: "Correct the path.")
    }
  }

  private var fieldExplanation: DiagnosticExplanation {
    switch self {
    case .unknownField:
      explain(
        "The field is not known.",
        "Unknown fields are errors, so that a typing error does not go unnoticed.",
        example: "properties:\n- {name: p, alway: \"true\"}",
        next: "Use the field that is meant; kverify schema lists all.")
    case .wrongType:
      explain(
        "The field holds a value of another type.", "The message says what is expected.",
        example: "times: many", next: "Write a value of the expected type.")
    case .missingField:
      explain(
        "A required field is missing.", "The document cannot be understood without it.",
        example: "- {always: \"true\"}   # no name", next: "Add the field.")
    case .exactlyOneOf:
      explain(
        "Exactly one of several fields must be there.",
        "A property has one claim, an event or a step one action.",
        example: "- {name: p, always: \"x\", never: \"y\"}",
        next: "Split the entry in two, or remove a field.")
    case .badValue:
      explain(
        "The value is not allowed here.", "The message names what is allowed.",
        example: "interleaving: call", next: "Use one of the allowed values.")
    case .duplicateName:
      explain(
        "Two things have one name.",
        "Symbols, names and variables share one scope; controllers, events, properties and step ids have one each.",
        example: "symbols: [{name: x, …}, {name: x, …}]", next: "Rename one of the two.")
    case .unknownDocumentKind:
      explain(
        "The document's apiVersion or kind is not known.",
        "Documents of kverify are Scenario and Controller of kverify.dev/v1alpha1.",
        example: "apiVersion: kverify.dev/v1", next: "Correct apiVersion and kind.")
    case .badName:
      explain(
        "The name cannot be used in expressions.",
        "Names that CEL reads are letters, digits and _, do not start with a digit, and are none of CEL's own words.",
        example: "names: {my-db: …}", next: "Use a name such as my_db.")
    case .fieldsDoNotCombine:
      explain(
        "These fields do not go together.", "One of the two has no meaning where the other stands.",
        example: "- {name: p, converges: true, when: \"x\"}", next: "Remove one of the two.")
    default:
      explain(
        "kverify does not support this yet.",
        "The form is known and will come with a later version.",
        example: "- name: dask\n  process: {…}",
        next: "Model the controller as a declarative Controller.")
    }
  }

  private var referenceExplanation: DiagnosticExplanation {
    switch self {
    case .duplicateObject:
      explain(
        "Two manifests describe the same object.",
        "Which of the two would be the initial state is open.",
        example: "two files with Deployment/web", next: "Remove one of the two.")
    case .undefinedKind:
      explain(
        "Nobody defines this kind.",
        "It is neither built in nor defined by a CustomResourceDefinition among the objects.",
        example: "owns: [{apiVersion: example.com/v1, kind: Databse}]",
        next: "Correct the kind, or add its CustomResourceDefinition to spec.objects.")
    case .versionNotServed:
      explain(
        "The kind is not served in this version.",
        "The API server would answer that it has no such resource.",
        example: "apiVersion: apps/v1beta1, kind: Deployment", next: "Use a served version.")
    case .unknownController:
      explain(
        "There is no controller of this name.",
        "Controllers are known by the names under spec.controllers.",
        example: "crash: {controllers: [databse]}", next: "Correct the name.")
    case .unknownName:
      explain(
        "There is no object under this name.",
        "Events and event rules speak of objects by spec.names.",
        example: "delete: dbb", next: "Correct the name, or bind it under spec.names.")
    case .unknownStep:
      explain(
        "There is no step of this id.",
        "children.<id> is the object that the step's template names.",
        example: "delete: children.secrte", next: "Correct the id.")
    case .unknownBuiltin:
      explain(
        "There is no built-in controller of this name.", "kverify explain lists them.",
        example: "- builtin: deployments", next: "Correct the name.")
    case .unknownOption:
      explain(
        "The built-in controller has no such option.",
        "kverify explain builtin NAME lists the options of one.",
        example: "- {builtin: kubelet, with: {fails: 1}}", next: "Correct the option.")
    case .wrongScope:
      explain(
        "The kind is cluster-scoped, or is not.", "A cluster-scoped object has no namespace.",
        example: "kind: Node with metadata.namespace", next: "Remove the namespace.")
    case .refusedObject:
      explain(
        "The API server refuses an object of the initial state.",
        "Every object is created through the simulated API server, with the rules of a real one.",
        example: "a Deployment whose selector does not match its template's labels",
        next: "Mend the object as kubectl create would demand.")
    case .incompleteManifest:
      explain(
        "The manifest lacks what every object has.",
        "An object needs apiVersion, kind and metadata.name.",
        example: "kind: ConfigMap without metadata", next: "Add what is missing.")
    default:
      explain(
        "Something is defined and never used.", "It has no influence on the verdict.",
        example: "a Controller document that spec.controllers does not name",
        next: "Use it or remove it.")
    }
  }

  private var resultExplanation: DiagnosticExplanation {
    switch self {
    case .unsatisfiableAssumption:
      explain(
        "No values of the symbols satisfy the assumptions.",
        "Then there is nothing to verify, and every property would hold. The verdict is inconclusive.",
        example: "assume: [\"load > 100\", \"load < 50\"]",
        next: "Weaken the assumption, or widen the range of a symbol.")
    default:
      explain(
        "A property holds because its condition is never true.",
        "The when of the property (or the from of its leadsTo) is false in every state that is reached, for all values of the symbols, so the property says nothing of the controllers. One that compares with `old` is judged at the steps that change an object it names.",
        example: "when: web.status.readyReplicas > 0   # and nobody ever sets it",
        next:
          "Correct the condition, or have the scenario reach it; a `sometimes` property shows how.")
    }
  }

  private var expressionExplanation: DiagnosticExplanation {
    switch self {
    case .undefinedIdentifier:
      explain(
        "The expression uses a name that nobody defines.",
        "Known are the scenario's names, symbols and variables and what the place offers; the message lists them.",
        example: "always: wbe.spec.replicas > 0", next: "Correct the name, or bind it.")
    case .expressionType:
      explain(
        "The types in the expression do not fit.",
        "No overload of the operator or function takes these types.",
        example: "always: \"1 + 'a' == 2\"", next: "Convert one side: string(x), int(x), dyn(x).")
    case .resultType:
      explain(
        "The expression yields a value of the wrong type.",
        "Claims and guards are Booleans; parts of a mixed ${…} text are strings.",
        example: "always: web.spec.replicas", next: "Compare it, or convert it.")
    case .unknownFunction:
      explain(
        "The expression calls a function that does not exist.",
        "Kubernetes' CEL libraries of the scenario's version are known, and fresh(), owned() and list().",
        example: "always: web.spec.has('x')", next: "Correct the name of the function.")
    default:
      explain(
        "The expression is not valid CEL.", "The caret stands where the parser could not go on.",
        example: "always: \"a &&\"", next: "Correct the expression there, or just before.")
    }
  }
}
