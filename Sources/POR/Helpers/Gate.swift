internal import Glibc
internal import Synchronization

/// Keeps what the search's thread alone may change apart from what helpers read.
///
/// A helper reads shared tables between `enter` and `leave` only; the search's thread changes them
/// only between `close` and `open`. Each side first says what it wants and then looks at the other:
/// of two that do so in one total order of all such accesses (sequentially consistent ones), at
/// least one sees the other (Dekker; Lamport: "A New Solution of Dijkstra's Concurrent Programming
/// Problem", CACM 17, 1974), and a helper that sees the gate closed turns back. So no helper is
/// inside while it is closed, what was written before `open` is seen by all who enter afterwards, and
/// what a helper read before `leave` was read before anything changed. A helper is inside for one
/// state at a time, and passing costs it one exchange of a word that no other helper writes.
final class Gate: @unchecked Sendable {
  /// One cache line for each flag.
  private static let stride = 128

  private let isClosed = Atomic<Bool>(false)
  private let flags: UnsafeMutableRawPointer
  private let helpers: Int
  /// How many calls of `close` are open; the search's thread alone counts.
  private var depth = 0

  /// Makes a gate for some helpers.
  init(helpers: Int) {
    self.helpers = helpers
    flags = .allocate(byteCount: max(1, helpers) * Self.stride, alignment: Self.stride)
    for helper in 0..<helpers {
      flag(helper).initialize(to: Atomic(false))
    }
  }

  deinit { flags.deallocate() }

  private func flag(_ helper: Int) -> UnsafeMutablePointer<Atomic<Bool>> {
    (flags + helper * Self.stride).assumingMemoryBound(to: Atomic<Bool>.self)
  }

  // MARK: The search's thread

  /// Waits until no helper is inside and keeps them out; calls may be nested.
  func close() {
    depth += 1
    if depth > 1 { return }
    isClosed.store(true, ordering: .sequentiallyConsistent)
    for helper in 0..<helpers {
      var spins = 0
      while flag(helper).pointee.load(ordering: .sequentiallyConsistent) {
        spins += 1
        if spins > 200 { sched_yield() }
      }
    }
  }

  /// Lets helpers in again.
  func open() {
    depth -= 1
    if depth == 0 { isClosed.store(false, ordering: .sequentiallyConsistent) }
  }

  /// Runs what changes shared tables.
  func exclusively<Value>(_ body: () throws -> Value) rethrows -> Value {
    close()
    defer { open() }
    return try body()
  }

  // MARK: A helper's thread

  /// Goes inside; false where the gate is closed.
  func enter(_ helper: Int) -> Bool {
    flag(helper).pointee.store(true, ordering: .sequentiallyConsistent)
    if !isClosed.load(ordering: .sequentiallyConsistent) { return true }
    flag(helper).pointee.store(false, ordering: .releasing)
    return false
  }

  /// Comes out.
  func leave(_ helper: Int) { flag(helper).pointee.store(false, ordering: .releasing) }
}
