internal import Glibc
internal import Synchronization

/// Threads that take part in rounds of work, between which they touch nothing.
///
/// In a round every thread that is awake, that of the caller too, takes the next piece until none is
/// left; the call returns when all are done. What was written before a round is seen in it, and what
/// the round writes is seen behind it. A thread that comes too late, because the processor did
/// something else, finds the round closed and is not waited for: it first says that it is inside and
/// then looks whether the round is open, the caller first closes it and then looks who is inside, in one
/// total order of these accesses (Dekker). Between rounds a thread spins for a while and then sleeps; it
/// does not yield, for where others want the processor they keep it for longer than a round.
final class WorkerCrew: @unchecked Sendable {
  /// About a tenth of a millisecond.
  private static let spins = 100_000
  /// One cache line for each counter.
  private static let stride = 128

  private let counters: UnsafeMutableRawPointer
  /// By piece: whether it is done.
  private var isDone: UnsafeMutablePointer<Atomic<Bool>>
  private var doneCapacity = 64
  private var body: (_ worker: Int, _ piece: Int) -> Void = { _, _ in }
  private var pieces = 0
  private let isOver = Atomic<Bool>(false)
  private var threads: [pthread_t] = []
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  /// Of how many workers the caller is one.
  let workers: Int
  private var isStarted = false

  /// Makes a crew; its threads start with the first round.
  init(workers: Int) {
    self.workers = max(workers, 1)
    counters = .allocate(byteCount: 4 * Self.stride, alignment: Self.stride)
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    isDone = .allocate(capacity: doneCapacity)
    for index in 0..<4 { counter(index).initialize(to: Atomic(0)) }
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
    condition.deallocate()
    counters.deallocate()
    isDone.deallocate()
  }

  private func counter(_ index: Int) -> UnsafeMutablePointer<Atomic<Int>> {
    (counters + index * Self.stride).assumingMemoryBound(to: Atomic<Int>.self)
  }

  /// Raised when a round begins, then odd, and when it ends.
  private var round: UnsafeMutablePointer<Atomic<Int>> { counter(0) }
  /// The next piece of the round.
  private var next: UnsafeMutablePointer<Atomic<Int>> { counter(1) }
  /// How many threads are in the round, or look whether it is open.
  private var inside: UnsafeMutablePointer<Atomic<Int>> { counter(2) }
  private var sleepers: UnsafeMutablePointer<Atomic<Int>> { counter(3) }

  private final class Start: @unchecked Sendable {
    let crew: WorkerCrew
    let worker: Int

    init(_ crew: WorkerCrew, _ worker: Int) {
      self.crew = crew
      self.worker = worker
    }
  }

  /// Starts the threads; where one is not to be had the others do its work.
  private func start() {
    isStarted = true
    for worker in 1..<workers { start(worker) }
  }

  private func start(_ worker: Int) {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(Start(self, worker))
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        start.crew.work(start.worker)
        return nil
      }, argument.toOpaque())
    if status == 0 { threads.append(thread) } else { argument.release() }
  }

  // MARK: The caller

  /// Does so many pieces of work, in any order and by any of the workers.
  ///
  /// The caller is told of pieces that are done, in their order, while others work on; it is told no
  /// more once it has answered false.
  func run(
    pieces: Int, whenDone: (_ piece: Int) -> Bool = { _ in false },
    body: (_ worker: Int, _ piece: Int) -> Void
  ) {
    if !isStarted { start() }
    prepare(pieces)
    withoutActuallyEscaping(body) { body in
      self.body = body
      self.pieces = pieces
      begin()
      takeAndTell(whenDone)
      round.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
      wait { inside.pointee.load(ordering: .sequentiallyConsistent) == 0 }
      self.body = { _, _ in }
    }
  }

  private func prepare(_ pieces: Int) {
    if pieces > doneCapacity {
      isDone.deallocate()
      doneCapacity = pieces * 2
      isDone = .allocate(capacity: doneCapacity)
    }
    for piece in 0..<pieces { (isDone + piece).initialize(to: Atomic(false)) }
  }

  private func takeAndTell(_ whenDone: (_ piece: Int) -> Bool) {
    var told = 0
    var isTold = true
    var isLeft = true
    while isTold && told < pieces || isLeft {
      if isTold && told < pieces && isDone[told].load(ordering: .acquiring) {
        isTold = whenDone(told)
        told += 1
      } else if isLeft {
        isLeft = takeOne(0)
      } else {
        wait { isDone[told].load(ordering: .acquiring) }
      }
    }
  }

  private func wait(until isOver: () -> Bool) {
    var waits = 0
    while !isOver() {
      waits += 1
      if waits > Self.spins { sched_yield() }
    }
  }

  /// Ends the threads and waits for their end.
  func stop() {
    if threads.isEmpty { return }
    isOver.store(true, ordering: .relaxed)
    begin()
    for thread in threads { pthread_join(thread, nil) }
    threads = []
  }

  private func begin() {
    next.pointee.store(0, ordering: .relaxed)
    round.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
    if sleepers.pointee.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(condition)
      pthread_mutex_unlock(mutex)
    }
  }

  // MARK: Every worker

  /// Does the next piece; false where none is left.
  private func takeOne(_ worker: Int) -> Bool {
    let piece = next.pointee.wrappingAdd(1, ordering: .relaxed).oldValue
    if piece >= pieces { return false }
    body(worker, piece)
    isDone[piece].store(true, ordering: .releasing)
    return true
  }

  private func work(_ worker: Int) {
    var seen = 0
    while true {
      seen = open(after: seen)
      if isOver.load(ordering: .relaxed) { return }
      inside.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
      if round.pointee.load(ordering: .sequentiallyConsistent) == seen { while takeOne(worker) {} }
      inside.pointee.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    }
  }

  /// Waits for a round behind the one that was seen last.
  private func open(after seen: Int) -> Int {
    for _ in 0..<Self.spins {
      let now = round.pointee.load(ordering: .acquiring)
      if now != seen && now & 1 == 1 { return now }
    }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    // Announced before the round is looked at again: whoever begins one sees the sleeper or is seen.
    sleepers.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
    defer { sleepers.pointee.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
    while true {
      let now = round.pointee.load(ordering: .sequentiallyConsistent)
      if now != seen && now & 1 == 1 { return now }
      pthread_cond_wait(condition, mutex)
    }
  }
}
