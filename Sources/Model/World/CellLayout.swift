/// The cells of one component and where they lie; grows while the component is explored.
///
/// Flags of requests (queued, timer set, in flight) are packed 32 to a word, one group of words for 32
/// requests, so that "which requests may run" is a scan of a few words. All other cells are words.
package final class CellLayout {
  private var slots: [Cell: Slot] = [:]
  /// All cells that fill words, by word.
  package private(set) var wordCells: [(word: Int, cell: Cell)] = []
  private var cells: [Int: Cell] = [:]
  /// The words of the flags `queue`, `timer` and `busy`, 32 workers a word.
  package private(set) var queueWords: [Int] = []
  package private(set) var timerWords: [Int] = []
  package private(set) var busyWords: [Int] = []
  private let interleaving: Scenario.Interleaving
  /// How many words a state has.
  package private(set) var width = 0
  /// The workers, by index: a controller and a request that it may get.
  package private(set) var workers: [Worker] = []
  private var workerIDs: [Worker: Int] = [:]
  /// The object cells of each kind, ordered by namespace and name.
  private var objectCells: [GroupKind: [(key: ObjectKey, word: Int)]] = [:]
  /// The cells of `pending`, in order of appearance.
  package private(set) var pendingCells: [(controller: Int, groupKind: GroupKind, word: Int)] = []

  /// One controller's work on one request.
  package struct Worker: Hashable, Sendable {
    package let controller: Int
    package let request: ReconcileRequest
  }

  /// The flags of a worker.
  package enum FlagKind: Hashable, Sendable { case queue, timer, busy }

  /// Makes an empty layout; only in mode `calls` a reconcile can be in flight between two steps.
  package init(_ interleaving: Scenario.Interleaving) { self.interleaving = interleaving }

  /// The index of a worker; a new one gets the next index, and words where a group starts.
  package func worker(_ controller: Int, _ request: ReconcileRequest) -> Int {
    let worker = Worker(controller: controller, request: request)
    if let id = workerIDs[worker] { return id }
    let id = workers.count
    workers.append(worker)
    workerIDs[worker] = id
    if id % 32 == 0 {
      queueWords.append(newWord())
      timerWords.append(newWord())
      if interleaving == .calls { busyWords.append(newWord()) }
    }
    return id
  }

  /// The index of a worker that is there already.
  package func existingWorker(_ controller: Int, _ request: ReconcileRequest) -> Int? {
    workerIDs[Worker(controller: controller, request: request)]
  }

  /// The words that hold a kind of flag, 32 workers each.
  package func words(of kind: FlagKind) -> [Int] {
    switch kind {
    case .queue: queueWords
    case .timer: timerWords
    case .busy: busyWords
    }
  }

  /// Where a worker's flag lies.
  package func slot(_ kind: FlagKind, worker: Int) -> Slot {
    .bit(words(of: kind)[worker / 32], worker % 32)
  }

  /// Where a cell lies; a new cell gets its place now.
  package func slot(_ cell: Cell) -> Slot {
    switch cell {
    case .queue(let controller, let request):
      return slot(.queue, worker: worker(controller, request))
    case .timer(let controller, let request):
      return slot(.timer, worker: worker(controller, request))
    case .busy(let controller, let request):
      return slot(.busy, worker: worker(controller, request))
    default: break
    }
    if let slot = slots[cell] { return slot }
    let slot = Slot.whole(newWord())
    slots[cell] = slot
    cells[slot.word] = cell
    wordCells.append((slot.word, cell))
    switch cell {
    case .object(let key): insert(key, slot.word)
    case .pending(let controller, let groupKind):
      pendingCells.append((controller, groupKind, slot.word))
    default: break
    }
    return slot
  }

  /// Where a cell lies; nil where it was never touched, so that its value is 0.
  package func existingSlot(_ cell: Cell) -> Slot? {
    switch cell {
    case .queue(let controller, let request):
      existingWorker(controller, request).map { slot(.queue, worker: $0) }
    case .timer(let controller, let request):
      existingWorker(controller, request).map { slot(.timer, worker: $0) }
    case .busy(let controller, let request):
      existingWorker(controller, request).map { slot(.busy, worker: $0) }
    default: slots[cell]
    }
  }

  /// The cell that fills a word; nil for words of flags.
  package func cell(at word: Int) -> Cell? { cells[word] }

  /// The object cells of a kind, ordered by namespace and name.
  package func objects(of groupKind: GroupKind) -> [(key: ObjectKey, word: Int)] {
    objectCells[groupKind] ?? []
  }

  private func newWord() -> Int {
    width += 1
    return width - 1
  }

  private func insert(_ key: ObjectKey, _ word: Int) {
    var list = objectCells[key.groupKind] ?? []
    let index = list.firstIndex { key < $0.key } ?? list.endIndex
    list.insert((key, word), at: index)
    objectCells[key.groupKind] = list
  }
}
