/// Standard base64 with padding, as Secrets' data are written (src/encoding/base64/base64.go of Go).
enum Base64Text {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Whether a text is base64; line breaks are skipped, as Go's decoder does.
  static func isValid(_ text: String) -> Bool {
    var bytes = text.utf8.filter { $0 != 0x0A && $0 != 0x0D }
    guard bytes.count % 4 == 0 else { return false }
    for _ in 0..<2 where bytes.last == UInt8(ascii: "=") { bytes.removeLast() }
    return bytes.allSatisfy { alphabet.contains($0) }
  }

  /// The text whose UTF-8 bytes a base64 stands for; nil where it stands for none.
  static func decode(_ text: String) -> String? {
    guard isValid(text) else { return nil }
    var out: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for byte in text.utf8 {
      guard let value = alphabet.firstIndex(of: byte) else { continue }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        out.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return String(validating: out, as: UTF8.self)
  }
}
