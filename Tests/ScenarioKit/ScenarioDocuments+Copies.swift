import CEL
import Model

extension ScenarioDocuments {
  /// So many copies of the scenario in one, each in namespaces of its own.
  ///
  /// Objects, names, events and properties are written once for each copy. So are the controllers: a
  /// copy's caches hold its namespaces only, for faults and lagging caches are per controller. What has
  /// no namespace is shared where nothing in it tells the copies apart (definitions of kinds). A
  /// property of everything (`converges`, `confluent`) stays one.
  ///
  /// Throws where the text does not say what belongs to a copy.
  package func copied(_ count: Int) throws -> ScenarioDocuments {
    if spec["variables"] != nil { throw Unsuitable("\(name) has variables") }
    let namespaces = try namespaces
    var result = self
    result.name = "\(name)-times-\(count)"
    result.objects = objects.filter { $0["kind"] == "CustomResourceDefinition" }
    result.controllers = []
    result.documents = []
    let copies = (1...count).map { CopyOfScenario(of: self, number: $0, namespaces: namespaces) }
    for copy in copies {
      for object in objects.map(copy.object) where !result.objects.contains(object) {
        result.objects.append(object)
      }
      result.controllers += controllers.map(copy.controller)
      result.documents += documents.map(copy.document)
    }
    result.change("names") { names in
      .object(
        JSONObject(copies.flatMap { copy in (names.object?.entries ?? []).map(copy.binding) }))
    }
    result.changeItems("events") { event in copies.map { $0.event(event) } }
    result.changeItems("properties") { property in
      property["converges"] != nil || property["confluent"] != nil
        ? [property] : copies.map { $0.property(property) }
    }
    result.change("faults") { faults in
      .object(
        JSONObject(
          (faults.object?.entries ?? []).map { entry in
            (entry.key, Self.fault(entry.value, copies))
          }))
    }
    return result
  }

  private static func fault(_ fault: JSONValue, _ copies: [CopyOfScenario]) -> JSONValue {
    guard var object = fault.object, let controllers = object["controllers"]?.array else {
      return fault
    }
    object["controllers"] = .array(
      copies.flatMap { copy in
        controllers.compactMap(\.string).map { .string(copy.named($0)) }
      })
    return .object(object)
  }

  /// The namespaces that objects and names lie in.
  private var namespaces: [String] {
    get throws {
      var found: Set<String> = []
      for object in objects where isNamespaced(object) {
        found.insert(object.at("metadata", "namespace")?.string ?? "default")
      }
      for binding in (spec["names"]?.object?.entries ?? []).compactMap(\.value.object)
      where isNamespaced(binding) {
        if binding["list"] == true && binding["namespace"] == nil { continue }
        found.insert(binding["namespace"]?.string ?? "default")
      }
      let hasWideList = (spec["names"]?.object?.entries ?? []).contains {
        $0.value["list"] == true && $0.value["namespace"] == nil
      }
      if hasWideList && found.count > 1 {
        throw Unsuitable("\(name) has a name for a list over several namespaces")
      }
      return found.sorted()
    }
  }
}

/// One of the copies of a scenario.
struct CopyOfScenario {
  private let number: Int
  private let original: ScenarioDocuments
  private let namespaces: [String]
  private let rewriting: Rewriting

  /// Makes the copy of a number.
  init(of original: ScenarioDocuments, number: Int, namespaces: [String]) {
    self.number = number
    self.original = original
    self.namespaces = namespaces
    var rewriting = Rewriting()
    for namespace in namespaces {
      // `default` is a part of too many names.
      if namespace == "default" {
        rewriting.wholeWords[namespace] = "\(namespace)-\(number)"
      } else {
        rewriting.words[namespace] = "\(namespace)-\(number)"
      }
    }
    for name in original.spec["names"]?.object?.keys ?? [] {
      rewriting.variables[name] = "\(name)_\(number)"
    }
    self.rewriting = rewriting
  }

  /// The name of something of this copy.
  func named(_ name: String) -> String { "\(name)-\(number)" }

