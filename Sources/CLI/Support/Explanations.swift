internal import Model

/// The texts of `kverify explain`.
enum Explanations {
  /// What can be explained.
  static var overview: String {
    """
    kverify verifies compositions of Kubernetes controllers. A scenario (scenario.yaml) names the
    objects at the start, the controllers that run, what may happen (events, faults), and the
    properties that must hold; kverify verify tries every interleaving.

    Built-in controllers (kverify explain builtin NAME):
    \(builtins)
    Metacontroller's controllers with real hooks: kverify explain metacontroller.

    Codes of findings (kverify explain code KV0301): kverify explain code lists them.

    """
  }

  /// The built-in controllers.
  static var builtins: String {
    list(
      BuiltinControllers.names.map { name in
        (name, BuiltinControllers.documentation(name)?.summary ?? "")
      })
  }

  /// A built-in controller; nil where there is none of this name.
  static func builtin(_ name: String) -> String? {
    BuiltinControllers.documentation(name)?.text
  }

  /// Metacontroller's controllers.
  static var metacontroller: String {
    """
    metacontroller: a CompositeController or DecoratorController around its real hooks.

    Follows pkg/controller/composite, pkg/controller/decorator and pkg/controller/common of
    metacontroller/metacontroller, with the default way of applying.

    The order of a CompositeController's calls:
      1. The finalizer, where there is a finalize hook: live read, update.
      2. Of each kind of children in the order of the file: orphans that the parent's selector accepts
         are adopted (after one live read of the parent), its own that it no longer accepts are
         released; each a live read and an update.
      3. The customize hook; then the sync hook, or the finalize hook of a parent that is being deleted.
         With a rolling strategy: revisions are claimed, the hook is asked once for each revision that
         still has children, ControllerRevisions are deleted, created, updated.
      4. The finalizer's removal, where the hook says finalized.
      5. Children that the hook does not list are deleted; then others are created, updated in place, or
         deleted to be created again by a later sync. Within each half in any order.
      6. The status with observedGeneration: live read, update of /status (of the object, where there is
         no such subresource).
    A DecoratorController has no step 2, writes status, then labels, annotations and finalizers of the
    object itself before step 5, and no step 6.

    What it does not:
      Server-side apply (Metacontroller's option) and etags. The customize hook is asked whenever its
      parent differs. Objects are claimed in the order of their names. Parents are looked at again
      only by resyncPeriodSeconds, not every half an hour.

    The scenario's fields:
      file         the YAML file with the controller; other documents in it are left alone
      command      the hooks' server, started in the scenario's folder; it listens on $PORT
      environment  more variables of it
      port         the port of a server that does not look at $PORT
      url          instead of command: a server that runs already, on 127.0.0.1
      generations  ranked (default): hooks use generations by their order only, which is checked;
                   exact: they may do what they like, and there are more states
      order        any (default): children are written in any order, n! runs of n writes; name: in the
                   order of their names, and the verdict covers only that

    """
  }

  /// All codes with their titles.
  static var codes: String {
    list(DiagnosticCode.allCases.map { ($0.rawValue, $0.explanation.title) })
  }

  /// One code.
  static func code(_ code: DiagnosticCode) -> String {
    let explanation = code.explanation
    let example = explanation.example.split(separator: "\n").map { "    \($0)\n" }.joined()
    return """
      \(code.rawValue) (\(code.severity.rawValue)): \(explanation.title)

      \(explanation.explanation)

      For example:
      \(example)
      What to do: \(explanation.nextStep)

      """
  }

  private static func list(_ entries: [(String, String)]) -> String {
    let width = entries.map(\.0.count).max() ?? 0
    return entries.map { name, text in
      "  \(name)\(String(repeating: " ", count: width - name.count))  \(text)\n"
    }.joined()
  }
}
