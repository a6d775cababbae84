// Searches with several threads, for the thread sanitizer to watch:
//
//   swift build --sanitize=thread --product race-check --scratch-path .build-tsan
//   .build-tsan/debug/race-check
//
// The counts must be those of one thread, and helpers must have had their part: else there was nothing to
// watch. With `--race` the helpers also change a number without a lock, which the sanitizer must report.

import POR
import Transitions

let hasRace = CommandLine.arguments.contains("--race")
var isGood = true
for reduction in [Reduction.none, .auto] {
  var counts: [[Int]] = []
  var helped = 0
  for jobs in 1...3 {
    let system = LearningSystem(ring: 4)
    system.hasRace = hasRace && jobs > 1
    var options = SearchOptions()
    options.jobs = jobs
    options.helperThreshold = 16
    options.reduction = reduction
    options.helpReport = { _, count in helped += count }
    let result = try Search(options: options).run(system)
    counts.append([result.states, result.transitions, result.settled, result.bytes])
  }
  let isEqual = counts.allSatisfy { $0 == counts[0] }
  print("reduction=\(reduction) states=\(counts[0][0]) helped=\(helped) equal=\(isEqual)")
  if !isEqual || helped < 400 { isGood = false }
}
precondition(isGood, "the searches differ, or helpers had nothing to do")