  func object(_ object: JSONObject) -> JSONObject {
    if object["kind"] == "CustomResourceDefinition" { return object }
    var result = rewriting.members(object)
    if original.isNamespaced(object) { placed(&result, at: "metadata", "namespace") }
    return result
  }

  /// Puts what names no namespace into the copy's own `default`.
  private func placed(_ object: inout JSONObject, at path: String...) {
    if object.value(at: path[...]) == nil {
      object.set(.string(named("default")), along: path[...])
    }
  }

  func controller(_ entry: JSONObject) -> JSONObject {
    var result = entry
    let name = entry["name"]?.string ?? entry["builtin"]?.string ?? ""
    result["name"] = .string(named(name))
    result["namespaces"] = .array(namespaces.map { .string(named($0)) })
    if let with = entry["with"]?.object {
      result["with"] = .object(
        JSONObject(
          with.entries.map { option in
            let text = option.value.string.map(rewriting.expression)
            return (option.key, text.map(JSONValue.string) ?? option.value)
          }))
    }
    return result
  }

  func document(_ document: JSONObject) -> JSONObject {
    var result = document
    if let name = document.at("metadata", "name")?.string {
      result.set(.string(named(name)), at: "metadata", "name")
    }
    if let spec = document["spec"] { result["spec"] = rewriting.texts(spec) }
    return result
  }

  func binding(_ entry: JSONObject.Entry) -> (String, JSONValue) {
    var binding = rewriting.members(entry.value.object ?? JSONObject())
    if original.isNamespaced(binding) {
      if binding["list"] == true, binding["namespace"] == nil {
        binding["namespace"] = .string(named(namespaces.first ?? "default"))
      }
      placed(&binding, at: "namespace")
    }
    return (rewriting.variables[entry.key] ?? entry.key, .object(binding))
  }

  func event(_ event: JSONObject) -> JSONObject {
    var result = event
    result["name"] = event["name"]?.string.map { .string(named($0)) }
    result["when"] = event["when"]?.string.map { .string(rewriting.expression($0)) }
    for verb in ["create", "apply", "update"] {
      guard var template = event[verb].map(rewriting.template)?.object else { continue }
      if original.isNamespaced(template) { placed(&template, at: "metadata", "namespace") }
      result[verb] = .object(template)
    }
    for verb in ["delete", "evict"] {
      guard let target = event[verb] else { continue }
      result[verb] =
        target["target"] == nil ? self.target(target) : .object(withTarget(target.object))
    }
    for verb in ["patch", "scale"] {
      guard var change = event[verb]?.object else { continue }
      change = withTarget(change)
      if let merge = change["merge"] { change["merge"] = rewriting.template(merge) }
      if let replicas = change["replicas"]?.string {
        change["replicas"] = .string(rewriting.expression(replicas))
      }
      result[verb] = .object(change)
    }
    return result
  }

  private func withTarget(_ object: JSONObject?) -> JSONObject {
    var result = object ?? JSONObject()
    if let target = result["target"] { result["target"] = self.target(target) }
    return result
  }

  /// A name of `spec.names`, or a reference.
  private func target(_ target: JSONValue) -> JSONValue {
    if let name = target.string { return .string(rewriting.variables[name] ?? name) }
    guard var reference = target.object else { return target }
    reference = rewriting.members(reference)
    if original.isNamespaced(reference) { placed(&reference, at: "namespace") }
    return .object(reference)
  }

  func property(_ property: JSONObject) -> JSONObject {
    JSONObject(property.entries.map { ($0.key, claim($0.key, $0.value)) })
  }

  private func claim(_ key: String, _ value: JSONValue) -> JSONValue {
    switch (key, value) {
    case ("name", .string(let name)): return .string(named(name))
    case ("message", _): return value
    case (_, .string(let expression)): return .string(rewriting.expression(expression))
    case ("leadsTo", .object(let parts)):
      return .object(JSONObject(parts.entries.map { ($0.key, claim($0.key, $0.value)) }))
    case ("never", .object(var rule)):
      rule["by"] = rule["by"]?.string.map { .string(named($0)) }
      rule["on"] = rule["on"]?.string.map { .string(rewriting.variables[$0] ?? $0) }
      return .object(rule)
    default: return value
    }
  }
}
