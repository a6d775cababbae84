internal import Bridge
internal import CEL
internal import Foundation
internal import Synchronization

/// The folder in which the runs of controllers in processes are kept, a file for each code.
///
/// A file has a head (format, the code's fingerprint, a checksum) and a body. One that is damaged, of
/// another format or of another owner is said and left alone; it is replaced as a whole.
final class RunCacheFolder: RunCache {
  private static let format: Int64 = 2
  /// A larger file is not read.
  private static let largest = 512 << 20

  private let path: String
  /// The fingerprints at the time of loading; nil for code that cannot be told.
  private let keys = Mutex<[HostedCode: String?]>([:])

  /// Makes a cache in a folder, which need not exist.
  init(_ path: String) { self.path = path }

  /// Where runs are kept if nobody says where; nil where there is no place.
  static var standard: RunCacheFolder? {
    let environment = ProcessInfo.processInfo.environment
    if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
      return RunCacheFolder(cache + "/kverify")
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return RunCacheFolder(home + "/.cache/kverify")
  }

  func load(_ code: HostedCode) -> [UInt8]? {
    keys.withLock { $0[code] = nil }
    guard let key = key(code) else { return nil }
    var status = stat()
    guard lstat(file(key), &status) == 0 else { return nil }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() else {
      reject(code, because: "the file belongs to somebody else")
      return nil
    }
    guard status.st_size <= Self.largest, let data = FileManager.default.contents(atPath: file(key))
    else {
      reject(code, because: "it cannot be read")
      return nil
    }
    let bytes = Array(data)
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")),
      let head = try? JSONValue(parsing: Array(bytes[..<end])), head["format"]?.int == Self.format,
      head["code"]?.string == key
    else {
      reject(code, because: "it is of another format")
      return nil
    }
    let body = Array(bytes[(end + 1)...])
    guard head["sha256"]?.string == CodeFingerprint.digest(body) else {
      reject(code, because: "its checksum is wrong")
      return nil
    }
    return body
  }

  func save(_ bytes: [UInt8], for code: HostedCode) {
    guard let key = key(code) else { return }
    // What ran may be neither the old code nor the new one.
    guard (try? CodeFingerprint(code))?.text == key else {
      return Terminal.writeError(
        "kverify: the runs of \(code.controller) are not kept: its code changed meanwhile\n")
    }
    let head: JSONValue = [
      "format": .int(Self.format), "code": .string(key),
      "sha256": .string(CodeFingerprint.digest(bytes)),
    ]
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      try Data(Array((head.text + "\n").utf8) + bytes)
        .write(to: URL(fileURLWithPath: file(key)), options: .atomic)
    } catch {
      Terminal.writeError("kverify: \(file(key)) cannot be written; the runs are not kept\n")
    }
  }

  func reject(_ code: HostedCode, because reason: String) {
    let place = key(code).map { file($0) } ?? path
    Terminal.writeError(
      "kverify: the runs of \(code.controller) in \(place) are not used: \(reason)\n")
  }

  private func file(_ key: String) -> String { "\(path)/\(key).json" }

  private func key(_ code: HostedCode) -> String? {
    if let known = keys.withLock({ $0[code] }) { return known }
    var key: String?
    do {
      key = try CodeFingerprint(code).text
    } catch {
      Terminal.writeError(
        "kverify: the runs of \(code.controller) are not kept: \(error.reason); name the files of "
          + "its code in the field files beside its command\n")
    }
    keys.withLock { $0[code] = .some(key) }
    return key
  }
}
