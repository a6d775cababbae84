internal import CEL

/// GET of an object and of a list.
///
/// Follows handlers/get.go, store.go (Get, ListPredicate) and storage/selection_predicate.go.
extension APICall {
  func get() throws(APIError) -> APIResponse {
    unchanged(try existing())
  }

  func list() throws(APIError) -> APIResponse {
    let selection = try selection()
    let start = try ListStart(request.parameters)
    let source = try source(of: start)
    var items = source.objects(
      of: resource.groupKind, namespace: listNamespace, selection: selection)
    var metadata = JSONObject()
    if let revision = start.exactRevision { metadata["resourceVersion"] = .string(revision) }
    if let after = start.after {
      items.removeAll { "\($0.key.namespace)/\($0.key.name)" <= after }
    }
    if let limit = start.limit, items.count > limit {
      let rest = items.count - limit
      items.removeLast(rest)
      if let last = items.last?.key {
        let revision =
          start.exactRevision ?? (reader as? any VersionedReader).map { String($0.revision) } ?? ""
        metadata["continue"] = .string(
          base64Text(Array("\(revision)|\(last.namespace)/\(last.name)".utf8)))
      }
      if selection == .all { metadata["remainingItemCount"] = .int(Int64(rest)) }
    }
    return APIResponse(code: 200, body: .object(listBody(items, metadata, from: source)))
  }

  /// The storage that a list reads: the present one, or a past one that it names.
  private func source(of start: ListStart) throws(APIError) -> any ObjectReader {
    guard let history = reader as? any VersionedReader else { return reader }
    if let minimum = start.minimumRevision, minimum > history.revision {
      var error = APIError(
        504, "Timeout",
        "Timeout: Too large resource version: \(minimum), current: \(history.revision)")
      error.details = [
        "causes": [
          ["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]
        ], "retryAfterSeconds": 1,
      ]
      throw error
    }
    guard let exact = start.exactRevision.flatMap({ Int64($0) }) else { return reader }
    guard let snapshot = history.snapshot(at: exact) else {
      throw APIError(
        410, "Expired",
        "The provided continue parameter is too old to display a consistent list result.")
    }
    return snapshot
  }

  /// The list that answers a list and a deletecollection; items keep their versions.
  func listBody(
    _ items: [(key: ObjectKey, object: JSONObject)], _ metadata: JSONObject,
    from source: any ObjectReader
  ) -> JSONObject {
    let isCustom = resource.strategy is CustomResourceStrategy
    let views = items.map { item in
      var object = view(item.object, resourceVersion: source.resourceVersion(of: item.key))
      // Typed lists leave out what all items have in common.
      if !isCustom {
        object["kind"] = nil
        object["apiVersion"] = nil
      }
      return JSONValue.object(object)
    }
    return [
      "apiVersion": .string(request.apiVersion), "kind": .string("\(resource.kind)List"),
      "metadata": .object(metadata), "items": .array(views),
    ]
  }

  /// nil for all namespaces.
  var listNamespace: String? {
    resource.isNamespaced && !request.namespace.isEmpty ? request.namespace : nil
  }

  /// What the selectors of the request select.
  func selection() throws(APIError) -> ObjectSelection {
    if request.labelSelector.isEmpty, request.fieldSelector.isEmpty { return .all }
    do throws(SelectorError) {
      _ = try LabelSelector(parsing: request.labelSelector)
      let fields = try FieldSelector(parsing: request.fieldSelector)
      for term in fields.terms { try checkField(term.path) }
    } catch {
      throw .badRequest(error.message)
    }
    return .selectors(label: request.labelSelector, field: request.fieldSelector)
  }

  /// The fields that may be selected on (each kind's AddFieldLabelConversionFunc).
  private func checkField(_ path: String) throws(SelectorError) {
    let common = ["metadata.name", "metadata.namespace"]
    if common.contains(path) || resource.selectableFields.contains(path) { return }
    if resource.strategy is CustomResourceStrategy || !resource.selectableFields.isEmpty {
      throw SelectorError("field label not supported: \(path)")
    }
    throw SelectorError(
      "\"\(path)\" is not a known field selector: only \"metadata.name\", "
        + "\"metadata.namespace\"")
  }
}
