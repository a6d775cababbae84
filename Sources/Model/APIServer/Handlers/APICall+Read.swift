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
    if let version = request.parameters["resourceVersion"], !version.isEmpty {
      if !(request.parameters["continue"] ?? "").isEmpty {
        throw .badRequest("specifying resource version is not allowed when using continue")
      }
      guard version.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
        throw .internalFailure(
          "resourceVersion: Invalid value: \"\(version)\": strconv.ParseUint: parsing "
            + "\"\(version)\": invalid syntax")
      }
    }
    var items = reader.objects(
      of: resource.groupKind, namespace: listNamespace, selection: selection)
    var metadata = JSONObject()
    if let start = request.parameters["continue"], !start.isEmpty {
      let after = try Self.key(of: start)
      items.removeAll { "\($0.key.namespace)/\($0.key.name)" <= after }
    }
    if let text = request.parameters["limit"], !text.isEmpty {
      guard let limit = Int(text) else {
        throw .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
      }
      if limit > 0, items.count > limit {
        let rest = items.count - limit
        items.removeLast(rest)
        if let last = items.last?.key {
          metadata["continue"] = .string(Base64Text.encode("\(last.namespace)/\(last.name)"))
        }
        if selection == .all { metadata["remainingItemCount"] = .int(Int64(rest)) }
      }
    }
    return APIResponse(code: 200, body: .object(listBody(items, metadata)))
  }

  /// The list that answers a list and a deletecollection; items keep their versions.
  func listBody(_ items: [(key: ObjectKey, object: JSONObject)], _ metadata: JSONObject)
    -> JSONObject
  {
    let isCustom = resource.strategy is CustomResourceStrategy
    let views = items.map { item in
      var object = view(item.object, resourceVersion: reader.resourceVersion(of: item.key))
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

  private static func key(of token: String) throws(APIError) -> String {
    guard let text = Base64Text.decode(token) else {
      throw .badRequest("continue key is not valid: illegal base64 data")
    }
    return text
  }
}
