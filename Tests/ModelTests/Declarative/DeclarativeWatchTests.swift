import CEL
import Model
import Testing

/// Which changes wake a declarative controller, and for which requests.
@Suite struct DeclarativeWatchTests {
  static let spec = """
    for: {apiVersion: example.com/v1, kind: Database, labels: {tier: gold}}
    owns: [{apiVersion: v1, kind: Secret}]
    watches:
    - apiVersion: v1
      kind: ConfigMap
      map: "[{'namespace': dyn('other'), 'name': object.metadata.labels['owner']}]"
    - apiVersion: v1
      kind: Service
      map: >-
        list('example.com/v1', 'Database', object.metadata.namespace, {'tier': 'gold'})
        .map(d, {'name': d.metadata.name})
    steps:
    - {id: nothing, when: "false", delete: object}
    """

  private func object(_ text: String) throws -> JSONObject {
    try #require(try JSONValue(parsing: text).object)
  }

  private func requests(
    _ harness: DeclarativeHarness, _ rule: Int, _ text: String
  ) throws -> [ReconcileRequest] {
    guard case .map(let map) = harness.reconciler.watches[rule].mapping else {
      Issue.record("no map")
      return []
    }
    return try map(try object(text), MemoryReader(harness.store))
  }

  @Test func ownKindIsNarrowedByTheObjectAsItIsNow() throws {
    let rule = try DeclarativeHarness(Self.spec).reconciler.watches[0]
    guard case .object = rule.mapping else {
      Issue.record("the first rule is not the controller's own kind")
      return
    }
    let predicate = try #require(rule.predicate)
    let gold = try object(#"{"metadata": {"name": "a", "labels": {"tier": "gold"}}}"#)
    let tin = try object(#"{"metadata": {"name": "a", "labels": {"tier": "tin"}}}"#)
    #expect(predicate(nil, gold))
    #expect(predicate(tin, gold))
    #expect(!predicate(gold, tin))
    #expect(predicate(gold, nil))
    #expect(!predicate(nil, tin))
  }

  @Test func childrenWakeTheirController() throws {
    let rule = try DeclarativeHarness(Self.spec).reconciler.watches[1]
    guard case .controllerOwner(let owner) = rule.mapping else {
      Issue.record("the second rule is not for owned objects")
      return
    }
    #expect(rule.groupKind == GroupKind(group: "", kind: "Secret"))
    #expect(owner == GroupKind(group: "example.com", kind: "Database"))
  }

  @Test func mapsYieldRequests() throws {
    let harness = try DeclarativeHarness(Self.spec)
    #expect(
      try requests(
        harness, 2, #"{"metadata": {"name": "c", "namespace": "x", "labels": {"owner": "db"}}}"#)
        == [ReconcileRequest(namespace: "other", name: "db")])
    // An object without the label is none of the controller's.
    #expect(try requests(harness, 2, #"{"metadata": {"name": "c", "namespace": "x"}}"#) == [])
  }

  @Test func mapsMayList() throws {
    let harness = try DeclarativeHarness(Self.spec)
    for (name, tier) in [("b", "gold"), ("a", "gold"), ("c", "tin")] {
      try harness.store.put(
        """
        {"apiVersion": "example.com/v1", "kind": "Database",
         "metadata": {"name": "\(name)", "namespace": "x", "labels": {"tier": "\(tier)"}}}
        """)
    }
    #expect(
      try requests(harness, 3, #"{"metadata": {"name": "s", "namespace": "x"}}"#)
        == ["a", "b"].map { ReconcileRequest(namespace: "x", name: $0) })
  }
}
