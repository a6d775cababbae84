package import CEL

/// The form in which a client wants objects.
///
/// Follows staging/src/k8s.io/apiserver/pkg/endpoints/handlers/response.go (transformObject).
package enum ObjectForm: Hashable, Sendable {
  /// What a row of a table carries of its object.
  package enum RowObject: String, Hashable, Sendable {
    case none = "None"
    case metadata = "Metadata"
    case object = "Object"
  }

  /// As they are.
  case whole
  /// Tables, as kubectl prints them.
  case table(apiVersion: String, RowObject)
  /// Metadata alone.
  case metadata(apiVersion: String)
}

/// Turns answers into the form that a client asked for.
package struct ObjectPresentation {
  private let form: ObjectForm
  private let columns: [TableColumn]

  /// Makes the presentation of a kind's objects at a time.
  package init(_ form: ObjectForm, of request: APIRequest, _ served: ServedKinds, now: String) {
    self.form = form
    guard case .table = form else {
      columns = []
      return
    }
    let standard = TableColumns(now: now)
    let definition = served.definitions[request.groupKind]
    columns =
      definition.map { Self.columns(of: $0, request.apiVersion, standard) }
      ?? standard.of(request.groupKind)
  }

  /// An object, a list or a failure in the client's form; a failure stays as it is.
  package func present(_ body: JSONValue) -> JSONValue {
    guard let object = body.object, form != .whole else { return body }
    if object.kind == "Status", object.apiVersion == "v1" { return body }
    let items = body["items"]?.array
    switch form {
    case .whole: return body
    case .metadata(let apiVersion):
      guard let items else { return partial(object, apiVersion) }
      return [
        "kind": "PartialObjectMetadataList", "apiVersion": .string(apiVersion),
        "metadata": object["metadata"] ?? [:],
        "items": .array(items.compactMap(\.object).map { partial($0, apiVersion) }),
      ]
    case .table(let apiVersion, let rowObject):
      let rows = (items?.compactMap(\.object) ?? [object]).map {
        row($0, of: object, apiVersion, rowObject)
      }
      var metadata = JSONObject()
      for key in ["resourceVersion", "continue", "remainingItemCount"] {
        metadata[key] = object.metadata[key]
      }
      return [
        "kind": "Table", "apiVersion": .string(apiVersion), "metadata": .object(metadata),
        "columnDefinitions": .array(columns.map(\.definition)), "rows": .array(rows),
      ]
    }
  }

  /// An event of a watch in the client's form; errors and, in tables, bookmarks keep theirs.
  package func present(event: JSONValue) -> JSONValue {
    guard form != .whole, var result = event.object, let object = event["object"],
      event["type"] != "ERROR"
    else { return event }
    if case .table = form, event["type"] == "BOOKMARK" { return event }
    result["object"] = present(object)
    return .object(result)
  }

  private func partial(_ object: JSONObject, _ apiVersion: String) -> JSONValue {
    [
      "kind": "PartialObjectMetadata", "apiVersion": .string(apiVersion),
      "metadata": object["metadata"] ?? [:],
    ]
  }

  private func row(
    _ item: JSONObject, of body: JSONObject, _ apiVersion: String, _ rowObject: ObjectForm.RowObject
  ) -> JSONValue {
    var row: JSONObject = ["cells": .array(columns.map { $0.cell(item) })]
    switch rowObject {
    case .none: break
    case .metadata: row["object"] = partial(item, apiVersion)
    case .object:
      var whole = item
      if whole.kind.isEmpty, body.kind.hasSuffix("List") {
        whole["kind"] = .string(String(body.kind.dropLast(4)))
        whole["apiVersion"] = body["apiVersion"]
      }
      row["object"] = .object(whole)
    }
    return .object(row)
  }

  /// The printer columns of a definition.
  ///
  /// Follows staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/tableconvertor.
  private static func columns(
    of definition: JSONObject, _ apiVersion: String, _ standard: TableColumns
  ) -> [TableColumn] {
    let name = apiVersion.split(separator: "/").last.map(String.init) ?? ""
    let version = (definition.at("spec", "versions")?.array ?? []).first {
      $0["name"]?.string == name
    }
    guard let columns = version?["additionalPrinterColumns"]?.array, !columns.isEmpty else {
      return [TableColumns.name, standard.age]
    }
    return [TableColumns.name]
      + columns.map { column in
        let path = PrinterPath(column["jsonPath"]?.string ?? "")
        let type = column["type"]?.string ?? "string"
        return TableColumn(
          column["name"]?.string ?? "", type: type, format: column["format"]?.string ?? "",
          description: column["description"]?.string ?? "", priority: column["priority"]?.int ?? 0
        ) { object in
          let value = path.value(in: .object(object))
          if type == "date" {
            return .string(HumanDuration.between(value?.string, standard.now))
          }
          if type == "string" { return .string(value.map { $0.string ?? $0.text } ?? "") }
          return value ?? .null
        }
      }
  }
}
