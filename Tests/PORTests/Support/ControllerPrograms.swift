import POR

/// The random programs of requests and events: what comes next is a function of what was read.
struct ControllerPrograms {
  enum Operation {
    case get(Int)
    /// Both fields of an object, by the first.
    case whole(Int)
    case list(kind: Int, value: UInt32)
    case recall
    case ask
    case finish(Ending)
  }

  struct Write {
    var object: Int
    var value: UInt32
    var takesMaximum: Bool
    /// Both fields at once.
    var replaces = false
    /// Only if the object was not changed since it was read.
    var isConditional = false
  }

  struct Ending {
    var writes: [Write]
    var memory: UInt32?
    var requeues: Bool
    var fails: Bool
    var waits: Bool
  }

  /// The world's answers stand in a path as this and more.
  static let answers: UInt32 = 1000
  private let shape: ControllerShape
  private var known: [[UInt32]: Operation] = [:]

  /// Makes the programs of a shape.
  init(_ shape: ControllerShape) { self.shape = shape }

  /// The operation of an actor (a request, or an event after all requests) that has read a path.
  mutating func operation(_ actor: Int, _ path: [UInt32]) -> Operation {
    let key = [UInt32(actor)] + path
    if let operation = known[key] { return operation }
    var random = SplitMix64(seed: hash(shape.seed, key))
    let operation =
      path.count < shape.reads && random.chance(75)
      ? question(actor, path, &random) : .finish(ending(actor, path, &random))
    known[key] = operation
    return operation
  }

  private func question(
    _ actor: Int, _ path: [UInt32], _ random: inout SplitMix64
  ) -> Operation {
    let object = random.pick(shape.scopes[actor])
    // One choice in a program: its two answers are two outcomes.
    if shape.choices > 0 && !path.contains(where: { $0 >= Self.answers })
      && random.chance(shape.choices)
    {
      return .ask
    }
    if shape.hasMemory && actor < shape.requests && random.chance(25) { return .recall }
    if shape.lists && random.chance(30) {
      return .list(
        kind: random.pick(shape.kinds),
        value: UInt32.random(in: 1...shape.values, using: &random))
    }
    if shape.hasFields && random.chance(40) { return .whole(object & ~1) }
    return .get(object)
  }

  private func ending(
    _ actor: Int, _ path: [UInt32], _ random: inout SplitMix64
  ) -> Ending {
    let isRequest = actor < shape.requests
    let writes = (0..<random.pick([0, 1, 1, 2])).map { _ in
      var write = Write(
        object: random.pick(shape.scopes[actor]),
        value: UInt32.random(in: 0...shape.values, using: &random),
        takesMaximum: shape.isOneWay && isRequest)
      if shape.hasFields { write.replaces = random.chance(30) }
      if shape.inTwoParts.contains(actor) { write.isConditional = random.chance(shape.conditional) }
      return write
    }
    let remembers = shape.hasMemory && isRequest && random.chance(50)
    return Ending(
      writes: writes,
      memory: remembers ? UInt32.random(in: 0...1, using: &random) : nil,
      requeues: random.chance(shape.requeues), fails: random.chance(shape.errors),
      waits: shape.hasTimers && random.chance(35))
  }
}
