extension NamespaceController {
  static let documentation = BuiltinDocumentation(
    name: "namespace",
    summary: "Deletes all that a deleted Namespace holds, then lets the Namespace go.",
    upstream: [
      "pkg/controller/namespace/namespace_controller.go",
      "pkg/controller/namespace/deletion/namespaced_resources_deleter.go",
      "pkg/controller/namespace/deletion/status_condition_utils.go",
    ],
    keys: [],
    creates: [],
    modelled: [
      "the objects of each kind are deleted as a collection (background), or one by one where the "
        + "kind has no collection to delete",
      "the order of kinds is a choice among those of which there are objects; since 1.33 Pods go "
        + "first, and nothing else before they are gone (OrderedNamespaceDeletion)",
      "the five conditions; objects with finalizers are waited for with a timer",
      "Pods with a grace period are waited for until it has passed (a choice), then they count as "
        + "a failure",
      "PUT to /finalize, again after a conflict; the Namespace's own finalizers hold it further",
    ],
    leftOut: [
      "kinds outside of the composition", "failures of discovery",
      "the 5 seconds that it waits before it looks at a deleted Namespace",
    ])
}
