internal import CEL

/// PATCH, and the record of who owns which field.
///
/// Follows handlers/patch.go.
extension APICall {
  func patch(_ type: PatchType, _ target: UpdateTarget) throws(APIError) -> APIResponse {
    if type == .apply { return try apply(target) }
    let existing = try existing()
    let base = view(existing, resourceVersion: reader.resourceVersion(of: key))
    var object = try patched(base, type, groupKind: resource.groupKind)
    object = try typedMetadata(object)
    try checkName(object)
    try checkNamespace(&object)
    return try write(object, over: existing, target)
  }

  /// An object after the patch in the body.
  func patched(_ object: JSONObject, _ type: PatchType, groupKind: GroupKind) throws(APIError)
    -> JSONObject
  {
    throw .unsupportedMediaType([])
  }

  /// PATCH with `application/apply-patch+yaml`.
  func apply(_ target: UpdateTarget) throws(APIError) -> APIResponse {
    throw .unsupportedMediaType([])
  }

  /// Brings `metadata.managedFields` up to date after a write that is no apply.
  func trackFields(_ object: inout JSONObject, old: JSONObject?) {}
}
