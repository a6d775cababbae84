internal import CEL

/// The finalizer of parents whose controller has a finalize hook.
///
/// Follows pkg/controller/common/finalizer/finalizer.go.
struct ParentFinalizer {
  let name: String
  /// Whether there is a finalize hook.
  let isEnabled: Bool

  init(_ controller: MetacontrollerController) {
    name = controller.finalizerName
    isEnabled = controller.finalize != nil
  }

  func isOn(_ parent: JSONObject) -> Bool { parent.finalizers.contains(name) }

  /// SyncObject: adds or removes the finalizer where the cached parent needs it; the parent as it then
  /// is.
  func sync(_ parent: JSONObject, _ client: MetacontrollerClient) throws -> JSONObject {
    guard isOn(parent) != isEnabled else { return parent }
    // One that is being deleted may have lost it already.
    if isEnabled, parent.deletionTimestamp != nil { return parent }
    let answer = try client.update(parent) { current in
      guard isOn(current) != isEnabled else { return false }
      if isEnabled { current.finalizers.append(name) } else { Self.remove(name, from: &current) }
      return true
    }
    return try answer.object("can't sync finalizer for the \(parent.kind)")
  }

  /// Removes the finalizer; the parent as it then is.
  func remove(from parent: JSONObject, _ client: MetacontrollerClient) throws -> JSONObject {
    let answer = try client.update(parent) { current in
      guard isOn(current) else { return false }
      Self.remove(name, from: &current)
      return true
    }
    return try answer.object("can't remove finalizer for the \(parent.kind)")
  }

  static func remove(_ name: String, from object: inout JSONObject) {
    object.finalizers.removeAll { $0 == name }
  }

  /// ShouldFinalize: whether the children of a parent that is being deleted are still managed; not
  /// where the garbage collector works on them.
  func managesChildren(of parent: JSONObject) -> Bool {
    let collects = parent.finalizers.contains { ["foregroundDeletion", "orphan"].contains($0) }
    return !collects && isOn(parent) && isEnabled
  }
}
