import Testing

@testable import CEL

@Suite("URLs and named formats")
struct URLAndFormatTests {
  private func isTrue(_ expression: String) throws -> Bool {
    try Environment.kubernetes.compile(expression).evaluate().isSame(as: .bool(true))
  }

  @Test(
    "URLs",
    arguments: [
      "url('https://user:pass@example.com:80/path?query=val#fragment').getHost() == 'example.com:80'",
      "url('https://example.com/').getScheme() == 'https' && url('/path').getScheme() == ''",
      "url('HTTPS://example.com/').getScheme() == 'https'",
      "url('https://[::1]:80/').getHost() == '[::1]:80'",
      "url('https://[::1]:80/').getHostname() == '::1' && url('/path').getHostname() == ''",
      "url('https://example.com:80/').getPort() == '80' && url('https://example.com/').getPort() == ''",
      "url('https://example.com/path with spaces/').getEscapedPath() == '/path%20with%20spaces/'",
      "url('https://example.com').getEscapedPath() == ''",
      "url('/a%2Fb!').getEscapedPath() == '/a%2Fb!'",
      "url('https://example.com/path?k1=a&k2=b&k2=c').getQuery() == {'k1': ['a'], 'k2': ['b', 'c']}",
      "url('/?key with spaces=a+b%21&=x&;y&%zz=1').getQuery() == {'key with spaces': ['a b!'], '': ['x']}",
      "url('/p?').getQuery() == {}", "url('/p#f') != url('/p')",
      "url('http://a/b') == url('http://a/b')",
      "url('mailto:a@b').getHost() == ''", "isURL('/absolute-path') && isURL('*')",
    ])
  func urls(expression: String) throws { #expect(try isTrue(expression)) }

  @Test(
    "what is no URL",
    arguments: [
      "", "../relative-path", "https://a:b:c/", "relative", ":x", "http://a b/", "http://[::1/",
      "/%zz", "/a\tb",
      "http://a:x/", "http://u{@h/", "http://%41/", "/p#%zz", "1http://a/",
    ])
  func malformed(text: String) { #expect(ParsedURL(text) == nil) }

  @Test(
    "named formats that a text has",
    arguments: [
      ("dns1123Label", "my-label-1", "My", "a.b", "-a"),
      ("dns1123Subdomain", "a.b-c.d", "a..b", "A", ""),
      ("dns1035Label", "a-1", "1a", "a-", ""),
      ("qualifiedName", "example.com/My_Name.1", "a/b/c", "/a", "a/"),
      ("dns1123LabelPrefix", "my-", "-", "my--.", "AB-"),
      ("dns1123SubdomainPrefix", "a.b-", "A.b-", "", "-a"),
      ("dns1035LabelPrefix", "a-", "11-", "-", ""), ("labelValue", "My_value.1", "-a", "a-", "a b"),
      ("labelValue", "", "\u{E9}", "_", "/"), ("uri", "http://example.com", "x", "", "../x"),
      ("uuid", "123e4567-e89b-12d3-A456-426614174000", "123e4567", "x", ""),
      ("byte", "aGVsbG8=", "a", "a===", "_-=="),
      ("date", "2021-02-28", "2021-02-30", "2021-2-3", "2021-01-01T00:00:00Z"),
      (
        "datetime", "2021-01-01T00:00:00.5z", "2021-01-01", "2021-01-01T24:00:00Z",
        "2021-01-01T00:00:00"
      ),
    ])
  func formats(name: String, good: String, bad1: String, bad2: String, bad3: String) throws {
    let format = try #require(NamedFormat(rawValue: name))
    #expect(format.problems(good).isEmpty)
    for bad in [bad1, bad2, bad3] { #expect(!format.problems(bad).isEmpty, "\(name): \(bad)") }
  }

  @Test(
    "formats in expressions",
    arguments: [
      "!format.dns1123Label().validate('a').hasValue()",
      "format.dns1123Label().validate('a.b').value() == ['must not contain dots']",
      "format.named('uuid').value().validate('x').value().size() == 1",
      "!format.named('no').hasValue()",
    ])
  func expressions(expression: String) throws { #expect(try isTrue(expression)) }

  @Test("the words of a problem are the API server's")
  func words() {
    #expect(
      NamedFormat.dns1123Label.problems("A") == [
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
          + "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', "
          + "regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
      ])
    #expect(
      NamedFormat.dns1123Label.problems(String(repeating: "a", count: 64)) == [
        "must be no more than 63 bytes"
      ])
  }
}
