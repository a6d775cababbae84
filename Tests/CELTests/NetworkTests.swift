import Testing

@testable import CEL

@Suite("Addresses and versions")
struct NetworkTests {
  private func isTrue(_ expression: String) throws -> Bool {
    try Environment.kubernetes.compile(expression).evaluate().isSame(as: .bool(true))
  }

  @Test(
    "the canonical text of an address",
    arguments: [
      ("127.0.0.1", "127.0.0.1"), ("::", "::"), ("::1", "::1"), ("1::", "1::"),
      ("2001:DB8::ABCD", "2001:db8::abcd"),
      ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
      ("0:0:0:0:0:0:0:0", "::"), ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
      ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
      ("0001:0000::", "1::"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
    ])
  func canonical(text: String, expected: String) throws {
    let address = try IPAddress(text)
    #expect(address.description == expected)
    #expect(try IPAddress(expected) == address)
  }

  @Test(
    "what is no address is refused",
    arguments: [
      "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.", "1.2.3.+4", ":::1", "1:2",
      ":1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "1:2:3:4:5:6:7:1.2.3.4", "1.2.3.4::",
      "::1.2.3", "::%e", " ::1",
      "1:2:3:4:5:6:7:8::", "::-1",
    ])
  func malformed(text: String) {
    #expect(throws: IPAddress.ParseError.self) { try IPAddress(text) }
  }

  @Test(
    "ip and cidr",
    arguments: [
      "!isIP('::ffff:127.0.0.1') && !isIP('::ffff:7f00:1')",
      "isIP('10.0.0.1') && !isIP('10.0.0.1/8')",
      "ip.isCanonical('::1') && !ip.isCanonical('0::1')", "ip('10.0.0.1').family() == 4",
      "string(ip('::1')) == '::1'",
      "ip('ff02::1').isLinkLocalMulticast() && !ip('fd00::1').isLinkLocalMulticast()",
      "type(ip('::')) == net.IP",
      "!isCIDR('192.168.0.0/33') && !isCIDR('::1/129') && isCIDR('::/0')",
      "!isCIDR('10.0.0.0/08') && !isCIDR('10.0.0.0/+8')",
      "cidr('192.168.0.0/16').containsCIDR('192.168.10.0/24')",
      "!cidr('192.168.1.0/24').containsCIDR(cidr('192.168.2.0/24'))",
      "!cidr('10.0.0.0/16').containsCIDR('10.0.0.0/8')",
      "cidr('0.0.0.0/0').containsIP('255.255.255.255')",
      "cidr('192.168.0.1/24').masked() == cidr('192.168.0.0/24')",
      "cidr('192.168.0.1/24') != cidr('192.168.0.0/24')",
      "cidr('192.168.0.1/24').ip() == ip('192.168.0.1')",
      "string(cidr('::1/128').masked()) == '::1/128'",
    ])
  func addresses(expression: String) throws { #expect(try isTrue(expression)) }

  @Test(
    "semantic versions",
    arguments: [
      "semver('1.2.3').major() == 1 && semver('1.2.3').minor() == 2 && semver('1.2.3').patch() == 3",
      "semver('1.2.3').compareTo(semver('0.1.2')) == 1",
      "semver('1.10.0').isGreaterThan(semver('1.9.0'))",
      "semver('1.0.0-alpha').isLessThan(semver('1.0.0'))",
      "semver('1.0.0-alpha.1').isLessThan(semver('1.0.0-alpha.beta'))",
      "semver('1.0.0-rc.2').isLessThan(semver('1.0.0-rc.11'))",
      "semver('1.0.0-a').isLessThan(semver('1.0.0-a.b'))",
      "semver('1.0.0+x') == semver('1.0.0+y')", "semver('v1.0', true) == semver('1.0.0')",
      "semver('01.01.01', true) == semver('1.1.1')",
      "isSemver('1.0.0-0.x-y+001')", "!isSemver('1.0.0-01')", "!isSemver('1.0')",
      "!isSemver('v1.0.0')", "isSemver('v1', true)",
      "!isSemver('1.0-rc', true)", "!isSemver('01.0.0')", "!isSemver('1.0.0-')",
      "!isSemver('1.0.0+')", "!isSemver('1.0.0-\u{E9}')",
      "!isSemver('99999999999999999999.0.0')", "!isSemver('')", "!isSemver('', true)",
      "!isSemver('a.b.c', true)",
      "semver('00.0.0', true) == semver('0.0.0')",
    ])
  func versions(expression: String) throws { #expect(try isTrue(expression)) }
}
