internal import Bridge
internal import CEL
internal import Foundation

/// What makes the code of a controller in a process what it is, as a digest.
///
/// The command and its environment; the contents of the files of its folder, or of those that the
/// scenario lists, and of those that the command names; the program itself and its interpreter; what
/// is installed beside a Python interpreter. Whatever changes makes another fingerprint.
struct CodeFingerprint {
  /// The code cannot be told.
  struct Untold: Error {
    let reason: String
  }

  /// The most that is read of one code.
  private static let mostFiles = 5_000
  private static let mostBytes = 64 << 20

  /// The digest, in hexadecimal digits.
  private(set) var text = ""
  private var lines: [String] = ["kverify runs 1"]
  private var files = 0
  private var bytes = 0

  /// Looks at the code behind a host.
  init(_ code: HostedCode) throws(Untold) {
    let folder = code.command.directory
    lines += [code.controller] + code.command.command
    lines += code.command.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    lines += code.surroundings
    for file in code.files.isEmpty ? ["."] : code.files {
      try add(Self.path(file, in: folder), isListed: !code.files.isEmpty)
    }
    for word in code.command.command.dropFirst() where word.contains("/") || word.contains(".") {
      let path = Self.path(word, in: folder)
      if Self.isFile(path) { try add(path, isListed: true) }
    }
    for name in ["PYTHONPATH", "NODE_PATH", "CLASSPATH"] {
      for place in (code.command.environment[name] ?? "").split(separator: ":") {
        try add(Self.path(String(place), in: folder), isListed: true)
      }
    }
    try addProgram(code.command.command.first ?? "", in: folder, depth: 0)
    text = Self.digest(Array(lines.map { "\($0.utf8.count) \($0)\n" }.joined().utf8))
  }

  /// The SHA-256 of bytes, in hexadecimal digits.
  static func digest(_ bytes: [UInt8]) -> String {
    Hashes.sha256(bytes).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  private static func path(_ file: String, in folder: String) -> String {
    file.hasPrefix("/") ? file : folder + "/" + file
  }

  private static func isFile(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && !isFolder.boolValue
  }

  // MARK: Files

  /// Adds a file, or all files below a folder but hidden ones, compiled ones and scenarios.
  private mutating func add(_ path: String, isListed: Bool) throws(Untold) {
    if Self.isFile(path) { return try addFile(path, isListed: isListed) }
    guard let entries = try? FileManager.default.contentsOfDirectory(atPath: path).sorted() else {
      throw Untold(reason: "\(path) cannot be read")
    }
    for entry in entries where !entry.hasPrefix(".") && entry != "__pycache__" {
      try add(path + "/" + entry, isListed: false)
    }
  }

  private mutating func addFile(_ path: String, isListed: Bool) throws(Untold) {
    files += 1
    guard files <= Self.mostFiles else {
      throw Untold(reason: "its folder has more than \(Self.mostFiles) files")
    }
    // Pipes and devices have no contents that could be told.
    guard let type = try? FileManager.default.attributesOfItem(atPath: path)[.type],
      [.typeRegular, .typeSymbolicLink].contains(type as? FileAttributeType),
      let data = FileManager.default.contents(atPath: path)
    else { throw Untold(reason: "\(path) cannot be read") }
    bytes += data.count
    guard bytes <= Self.mostBytes else {
      throw Untold(reason: "its folder has more than \(Self.mostBytes >> 20) MB")
    }
    // A scenario says what is verified, not what a controller does.
    let isScenario =
      ["yaml", "yml"].contains(URL(fileURLWithPath: path).pathExtension)
      && String(decoding: data, as: UTF8.self).contains("apiVersion: kverify.dev/")
    if isScenario && !isListed { return }
    lines.append("\(path) \(Self.digest(Array(data)))")
  }

  // MARK: Programs

  private mutating func addProgram(_ name: String, in folder: String, depth: Int) throws(Untold) {
    let places = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let candidates =
      name.contains("/") ? [Self.path(name, in: folder)] : places.map { "\($0)/\(name)" }
    guard let path = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0) })
    else { throw Untold(reason: "\(name) is no program") }
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    lines.append(try stamp(real))
    let start = FileHandle(forReadingAtPath: real).flatMap { try? $0.read(upToCount: 256) }
    let head = String(decoding: start ?? Data(), as: UTF8.self)
    if head.hasPrefix("#!"), depth < 3 {
      let words = head.dropFirst(2).prefix { $0 != "\n" }.split(separator: " ").map(String.init)
      if let program = words.first(where: { !$0.hasSuffix("/env") && !$0.hasPrefix("-") }) {
        try addProgram(program, in: folder, depth: depth + 1)
      }
    }
    if URL(fileURLWithPath: path).lastPathComponent.hasPrefix("python")
      || URL(fileURLWithPath: real).lastPathComponent.hasPrefix("python")
    {
      for place in [path, real] { try addPackages(of: place) }
    }
  }

  /// A file that is too large to read: where it is, its size and when it was changed.
  private func stamp(_ path: String) throws(Untold) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else { throw Untold(reason: "\(path) cannot be read") }
    return "\(path) \(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
  }

  /// What is installed for a Python interpreter: pip writes a file of checksums for each package.
  private mutating func addPackages(of interpreter: String) throws(Untold) {
    let prefix = URL(fileURLWithPath: interpreter).deletingLastPathComponent()
      .deletingLastPathComponent().path
    let manager = FileManager.default
    for library in ["lib", "local/lib", "lib64"].map({ "\(prefix)/\($0)" }) {
      let versions = (try? manager.contentsOfDirectory(atPath: library)) ?? []
      for version in versions.sorted() where version.hasPrefix("python3") {
        for place in ["site-packages", "dist-packages"] {
          try addPackages(in: "\(library)/\(version)/\(place)")
        }
      }
    }
  }

  private mutating func addPackages(in folder: String) throws(Untold) {
    guard let entries = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
    for entry in entries.sorted() {
      let path = "\(folder)/\(entry)"
      if entry.hasSuffix(".dist-info"), Self.isFile(path + "/RECORD") {
        lines.append(try stamp(path + "/RECORD"))
      } else if entry.hasSuffix(".pth") || entry.hasSuffix(".py") {
        lines.append(try stamp(path))
      }
      guard entry.hasSuffix(".pth"), let data = FileManager.default.contents(atPath: path) else {
        continue
      }
      // Code that is edited where it lies.
      for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
        if line.hasPrefix("/") {
          try add(String(line), isListed: false)
        } else if line.hasPrefix("import __editable__") {
          throw Untold(reason: "\(path) imports code from elsewhere")
        }
      }
    }
  }
}
