import CEL

/// Numbers of which only the order counts (SEMANTICS.md, "Ordinals"): `metadata.generation` with the
/// observed generations of the same object, and revisions within one owner.
enum Ordinals {
  /// The revisions that an object takes part in: whose family, which values.
  struct Revision {
    /// The uid of the Deployment or of the owner of the ControllerRevisions.
    let family: String
    let values: [Int64]
  }

  private static let annotation = "deployment.kubernetes.io/revision"
  private static let history = "deployment.kubernetes.io/revision-history"

  /// The object with its generations replaced by their ranks, from 1.
  static func rankedGenerations(_ object: JSONObject) -> JSONObject {
    withGenerations(object, ranks(generations(of: object)))
  }

  /// The generations in an object, its own first; none where it has none.
  static func generations(of object: JSONObject) -> [Int64] {
    guard let generation = object.at("metadata", "generation")?.int else { return [] }
    var values = [generation]
    if let observed = object.at("status", "observedGeneration")?.int { values.append(observed) }
    let conditions = object.at("status", "conditions")?.array ?? []
    return values + conditions.compactMap { $0["observedGeneration"]?.int }
  }

  /// The object with its generations replaced.
  static func withGenerations(_ object: JSONObject, _ ranks: [Int64: Int64]) -> JSONObject {
    guard let generation = object.at("metadata", "generation")?.int,
      ranks.contains(where: { $0.key != $0.value })
    else { return object }
    let conditions = object.at("status", "conditions")?.array ?? []
    var result = object
    result.set(ranks[generation].map(JSONValue.int), at: "metadata", "generation")
    if let observed = object.at("status", "observedGeneration")?.int {
      result.set(ranks[observed].map(JSONValue.int), at: "status", "observedGeneration")
    }
    if !conditions.isEmpty {
      let ranked = conditions.map { condition -> JSONValue in
        guard var entry = condition.object, let observed = entry["observedGeneration"]?.int else {
          return condition
        }
        entry["observedGeneration"] = ranks[observed].map(JSONValue.int)
        return .object(entry)
      }
      result.set(.array(ranked), at: "status", "conditions")
    }
    return result
  }

  /// The revisions of an object; nil where it has none.
  static func revision(of object: JSONObject) -> Revision? {
    let owner = object.controllerOwnerReference?["uid"]?.string
    if object["kind"]?.string == "ControllerRevision" {
      guard let revision = object["revision"]?.int, let owner else { return nil }
      return Revision(family: owner, values: [revision])
    }
    guard let annotations = object.at("metadata", "annotations")?.object,
      let text = annotations[annotation]?.string, let revision = Int64(text)
    else { return nil }
    let isDeployment = object["kind"]?.string == "Deployment"
    guard let family = isDeployment ? object.at("metadata", "uid")?.string : owner else {
      return nil
    }
    let old = (annotations[history]?.string ?? "").split(separator: ",").compactMap { Int64($0) }
    return Revision(family: family, values: [revision] + old)
  }

  /// The object with its revisions replaced.
  static func withRevisions(_ object: JSONObject, _ ranks: [Int64: Int64]) -> JSONObject {
    var result = object
    if object["kind"]?.string == "ControllerRevision" {
      if let revision = object["revision"]?.int {
        result["revision"] = .int(ranks[revision] ?? revision)
      }
      return result
    }
    guard var annotations = object.at("metadata", "annotations")?.object else { return object }
    if let text = annotations[annotation]?.string, let revision = Int64(text) {
      annotations[annotation] = .string(String(ranks[revision] ?? revision))
    }
    if let text = annotations[history]?.string {
      let ranked = text.split(separator: ",").map { part in
        Int64(part).map { String(ranks[$0] ?? $0) } ?? String(part)
      }
      annotations[history] = .string(ranked.joined(separator: ","))
    }
    result.set(.object(annotations), at: "metadata", "annotations")
    return result
  }

  /// The rank of each value, from 1, except that 0 (none yet) stays 0.
  static func ranks(_ values: [Int64]) -> [Int64: Int64] {
    var ranks: [Int64: Int64] = [:]
    var next: Int64 = 1
    for value in Set(values).sorted() {
      if value == 0 {
        ranks[0] = 0
      } else {
        ranks[value] = next
        next += 1
      }
    }
    return ranks
  }
}
