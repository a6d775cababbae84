package import CEL

/// The metadata of a Kubernetes object, read and written in place.
extension JSONObject {
  /// `apiVersion`; empty where absent.
  package var apiVersion: String { self["apiVersion"]?.string ?? "" }

  /// `kind`; empty where absent.
  package var kind: String { self["kind"]?.string ?? "" }

  /// `metadata`; empty where absent.
  package var metadata: JSONObject {
    get { self["metadata"]?.object ?? JSONObject() }
    set { self["metadata"] = .object(newValue) }
  }

  /// `metadata.name`; empty where absent.
  package var name: String { metadata["name"]?.string ?? "" }

  /// `metadata.namespace`; empty where absent.
  package var namespace: String { metadata["namespace"]?.string ?? "" }

  /// `metadata.uid`; empty where absent.
  package var uid: String { metadata["uid"]?.string ?? "" }

  /// `metadata.generation`; 0 where absent, and then not written.
  package var generation: Int64 {
    get { metadata["generation"]?.int ?? 0 }
    set { metadata["generation"] = newValue == 0 ? nil : .int(newValue) }
  }

  /// `metadata.labels`; empty where absent, and then not written.
  package var labels: JSONObject {
    get { metadata["labels"]?.object ?? JSONObject() }
    set { metadata["labels"] = newValue.isEmpty ? nil : .object(newValue) }
  }

  /// `metadata.annotations`; empty where absent, and then not written.
  package var annotations: JSONObject {
    get { metadata["annotations"]?.object ?? JSONObject() }
    set { metadata["annotations"] = newValue.isEmpty ? nil : .object(newValue) }
  }

  /// `metadata.finalizers`; empty where absent, and then not written.
  package var finalizers: [String] {
    get { (metadata["finalizers"]?.array ?? []).compactMap(\.string) }
    set {
      metadata["finalizers"] = newValue.isEmpty ? nil : .array(newValue.map { .string($0) })
    }
  }

  /// `metadata.ownerReferences`; empty where absent.
  package var ownerReferences: [JSONObject] {
    (metadata["ownerReferences"]?.array ?? []).compactMap(\.object)
  }

  /// The ownerReference with `controller: true`.
  package var controllerReference: JSONObject? {
    ownerReferences.first { $0["controller"]?.bool == true }
  }

  /// `metadata.deletionTimestamp`; nil where the object is not being deleted.
  package var deletionTimestamp: String? {
    get { metadata["deletionTimestamp"]?.string }
    set { metadata["deletionTimestamp"] = newValue.map(JSONValue.string) }
  }

  /// `metadata.deletionGracePeriodSeconds`.
  package var deletionGracePeriodSeconds: Int64? {
    get { metadata["deletionGracePeriodSeconds"]?.int }
    set { metadata["deletionGracePeriodSeconds"] = newValue.map(JSONValue.int) }
  }

  /// `metadata.resourceVersion`; nil where absent or empty, as it is in storage.
  package var resourceVersion: String? {
    get {
      let version = metadata["resourceVersion"]?.string
      return version?.isEmpty == true ? nil : version
    }
    set { metadata["resourceVersion"] = newValue.map(JSONValue.string) }
  }
}
