/// How the requests of a step meet the controllers, which ran beside the recorder: any of these is a
/// run of the real thing.
enum RecordingPace: Hashable {
  /// The controllers come to rest after each request.
  case rest
  /// So many reconciles run after each request.
  case reconciles(Int)
  /// All requests come first; then the queue is served in an order that a number scatters.
  case scattered(Int)
  /// The controllers come to rest after each request, and choices that upstream leaves open are
  /// answered with a number.
  case choosing(Int)
  /// How many reconciles run after a request, which ones, and what runs between two calls of one, is
  /// as a number scatters it.
  case mixed(Int)

  /// The few that lead through most cases.
  static let simple: [RecordingPace] =
    [.rest, .reconciles(0)] + [1, 2, 3, 5, 8].map { .reconciles($0) }
    + (1...4).map { .scattered($0) } + (1...2).map { .choosing($0) }

  /// All that are tried: a step of which the runs of the real thing differed needs more.
  static let all: [RecordingPace] = simple + (1...200).map { .mixed($0) }
}
