import CEL
import Testing

@testable import Model

@Suite struct SelectorTests {
  static let labels: JSONObject = ["app": "x", "tier": "3"]

  @Test(arguments: [
    ("", true), ("app=x", true), ("app==y", false), ("app!=y", true), ("none!=y", true),
    ("app in (x, y)", true), ("app notin (x)", false), ("none notin (x)", true), ("app", true),
    ("!app", false), ("!none", true), ("tier>2", true), ("tier<3", false), ("none>1", false),
    ("app=x,tier=3", true), ("app in (y),tier=3", false), ("app=", false), ("none in ()", false),
    (" app = x , tier ", true), ("in=x", false), ("app in (in,x)", true),
  ])
  func labelSelectors(text: String, expected: Bool) throws {
    let selector = try LabelSelector(parsing: text)
    #expect(selector.matches(labels: Self.labels) == expected)
    #expect(try LabelSelector(parsing: selector.text) == selector)
  }

  @Test(arguments: [
    "app=x,", "app in x", "app in (x", "=x", "a b", "app==x y", "tier>x", "-bad=x", "app=-x-", "()",
  ])
  func malformedLabelSelectors(text: String) {
    #expect(throws: SelectorError.self) { try LabelSelector(parsing: text) }
  }

  @Test func fieldSelectors() throws {
    let object: JSONObject = ["metadata": ["name": "a,b"], "spec": ["nodeName": "n"]]
    #expect(try FieldSelector(parsing: "metadata.name=a\\,b,spec.nodeName!=m").matches(object))
    #expect(try !FieldSelector(parsing: "spec.nodeName==m").matches(object))
    #expect(try FieldSelector(parsing: "status.phase=").matches(object))
    #expect(throws: SelectorError.self) { try FieldSelector(parsing: "metadata.name") }
  }

  @Test func selections() {
    let object: JSONObject = [
      "metadata": ["labels": ["a": "b"], "ownerReferences": [["uid": "u1"]]]
    ]
    #expect(ObjectSelection.all.matches(object))
    #expect(ObjectSelection.selectors(label: "a=b", field: "").matches(object))
    #expect(!ObjectSelection.selectors(label: "a=c", field: "").matches(object))
    #expect(ObjectSelection.dependents(uid: "u1").matches(object))
    #expect(!ObjectSelection.dependents(uid: "u2").matches(object))
    // An owner that is no controller leaves it an orphan.
    #expect(ObjectSelection.claimable(uid: "u1", label: "a=b").matches(object))
    #expect(!ObjectSelection.claimable(uid: "u1", label: "a=c").matches(object))
    let controlled: JSONObject = [
      "metadata": ["labels": ["a": "b"], "ownerReferences": [["uid": "u1", "controller": true]]]
    ]
    #expect(ObjectSelection.claimable(uid: "u1", label: "a=c").matches(controlled))
    #expect(!ObjectSelection.claimable(uid: "u2", label: "a=b").matches(controlled))
  }

  @Test func labelSelectorObjects() {
    let selector = LabelSelector(object: [
      "matchLabels": ["a": "b"],
      "matchExpressions": [["key": "c", "operator": "NotIn", "values": ["d"]]],
    ])
    #expect(selector?.matches(labels: ["a": "b"]) == true)
    #expect(selector?.matches(labels: ["a": "b", "c": "d"]) == false)
    #expect(LabelSelector(object: nil) == nil)
    #expect(LabelSelector(object: [:])?.matches(labels: nil) == true)
  }
}
