internal import Glibc

/// A growing array of plain values without reference counts, bounds checks or copies on write.
///
/// The tables of a search are held in these: a Swift array inside a class or behind a check costs
/// up to twice the time here. Growth is by half through `realloc`, which on Linux moves pages
/// instead of copying them, so a large table is never held twice. Indices are the caller's duty;
/// debug builds check them.
struct FlatBuffer<Element: BitwiseCopyable>: ~Copyable {
  private(set) var base: UnsafeMutablePointer<Element>
  private(set) var capacity: Int
  private(set) var count = 0

  /// Makes an empty buffer with room for some elements.
  init(capacity: Int = 16) {
    self.capacity = max(capacity, 1)
    base = Self.allocated(nil, self.capacity)
  }

  deinit { free(base) }

  /// The bytes that the buffer's elements take.
  var byteCount: Int { count * MemoryLayout<Element>.stride }

  var isEmpty: Bool { count == 0 }

  /// The elements, until the buffer is changed or ends.
  var elements: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }

  subscript(index: Int) -> Element {
    @inline(__always) get {
      assert(index >= 0 && index < count)
      return base[index]
    }
    @inline(__always) set {
      assert(index >= 0 && index < count)
      base[index] = newValue
    }
  }

  var last: Element {
    @inline(__always) get { self[count - 1] }
  }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow(to: count + 1) }
    base[count] = element
    count += 1
  }

  /// Appends the elements of another buffer.
  mutating func append(_ elements: Slice<UnsafeMutableBufferPointer<Element>>) {
    let source = UnsafeMutableBufferPointer(rebasing: elements)
    guard let first = source.baseAddress, source.count > 0 else { return }
    if count + source.count > capacity { grow(to: count + source.count) }
    (base + count).initialize(from: first, count: source.count)
    count += source.count
  }

  /// Appends copies of an element until the buffer holds `newCount`.
  mutating func extend(to newCount: Int, with element: Element) {
    guard newCount > count else { return }
    if newCount > capacity { grow(to: newCount) }
    (base + count).initialize(repeating: element, count: newCount - count)
    count = newCount
  }

  @inline(__always)
  mutating func popLast() -> Element {
    assert(count > 0)
    count -= 1
    return base[count]
  }

  /// Forgets the elements from an index on and keeps the storage.
  @inline(__always)
  mutating func truncate(to newCount: Int) {
    assert(newCount <= count)
    count = newCount
  }

  private mutating func grow(to needed: Int) {
    capacity = max(needed, capacity + capacity / 2 + 8)
    base = Self.allocated(base, capacity)
  }

  private static func allocated(
    _ old: UnsafeMutablePointer<Element>?, _ capacity: Int
  ) -> UnsafeMutablePointer<Element> {
    guard let raw = realloc(old, capacity * MemoryLayout<Element>.stride) else {
      preconditionFailure("out of memory: \(capacity) elements")
    }
    return raw.assumingMemoryBound(to: Element.self)
  }
}
