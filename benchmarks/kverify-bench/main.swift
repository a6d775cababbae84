internal import Foundation

let command = BenchmarkCommand(arguments: Array(CommandLine.arguments.dropFirst()))
do {
  exit(try command.run() == 0 ? 0 : 1)
} catch {
  FileHandle.standardError.write(Data("kverify-bench: \(error)\n".utf8))
  exit(70)
}
