/// The exit codes of kverify; 1 is none of them.
///
/// 64 to 70 follow sysexits.h; the others say what a verification found. Where several apply, the
/// first of `precedence` is taken (SEMANTICS.md, "Properties").
enum ExitStatus: Int32, Error, CaseIterable {
  case holds = 0
  case safetyViolated = 12
  case livenessViolated = 13
  case inconclusive = 20
  case usage = 64
  case invalidScenario = 65
  case noSuchFile = 66
  case controllerFailed = 69
  case bug = 70

  private static let precedence: [ExitStatus] = [
    .bug, .usage, .invalidScenario, .noSuchFile, .controllerFailed, .safetyViolated,
    .livenessViolated, .inconclusive, .holds,
  ]

  /// The status that stands for several.
  static func combined(_ all: [ExitStatus]) -> ExitStatus {
    precedence.first { all.contains($0) } ?? .holds
  }
}
