internal import CEL

/// Objects by kind and version, and by name: the children that were observed, or are wanted.
///
/// Follows pkg/controller/common/api (UniformObjectMap, and RelativeObjectMap for hooks of version
/// v1).
struct ChildMap {
  /// The `apiVersion` and kind of a group.
  struct Group: Hashable, Comparable {
    let apiVersion: String
    let kind: String

    var groupKind: GroupKind { GroupKind(apiVersion: apiVersion, kind: kind) }

    /// The key in a request: `Pod.v1`, `Deployment.apps/v1`.
    var text: String { "\(kind).\(apiVersion)" }

    static func < (left: Group, right: Group) -> Bool { left.text < right.text }
  }

  /// Where an object is.
  struct Place: Hashable, Comparable {
    let namespace: String
    let name: String

    static func < (left: Place, right: Place) -> Bool {
      (left.namespace, left.name) < (right.namespace, right.name)
    }
  }

  private(set) var groups: [Group: [Place: JSONObject]] = [:]
  /// The namespace of the parent; empty where it is cluster-scoped.
  let parentNamespace: String

  init(of parent: JSONObject) { parentNamespace = parent.namespace }

  /// The groups in the order of their keys.
  var sortedGroups: [Group] { groups.keys.sorted() }

  /// The objects of a group by their places.
  func objects(_ group: Group) -> [(place: Place, object: JSONObject)] {
    (groups[group] ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Makes a group known that may stay empty.
  mutating func insertGroup(_ resource: MetacontrollerController.Resource) {
    let group = Group(apiVersion: resource.apiVersion, kind: resource.kind)
    groups[group] = groups[group] ?? [:]
  }

  mutating func insert(_ object: JSONObject) {
    groups[group(of: object), default: [:]][place(of: object)] = object
  }

  /// Replaces an object that is there; another is not inserted.
  mutating func replace(_ object: JSONObject) {
    guard groups[group(of: object)]?[place(of: object)] != nil else { return }
    insert(object)
  }

  /// The object of a group and kind by its name relative to the parent, whatever its version.
  func find(_ groupKind: GroupKind, _ relativeName: String) -> JSONObject? {
    for group in sortedGroups where group.groupKind == groupKind {
      for (place, object) in objects(group) where self.relativeName(place) == relativeName {
        return object
      }
    }
    return nil
  }

  func group(of object: JSONObject) -> Group {
    Group(apiVersion: object.apiVersion, kind: object.kind)
  }

  func place(of object: JSONObject) -> Place {
    Place(namespace: object.namespace, name: object.name)
  }

  /// The name of an object as seen from the parent: below a cluster-scoped one with the namespace.
  func relativeName(_ place: Place) -> String {
    parentNamespace.isEmpty && !place.namespace.isEmpty
      ? "\(place.namespace)/\(place.name)" : place.name
  }

  /// The map as a request has it.
  ///
  /// - areRelated: objects that the customize hook asked for are shown from all namespaces.
  func request(_ version: MetacontrollerController.Hook.Version, areRelated: Bool) -> JSONValue {
    var result = JSONObject()
    for group in sortedGroups {
      var members = JSONObject()
      for (place, object) in objects(group) {
        let key: String
        switch version {
        case .v2:
          key = place.namespace.isEmpty ? place.name : "\(place.namespace)/\(place.name)"
        case .v1:
          guard parentNamespace.isEmpty || areRelated || place.namespace == parentNamespace
          else { continue }
          key = relativeName(place)
        }
        members[key] = .object(object)
      }
      result[group.text] = .object(members)
    }
    return .object(result)
  }
}
