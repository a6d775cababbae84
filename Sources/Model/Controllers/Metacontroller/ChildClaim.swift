internal import CEL

/// Which objects are a parent's children.
///
/// Follows pkg/dynamic/controllerref/unstructured.go: the whole list of references is written, by an
/// update.
struct ChildClaim: Claim {
  let client: MetacontrollerClient
  /// The parent.
  let controller: JSONObject
  let selector: LabelSelector

  /// The children among some objects, as the cache has them, after adopting and releasing.
  func claim(_ objects: [JSONObject]) throws -> [JSONObject] {
    try claim(objects, where: selector.matches)
  }

  func readController() throws -> APIResponse { try client.plain.get(controller) }

  func adopt(_ object: JSONObject) throws -> APIResponse {
    let reference = ControllerReference.make(to: controller)
    return try client.update(object) { current in
      let references = others(current) + [reference]
      current.metadata["ownerReferences"] = .array(references.map { .object($0) })
      return true
    }
  }

  func release(_ object: JSONObject) throws -> APIResponse {
    try client.update(object) { current in
      let references = others(current)
      current.metadata["ownerReferences"] =
        references.isEmpty ? nil : .array(references.map { .object($0) })
      return true
    }
  }

  /// The references to others.
  private func others(_ object: JSONObject) -> [JSONObject] {
    object.ownerReferences.filter { $0["uid"]?.string != controller.uid }
  }
}
