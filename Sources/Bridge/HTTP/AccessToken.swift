/// An unguessable text that stands first in a base URL.
package enum AccessToken {
  /// 128 random bits in hexadecimal.
  package static func make() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
      let digits = String(generator.next(), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
