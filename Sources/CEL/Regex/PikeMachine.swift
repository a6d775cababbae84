/// Runs a program over a text, all alternatives at once.
///
/// At each position every instruction is visited at most once, the preferred ways first; a match
/// ends all ways less preferred. The result is the match a backtracking search would find first.
struct PikeMachine {
  /// The instructions waiting at one position, in order of preference, with their slots.
  private struct Threads {
    var waiting: [Int] = []
    /// The slots of the thread at an instruction, side by side.
    var slots: [Int]
    /// The mark of the last position at which an instruction was visited.
    var marks: [Int]

    init(size: Int, width: Int) {
      slots = Array(repeating: -1, count: size * width)
      marks = Array(repeating: -1, count: size)
    }
  }

  /// Something still to do while following the ways from an instruction.
  private enum Task {
    case visit(Int)
    case restore(slot: Int, value: Int)
  }

  private let program: RegexProgram
  private let text: [UInt32]
  /// How many slots are kept: none if only the existence of a match is asked.
  private let width: Int
  private var tasks: [Task] = []

  init(_ program: RegexProgram, over text: [UInt32], keepsCaptures: Bool) {
    self.program = program
    self.text = text
    width = keepsCaptures ? program.slotCount : 0
  }

  /// The slots of the leftmost match from a position on; nil if there is none.
  ///
  /// Without captures the answer is an empty array, as soon as there is some match.
  mutating func run(from start: Int) -> [Int]? {
    let size = program.instructions.count
    var current = Threads(size: size, width: width)
    var following = Threads(size: size, width: width)
    var slots = Array(repeating: -1, count: width)
    var found: [Int]?
    var position = start
    while true {
      if found == nil, !program.isAnchoredAtStart || position == 0 {
        for index in slots.indices { slots[index] = -1 }
        follow(0, at: position, in: &current, slots: &slots)
      }
      if current.waiting.isEmpty, found != nil || program.isAnchoredAtStart { break }
      let scalar = position < text.count ? text[position] : nil
      step: for pc in current.waiting {
        let consumes: Bool
        switch program.instructions[pc] {
        case .match:
          if width == 0 { return [] }
          found = Array(current.slots[(pc * width)..<(pc * width + width)])
          break step
        case .scalar(let expected): consumes = scalar == expected
        case .foldedScalar(let expected):
          consumes = scalar.map { Self.folded($0) == expected } ?? false
        case .any: consumes = scalar != nil
        case .anyButNewline: consumes = scalar != nil && scalar != 10
        case .scalarClass(let index):
          consumes = scalar.map(program.classes[index].contains) ?? false
        case .assertion, .save, .split, .jump: consumes = false
        }
        if consumes {
          for slot in 0..<width { slots[slot] = current.slots[pc * width + slot] }
          follow(pc + 1, at: position + 1, in: &following, slots: &slots)
        }
      }
      swap(&current, &following)
      following.waiting.removeAll(keepingCapacity: true)
      guard position < text.count else { break }
      position += 1
    }
    return found
  }

  private static func folded(_ value: UInt32) -> UInt32 {
    Unicode.Scalar(value).map { CaseFolding.canonical($0).value } ?? value
  }

  /// Adds the instructions that can be reached from one without consuming anything.
  private mutating func follow(
    _ entry: Int, at position: Int, in threads: inout Threads, slots: inout [Int]
  ) {
    tasks.append(.visit(entry))
    while let task = tasks.popLast() {
      guard case .visit(let pc) = task else {
        if case .restore(let slot, let value) = task { slots[slot] = value }
        continue
      }
      guard threads.marks[pc] != position else { continue }
      threads.marks[pc] = position
      switch program.instructions[pc] {
      case .jump(let target): tasks.append(.visit(target))
      case .split(let first, let second):
        tasks.append(.visit(second))
        tasks.append(.visit(first))
      case .save(let slot):
        if slot < width {
          tasks.append(.restore(slot: slot, value: slots[slot]))
          slots[slot] = position
        }
        tasks.append(.visit(pc + 1))
      case .assertion(let assertion):
        let previous = position > 0 ? text[position - 1] : nil
        let next = position < text.count ? text[position] : nil
        if assertion.holds(after: previous, before: next) { tasks.append(.visit(pc + 1)) }
      case .match, .scalar, .foldedScalar, .any, .anyButNewline, .scalarClass:
        threads.waiting.append(pc)
        for slot in 0..<width { threads.slots[pc * width + slot] = slots[slot] }
      }
    }
  }
}
