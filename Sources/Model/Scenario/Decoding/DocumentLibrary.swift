/// The files of one run: each is read and parsed once.
final class DocumentLibrary {
  /// A parsed file.
  struct File {
    let source: SourceFile
    let documents: [YAMLNode]
  }

  private let provider: any SourceProvider
  private let findings: Findings
  private var files: [String: File] = [:]
  private(set) var sources = SourceFiles()

  init(provider: any SourceProvider, findings: Findings) {
    self.provider = provider
    self.findings = findings
  }

  /// The documents of a file; nil where it cannot be read, which is a finding at `place`.
  func file(_ path: String, namedAt place: SourceLocation, length: Int = 1) -> File? {
    if let file = files[path] { return file }
    do {
      let source = SourceFile(path: path, bytes: try provider.read(path))
      sources.add(source)
      let file = File(
        source: source, documents: YAMLReader.documents(of: source, findings: findings))
      files[path] = file
      return file
    } catch {
      add(error, path: path, at: place, length: length)
      return nil
    }
  }

  /// The paths that an include names, sorted; empty with a finding where there is none.
  func paths(
    matching pattern: String, relativeTo folder: String, at place: SourceLocation, length: Int
  ) -> [String] {
    guard SourcePath.isPattern(pattern) else { return [SourcePath.join(folder, pattern)] }
    // The part before the first folder with a star is where to look.
    let parts = pattern.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let fixed = parts.prefix { !SourcePath.isPattern($0) }
    let base = SourcePath.join(folder, fixed.isEmpty ? "." : fixed.joined(separator: "/"))
    let rest = parts.dropFirst(fixed.count).joined(separator: "/")
    let below = try? provider.files(below: base)
    let found = (below ?? []).filter { SourcePath.matches(rest, $0) }
    if below == nil {
      findings.add(
        .patternMatchesNothing, at: place, length: length,
        "no file matches \"\(pattern)\": there is no folder \(base)",
        advice: "patterns are relative to \(folder)/")
    } else if found.isEmpty {
      findings.add(
        .patternMatchesNothing, at: place, length: length,
        "no file matches \"\(pattern)\"", advice: "patterns are relative to \(folder)/")
    }
    return found.map { SourcePath.join(base, $0) }
  }

  private func add(_ error: SourceError, path: String, at place: SourceLocation, length: Int) {
    switch error {
    case .missing:
      findings.add(
        .noSuchFile, at: place, length: length, "there is no file \(path)",
        advice: "paths are relative to the file that names them")
    case .folder:
      findings.add(
        .noSuchFile, at: place, length: length, "\(path) is a folder",
        advice: "name its files: \(path)/*.yaml")
    case .unreadable(let reason):
      findings.add(
        .unreadableFile, at: place, length: length, "\(path) cannot be read: \(reason)",
        advice: "make the file readable")
    }
  }
}
