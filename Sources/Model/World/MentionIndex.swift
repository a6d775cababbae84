import CEL

/// Which fresh values the names of cells and requests and the paths of reconciles in flight mention;
/// computed once each.
struct MentionIndex {
  /// What a cell holds that may mention fresh values.
  enum Content: UInt8 { case object, deadline, memory, position, pending, other }

  /// A cell in numbers: a walk over all cells of a state must not copy keys.
  struct CellFact {
    let word: Int
    let content: Content
    /// For an object: its version at the start, which the word 0 stands for.
    let initial: UInt32
  }

  /// By position in `CellLayout.wordCells`.
  private(set) var facts: [CellFact] = []
  /// By position in `CellLayout.wordCells`.
  private(set) var ofCells: [[FreshToken]] = []
  /// By worker.
  private(set) var ofWorkers: [[FreshToken]] = []
  /// The workers whose request mentions a fresh value.
  private(set) var namedWorkers: [Int] = []
  /// What the objects of the start that have no cell mention.
  private(set) var outside: [FreshToken] = []
  private var ofNodes: [UInt32: [FreshToken]] = [:]

  /// Takes in the cells and workers that are new.
  mutating func update(_ composition: Composition) {
    let (layout, world) = (composition.layout, composition.world)
    if ofCells.count < layout.wordCells.count || ofCells.isEmpty {
      for (word, cell) in layout.wordCells[ofCells.count...] {
        facts.append(Self.fact(of: cell, at: word, world))
        switch cell {
        case .object(let key): ofCells.append(world.tokens.mentioned(in: key.name))
        case .deadline(_, let request, let label), .memory(_, let request, let label):
          ofCells.append(world.tokens.mentioned(in: "\(request.name) \(label)"))
        default: ofCells.append([])
        }
      }
      var tokens: Set<FreshToken> = []
      for (key, _) in world.definition.objects where layout.existingSlot(.object(key)) == nil {
        tokens.formUnion(world.versions.mentioned(in: world.initialVersions[key] ?? 0))
      }
      outside = tokens.sorted()
    }
    for worker in layout.workers[ofWorkers.count...] {
      let tokens = world.tokens.mentioned(in: worker.request.name)
      if !tokens.isEmpty { namedWorkers.append(ofWorkers.count) }
      ofWorkers.append(tokens)
    }
  }

  private static func fact(of cell: Cell, at word: Int, _ world: World) -> CellFact {
    switch cell {
    case .object(let key):
      CellFact(word: word, content: .object, initial: world.initialVersions[key] ?? 0)
    case .deadline: CellFact(word: word, content: .deadline, initial: 0)
    case .memory: CellFact(word: word, content: .memory, initial: 0)
    case .position: CellFact(word: word, content: .position, initial: 0)
    case .pending: CellFact(word: word, content: .pending, initial: 0)
    default: CellFact(word: word, content: .other, initial: 0)
    }
  }

  /// What the path to a node of the reconcile tree mentions.
  mutating func tokens(ofNode node: UInt32, _ composition: Composition) -> [FreshToken] {
    if let known = ofNodes[node] { return known }
    let world = composition.world
    var tokens: Set<FreshToken> = []
    for step in world.tree.path(to: node) {
      tokens.formUnion(Self.tokens(of: step.question, world))
      tokens.formUnion(Self.tokens(of: step.answer, world))
    }
    let sorted = tokens.sorted()
    ofNodes[node] = sorted
    return sorted
  }

  /// What a question mentions.
  static func tokens(of question: Question, _ world: World) -> [FreshToken] {
    switch question {
    case .get(_, let key), .creationRank(let key): world.tokens.mentioned(in: key.name)
    case .list(let query): world.tokens.mentioned(in: "\(query.selection)")
    case .send(let request):
      world.tokens.mentioned(
        in: .object([
          "name": .string(request.name), "body": request.body ?? .null,
          "selector": .string(request.labelSelector + request.fieldSelector),
        ]))
    case .hasPassed(let label): world.tokens.mentioned(in: label)
    case .next(let batch): batch.lanes.flatMap { world.tokens.mentioned(in: $0.label) }
    case .remember(_, let value): world.tokens.mentioned(in: value.value)
    case .choose, .spend, .fresh, .recall, .awaitsEvents: []
    }
  }

  private static func tokens(of answer: Answer, _ world: World) -> [FreshToken] {
    switch answer {
    case .object(let version): world.versions.mentioned(in: version)
    case .list(let items): items.flatMap { world.versions.mentioned(in: $0.version) }
    case .response(_, let body, let changed):
      world.tokens.mentioned(in: body) + changed.flatMap { world.versions.mentioned(in: $0.before) }
    case .text(let text): world.tokens.mentioned(in: text)
    case .number, .flag: []
    }
  }
}

/// A set of fresh values: a word of bits a class, and a set for numbers past 63.
struct AliveTokens {
  private var bits: [UInt64] = []
  private var others: Set<FreshToken> = []

  mutating func insert(_ tokens: [FreshToken]) {
    for token in tokens {
      guard token.index < 64 else {
        others.insert(token)
        continue
      }
      let family = Int(token.family)
      if bits.count <= family {
        bits.append(contentsOf: repeatElement(0, count: family + 1 - bits.count))
      }
      bits[family] |= 1 << UInt64(token.index)
    }
  }

  /// The smallest number of a class that is not in the set.
  func smallestFree(of family: UInt16) -> UInt32 {
    let word = Int(family) < bits.count ? bits[Int(family)] : 0
    var index = UInt16((~word).trailingZeroBitCount)
    while index >= 64, others.contains(FreshToken(family: family, index: index)) { index += 1 }
    return UInt32(index)
  }

  /// The number after the largest of a class in the set.
  func next(of family: UInt16) -> UInt32 {
    let word = Int(family) < bits.count ? bits[Int(family)] : 0
    let large = others.filter { $0.family == family }.map(\.index).max()
    return large.map { UInt32($0) + 1 } ?? UInt32(64 - word.leadingZeroBitCount)
  }

  /// The renaming that closes the gaps in each class and keeps the order.
  var closingGaps: [FreshToken: FreshToken] {
    var renaming: [FreshToken: FreshToken] = [:]
    let large = Dictionary(grouping: others, by: \.family)
    for family in 0..<UInt16(max(bits.count, Int(large.keys.max() ?? 0) + 1)) {
      var word = Int(family) < bits.count ? bits[Int(family)] : 0
      if large[family] == nil, word & (word &+ 1) == 0 { continue }
      var next: UInt16 = 0
      func keep(_ index: UInt16) {
        if index != next {
          renaming[FreshToken(family: family, index: index)] = FreshToken(
            family: family, index: next)
        }
        next += 1
      }
      while word != 0 {
        keep(UInt16(word.trailingZeroBitCount))
        word &= word - 1
      }
      for token in (large[family] ?? []).sorted() { keep(token.index) }
    }
    return renaming
  }
}
