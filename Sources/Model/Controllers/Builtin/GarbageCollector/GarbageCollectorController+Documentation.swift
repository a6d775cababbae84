extension GarbageCollectorController {
  static let documentation = BuiltinDocumentation(
    name: "garbagecollector",
    summary: "Deletes objects whose owners are gone, and finishes foreground and orphan deletions.",
    upstream: [
      "pkg/controller/garbagecollector/garbagecollector.go",
      "pkg/controller/garbagecollector/graph_builder.go",
      "pkg/controller/garbagecollector/operations.go",
      "pkg/controller/garbagecollector/patch.go",
    ],
    keys: [],
    creates: [],
    modelled: [
      "background deletion: owners are read live, and their uids compared",
      "foreground deletion with blockOwnerDeletion, orphan deletion (dependents in any order), both finalizers",
      "several owners; references to owners that are gone or wait are removed",
      "deletions on condition of uid and resourceVersion",
      "a request is an object of any kind: its name is Kind.group/name",
    ],
    leftOut: [
      "kinds outside of the composition",
      "the cache of absent owners (a uid never comes back, so live reads answer the same)",
      "the graph's virtual nodes: an owner that was never seen is read live",
    ])
}
