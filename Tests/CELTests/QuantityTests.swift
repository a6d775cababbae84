import Testing

@testable import CEL

@Suite("Quantities")
struct QuantityTests {
  @Test(
    "the canonical text",
    arguments: [
      ("0", "0"), ("0Gi", "0"), ("-0", "0"), ("1", "1"), ("1.5", "1500m"), ("1.5Gi", "1536Mi"),
      ("1Gi", "1Gi"), ("2048Ki", "2Mi"), ("1024", "1024"), ("1000", "1k"), ("100m", "100m"),
      ("0.1", "100m"), ("0.9n", "1n"), ("-0.1n", "-1n"), ("1.2345", "1234500u"), ("12e6", "12e6"),
      ("1E", "1E"), ("1e3", "1e3"), ("1E3", "1E3"), ("1000E", "1e21"), ("1000Ki", "1000Ki"),
      ("0.5Ki", "512"), ("0.5Mi", "512Ki"), ("8Ei", "9223372036854775807"), ("1.", "1."),
      ("100Ti", "100Ti"), (".5", "500m"), ("+5", "+5"), ("007", "007"), ("1.500", "1.500"),
      ("18446744073709551616", "18446744073709551616"), ("1e100", "10e99"), ("0.0001Ki", "102400u"),
      ("1e-9", "1e-9"), ("-1.5Gi", "-1536Mi"), ("1Ki", "1Ki"), ("1.1Ki", "1126400m"),
      ("9999999999999999999999999999999999999G", "9999999999999999999999999999999999999G"),
    ])
  func canonicalText(text: String, canonical: String) throws {
    let quantity = try Quantity(text)
    #expect(quantity.description == canonical)
    #expect(try Quantity(quantity.description) == quantity)
  }

  @Test(
    "what is no quantity is refused",
    arguments: [
      ("", .malformed), ("Three", .malformed), ("1,3G", .malformed), ("200K", .suffix),
      ("1.1.M", .malformed), ("1+1.0M", .malformed), ("0.1mi", .suffix),
      (".5i", .suffix), ("1e", .suffix), ("1e-", .suffix), ("1 ", .malformed), ("5kk", .suffix),
      ("1\u{663}", .malformed),
    ] as [(String, QuantityError)])
  func malformed(text: String, error: QuantityError) {
    #expect(throws: error) { try Quantity(text) }
  }

  @Test(
    "a suffix or a sign alone is zero, as upstream's scanner has it", arguments: ["Mi", "-", "."])
  func noDigits(text: String) throws {
    #expect(try Quantity(text) == Quantity.zero)
  }

  @Test(
    "comparison is that of the numbers",
    arguments: [
      ("200M", "0.2G", 0), ("50M", "50Mi", -1), ("50Mi", "50M", 1), ("1000m", "1", 0),
      ("-1", "1", -1), ("-2", "-1", -1), ("0", "-1n", 1), ("1e40", "1e41", -1), ("1e40", "1", 1),
      ("-1e40", "-1n", -1), ("1Ki", "1024", 0), ("1e30", "1000000000000000000000000000000", 0),
      ("12345678901234567890123456789", "12345678901234567890123456788.9", 1),
    ])
  func comparison(left: String, right: String, order: Int) throws {
    let (one, two) = (try Quantity(left), try Quantity(right))
    #expect(one.compare(two) == order)
    #expect(two.compare(one) == -order)
    #expect((one == two) == (order == 0))
    #expect((one < two) == (order < 0))
    if order == 0 { #expect(one.hashValue == two.hashValue) }
  }

  @Test(
    "sums and differences",
    arguments: [
      ("50k", "20k", "70k", "30k"), ("50k", "20", "50020", "49980"), ("0", "1Gi", "1Gi", "-1Gi"),
      ("1Gi", "1Mi", "1025Mi", "1023Mi"), ("500m", "0.5", "1", "0"),
      ("9223372036854775807", "1", "9223372036854775808", "9223372036854775806"),
      ("1.5Gi", "0.5Gi", "2Gi", "1Gi"),
      ("100n", "1G", "1000000000000000100n", "-999999999999999900n"),
    ])
  func arithmetic(left: String, right: String, sum: String, difference: String) throws {
    let (one, two) = (try Quantity(left), try Quantity(right))
    #expect(try one.adding(two).description == sum)
    #expect(try one.subtracting(two).description == difference)
  }

  @Test("sums past 38 digits are refused, not wrapped")
  func wideSum() throws {
    #expect(throws: QuantityError.outOfRange) { try Quantity("1e40").adding(Quantity("1n")) }
    #expect(try Quantity("1e40").adding(Quantity("1e39")).description == "11e39")
  }

  @Test(
    "integers are what upstream's fast representation holds",
    arguments: [
      ("50k", 50_000), ("50000000G", 50_000_000_000_000_000), ("1Gi", 1_073_741_824),
      ("1000m", nil), ("1.5Gi", nil), ("100Ti", nil), ("10Ti", 10_995_116_277_760),
      ("9999999999999999999999999999999999999G", nil), ("0", 0), ("-5", -5), ("10E", nil),
    ] as [(String, Int64?)])
  func integers(text: String, integer: Int64?) throws {
    #expect(try Quantity(text).integer == integer)
  }

  @Test("scaled values round away from zero")
  func scaledValues() throws {
    #expect(try Quantity("1.1").value == 2)
    #expect(try Quantity("-1.1").value == -2)
    #expect(try Quantity("250m").milliValue == 250)
    #expect(try Quantity("1u").milliValue == 1)
    #expect(try Quantity("2Gi").milliValue == 2_147_483_648_000)
    #expect(try Quantity("1e30").value == nil)
    #expect(try Quantity("1e-30").value == 1)
  }

  @Test("sign and approximate double")
  func signAndDouble() throws {
    #expect(try Quantity("-12n").sign == -1)
    #expect(Quantity.zero.sign == 0)
    #expect(try Quantity("1Ki").sign == 1)
    #expect(try Quantity("0.5").approximateDouble == 0.5)
    #expect(try Quantity("1.5Gi").approximateDouble == 1_610_612_736)
    #expect(try Quantity("1e400").approximateDouble == .infinity)
  }
}
