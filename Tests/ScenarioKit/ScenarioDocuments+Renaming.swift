import CEL
import Model

extension ScenarioDocuments {
  /// The same scenario with other names for all objects of the initial state and all controllers.
  ///
  /// The new names stand the other way round in every order: a search that leans on an order of names
  /// shows it.
  package func renamed() -> ScenarioDocuments {
    let names = Set(
      objects.filter { $0["kind"] != "CustomResourceDefinition" }
        .compactMap { $0.at("metadata", "name")?.string })
    let controllers = controllers.compactMap { $0["name"]?.string ?? $0["builtin"]?.string }
    var rewriting = Rewriting()
    // A name that is made of others follows from theirs.
    for name in names
    where !name.split(separator: "-").contains(where: {
      names.contains(String($0)) && $0.count < name.count
    }) {
      rewriting.words[name] = Self.mirrored(name)
    }
    var result = self
    result.name = "\(name)-renamed"
    result.objects = objects.map {
      $0["kind"] == "CustomResourceDefinition" ? $0 : rewriting.members($0)
    }
    result.controllers = self.controllers.map { entry in
      var renamed = entry
      let name = entry["name"]?.string ?? entry["builtin"]?.string
      renamed["name"] = name.map { .string(Self.mirrored($0)) }
      return renamed
    }
    result.documents = documents.map { document in
      var renamed = document
      if let name = document.at("metadata", "name")?.string {
        renamed.set(.string(Self.mirrored(name)), at: "metadata", "name")
      }
      renamed["spec"] = document["spec"].map(rewriting.texts)
      return renamed
    }
    result.change("names") { rewriting.bindings($0) }
    result.changeItems("events") { event in [rewriting.event(event)] }
    result.changeItems("properties") { property in
      var renamed = rewriting.property(property)
      if let by = property.at("never", "by")?.string, controllers.contains(by) {
        renamed.set(.string(Self.mirrored(by)), at: "never", "by")
      }
      return [renamed]
    }
    result.change("faults") { Self.faults($0) }
    return result
  }

  private static func faults(_ faults: JSONValue) -> JSONValue {
    var result = faults.object ?? JSONObject()
    for entry in result.entries {
      guard let controllers = entry.value["controllers"]?.array else { continue }
      result.set(
        .array(controllers.map { .string(mirrored($0.string ?? "")) }),
        at: entry.key, "controllers")
    }
    return .object(result)
  }

  /// Another name that begins with another letter: a for z, b for y.
  static func mirrored(_ name: String) -> String {
    guard let first = name.unicodeScalars.first, (97...122).contains(first.value),
      let mirror = Unicode.Scalar(219 - first.value)
    else { return "x" + name }
    return "\(mirror)\(name)"
  }
}

extension Rewriting {
  /// A property: what its expressions name; its own name stays.
  func property(_ property: JSONObject) -> JSONObject {
    JSONObject(
      property.entries.map { entry in
        guard entry.key != "name", entry.key != "message", let text = entry.value.string else {
          return (entry.key, entry.value)
        }
        return (entry.key, .string(expression(text)))
      })
  }

  /// The bindings of `spec.names`; their own names stay.
  func bindings(_ bindings: JSONValue) -> JSONValue {
    .object(
      JSONObject((bindings.object?.entries ?? []).map { ($0.key, texts($0.value)) }))
  }

  /// An event; its name, and the names of `spec.names` that are its targets, stay.
  func event(_ event: JSONObject) -> JSONObject {
    var result = event
    for verb in ["create", "apply", "update"] { result[verb] = event[verb].map(texts) }
    return result
  }
}
