import Transitions

/// Reconciles in two parts: one step reads and notes the position in the program, a later one writes.
///
/// The copies that are read carry a bit that every effective write of the object sets; a conditional
/// write is refused where it is set (POR.md, section 2, "Versions").
extension RandomControllerModel {
  func isInFlight(_ request: Int, _ state: [UInt32]) -> Bool {
    shape.inTwoParts.contains(request) && state[layout.position(request)] != 0
  }

  func start(_ request: Int, _ step: inout Transaction) {
    if shape.conditional > 0 {
      for object in versions(of: request) {
        step.clear(
          Cell.superseded(request, object), word: layout.superseded(request), bit: object)
      }
    }
    var path: [UInt32] = []
    while true {
      let next = operation(request, path)
      if case .finish = next { break }
      path.append(answer(next, to: request, &step))
      step.note(path[path.count - 1])
    }
    step.write(Cell.position(request), word: layout.position(request), id(of: path))
  }

  func finish(_ request: Int, _ step: inout Transaction) {
    let path = path(step.read(Cell.position(request), word: layout.position(request)))
    step.write(Cell.position(request), word: layout.position(request), 0)
    for word in path { step.note(word) }
    guard case .finish(let ending) = operation(request, path) else { return }
    for write in ending.writes where !apply(write, of: request, &step) { break }
    end(request, ending, &step)
  }

  /// The objects whose versions a request remembers; with fields, by their first.
  private func versions(of request: Int) -> [Int] {
    Set(shape.scopes[request].map { shape.hasFields ? $0 & ~1 : $0 }).sorted()
  }

  func isSuperseded(_ object: Int, for request: Int, _ step: inout Transaction) -> Bool {
    let version = shape.hasFields ? object & ~1 : object
    let bits = step.read(
      Cell.superseded(request, version), word: layout.superseded(request))
    return bits & (1 << UInt32(version)) != 0
  }

  /// Tells whoever may have a copy that an object was changed.
  func supersede(_ object: Int, _ step: inout Transaction) {
    if shape.conditional == 0 { return }
    let version = shape.hasFields ? object & ~1 : object
    for request in shape.inTwoParts.sorted() where versions(of: request).contains(version) {
      step.set(
        Cell.superseded(request, version), word: layout.superseded(request), bit: version)
    }
  }
}
