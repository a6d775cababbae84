internal import Foundation

/// The environment of every host: nothing of the user's but the path, a fixed time, fixed seeds.
enum HostEnvironment {
  /// Where our program lies, and what belongs to it.
  static let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()

  /// Our own library first (Sources/CFrozenClock).
  private static let libraries = [
    folder.appendingPathComponent("libFrozenClock.so").path,
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/faketime/libfaketime.so.1",
  ]

  /// The library that stops the time of day; nil where none is installed.
  static var clock: String? {
    libraries.first { FileManager.default.fileExists(atPath: $0) }
  }

  /// The environment of a host that finds us under a URL.
  static func make(host: String, adding own: [String: String]) -> [String: String] {
    var environment = [
      "KVERIFY_HOST": host, "KVERIFY_PROTOCOL": "1",
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
      "HOME": "/nonexistent", "TMPDIR": "/tmp", "LANG": "C.UTF-8", "TZ": "UTC",
      "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1",
      "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1",
    ]
    if let library = clock {
      environment["LD_PRELOAD"] = library
      // The time of day stands still; timeouts, which are monotonic, do not.
      environment["FAKETIME"] = "2020-01-01 00:00:00"
      environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
      environment["FAKETIME_NO_CACHE"] = "1"
    }
    return environment.merging(own) { _, new in new }
  }
}
