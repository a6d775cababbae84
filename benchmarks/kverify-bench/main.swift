internal import Foundation

let command = BenchmarkCommand(arguments: Array(CommandLine.arguments.dropFirst()))
exit(try command.run() == 0 ? 0 : 1)
