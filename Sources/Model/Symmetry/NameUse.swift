internal import CEL

/// What an analysis of expressions found of their use of names and of lists ordered by names.
struct NameUse {
  /// Why names cannot be exchanged: what an expression does that its form does not excuse.
  var failures: [String] = []
  /// Whether the order of a list of objects, which is that of their names, may matter.
  var isOrderSensitive = false
  /// Whether the length of a text may matter.
  var usesLength = false
  /// The parts that compute with the text of a name.
  var functions: [NameFunction] = []

  mutating func formUnion(_ other: NameUse) {
    failures += other.failures
    isOrderSensitive = isOrderSensitive || other.isOrderSensitive
    usesLength = usesLength || other.usesLength
    functions += other.functions
  }
}

/// What is known of a value from the form of its expression.
struct ValueForm {
  /// A list in the order of its objects' names: the order changes when names are exchanged.
  var isOrderedByName = false
  /// Certainly no text and nothing that holds one.
  var isNumber = false
  /// Certainly a list.
  var isList = false

  static let plain = ValueForm()
  static let number = ValueForm(isNumber: true)
  static let list = ValueForm(isList: true)
  static let listByName = ValueForm(isOrderedByName: true, isList: true)
}

/// What the variables of an expression stand for.
struct NameAnalysisScope {
  /// The form of a variable, by its whole name (`children.x`, `old.cells`); nil for an unknown one.
  let form: (String) -> ValueForm?
  /// Whether evaluating a variable or calling `list`, `owned` and `fresh` is a question of a
  /// reconcile, so that the order of evaluation is seen.
  let readsAreQuestions: Bool
  /// Whether `object` is one object whose name functions may be tried out.
  let mayComputeNames: Bool
}
