internal import Foundation

/// How far a zone's clocks are ahead of UTC at an instant, in seconds.
///
/// A zone is a fixed offset (`-08:00`, `02:00`) or a name of the IANA database. The rules of the
/// names come from Foundation's own copy of it, so the answer does not depend on the machine's
/// files. `Local` is refused: the same input must give the same output everywhere.
func zoneOffset(
  _ zone: String, atSecondsSinceEpoch seconds: Int64
) throws(CELTimeError) -> Int64 {
  if zone.isEmpty || zone == "UTC" { return 0 }
  if zone.utf8.contains(UInt8(ascii: ":")) {
    guard let offset = fixedOffset(zone) else { throw .unknownZone(zone) }
    return offset
  }
  guard zone != "Local", let rules = TimeZone(identifier: zone) else { throw .unknownZone(zone) }
  let date = Date(timeIntervalSince1970: TimeInterval(seconds))
  return Int64(rules.secondsFromGMT(for: date))
}

/// Reads `hh:mm` with an optional sign.
private func fixedOffset(_ text: String) -> Int64? {
  var rest = Array(text.utf8)[...]
  var sign: Int64 = 1
  if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
    sign = first == UInt8(ascii: "-") ? -1 : 1
    rest = rest.dropFirst()
  }
  let parts = rest.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
  guard parts.count == 2, let hours = twoDigits(parts[0]), let minutes = twoDigits(parts[1]),
    hours < 24, minutes < 60
  else { return nil }
  return sign * (hours * 3600 + minutes * 60)
}

private func twoDigits(_ text: ArraySlice<UInt8>) -> Int64? {
  guard text.count == 2, text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
  else { return nil }
  return text.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
}
