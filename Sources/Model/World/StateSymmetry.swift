import CEL

/// The interchangeable names of one component: which blocks may be permuted in its states, and where
/// in a state each block is spoken of.
///
/// A block's *signature* is what the state says of it, without names: the values of its own cells by
/// role, and where other cells mention it. Sorting the blocks of a group by it and renaming gives the
/// representative of a state. Whatever the signature is, that is sound, since a state is replaced by a
/// renaming of itself; a poor signature merges less. Blocks with equal signatures stay where they are.
final class StateSymmetry {
  let names: NameSymmetry
  /// The blocks that may take each other's place, in groups of two or more.
  let groups: [[Int]]
  /// By block: its group, or -1 where the component singles it out.
  let groupOf: [Int]
  private let controllers: [String: Int]
  private let events: [String: Int]
  let controllerNames: [String]
  let eventNames: [String]

  /// Whose a cell is.
  enum Owner: Hashable {
    case nobody
    case block(Int)
    /// Its own name mentions several blocks.
    case several
  }

  /// By position in `CellLayout.wordCells`.
  private(set) var cellOwners: [Owner] = []
  /// By worker.
  private(set) var workerOwners: [Owner] = []
  /// The number of a role within its group, by what remains of a cell's name.
  private var roles: [String: Int] = [:]
  /// By group: how many roles cells and workers have.
  private var roleCounts: [Int]
  /// By position in `CellLayout.wordCells`, and by worker: the role.
  private(set) var cellRoles: [Int] = []
  private(set) var workerRoles: [Int] = []
  // Known answers of StateSymmetry+Signatures and Composition+Symmetry.
  var blocksOfNodes: [UInt32: [Int]] = [:]
  var erasedNodes: [UInt64: UInt32] = [:]
  var traitsOfNodes: [UInt32: [BlockTrait]] = [:]
  var traitsOfVersions: [UInt32: [BlockTrait]] = [:]
  var renamedNodes: [NodeRenaming: UInt32] = [:]
  var signatureNumbers: [Signature: UInt32] = [:]
  var signatureTable: [Signature] = []
  var movedCells: [UInt64: Slot] = [:]
  var movedWorkers: [UInt64: Int] = [:]

  /// What a word of a state holds: a cell, by its position, or flags from a worker on.
  enum WordContent {
    case cell(Int)
    case flags(firstWorker: Int)
  }

  private(set) var contentOfWord: [WordContent] = []

  /// The symmetry of a component; nil where no two blocks can be exchanged in it.
  init?(_ names: NameSymmetry, _ world: World, _ component: Component) {
    self.names = names
    controllerNames = world.definition.participants.map(\.reconciler.name)
    eventNames = world.definition.events.map(\.name)
    controllers = Dictionary(controllerNames.enumerated().map { ($1, $0) }) { first, _ in first }
    events = Dictionary(eventNames.enumerated().map { ($1, $0) }) { first, _ in first }
    let starts =
      component.requests.map { [controllerNames] in
        "\(controllerNames[$0.controller]) \($0.request.namespace)/\($0.request.name)"
      } + component.events.map { [eventNames] in "event \(eventNames[$0])" }
    groups = Self.groups(names, starts)
    if groups.isEmpty { return nil }
    var groupOf = [Int](repeating: -1, count: names.names.texts.count)
    for (group, blocks) in groups.enumerated() { for block in blocks { groupOf[block] = group } }
    self.groupOf = groupOf
    roleCounts = groups.map { _ in 0 }
  }

  /// The blocks of each orbit among which every exchange maps the starts of a component to
  /// themselves.
  ///
  /// Where starts speak of some blocks of an orbit, the others are left where they are: the component
  /// hardly knows them.
  private static func groups(_ symmetry: NameSymmetry, _ starts: [String]) -> [[Int]] {
    let names = symmetry.names
    var byBlock: [Int: [String]] = [:]
    for start in starts {
      for block in Set(names.mentions(in: start).map(\.block)) {
        byBlock[block, default: []].append(start)
      }
    }
    var classes: [[String]: [Int]] = [:]
    for (block, own) in byBlock.sorted(by: { $0.key < $1.key }) {
      let form = own.map { symmetry.erase($0, block) }.sorted()
      classes[["orbit \(names.orbitOf[block])"] + form, default: []].append(block)
    }
    for members in names.members where members.count <= 256 {
      if members.allSatisfy({ byBlock[$0] == nil }) { classes[["\(members[0])"]] = members }
    }
    return classes.values.sorted { $0[0] < $1[0] }.filter { blocks in
      blocks.count > 1
        && zip(blocks, blocks.dropFirst()).allSatisfy { one, other in
          let affected = Set((byBlock[one] ?? []) + (byBlock[other] ?? []))
          return Set(affected.map { names.exchange(one, other, in: $0) }) == affected
        }
    }
  }

  // MARK: Who is who

  func rename(controller: Int, _ moves: [Int]) -> Int {
    controllers[names.rename(controllerNames[controller], moves)] ?? controller
  }

  func rename(event: Int, _ moves: [Int]) -> Int {
    events[names.rename(eventNames[event], moves)] ?? event
  }

  /// Takes in the cells and workers that are new.
  func update(_ layout: CellLayout) {
    while cellOwners.count < layout.wordCells.count {
      let (owner, role) = place(name(of: layout.wordCells[cellOwners.count].cell))
      cellOwners.append(owner)
      cellRoles.append(role)
    }
    while workerOwners.count < layout.workers.count {
      let worker = layout.workers[workerOwners.count]
      let (owner, role) = place("worker \(name(worker.controller, worker.request))")
      workerOwners.append(owner)
      workerRoles.append(role)
    }
    if contentOfWord.count == layout.width { return }
    contentOfWord = Array(repeating: .cell(-1), count: layout.width)
    for (position, entry) in layout.wordCells.enumerated() {
      contentOfWord[entry.word] = .cell(position)
    }
    for words in [layout.queueWords, layout.timerWords, layout.busyWords] {
      for (group, word) in words.enumerated() {
        contentOfWord[word] = .flags(firstWorker: group * 32)
      }
    }
  }

  private func place(_ name: String) -> (Owner, role: Int) {
    let blocks = Set(names.mentions(in: name).map(\.block)).filter { groupOf[$0] >= 0 }
    guard let block = blocks.first else { return (.nobody, -1) }
    guard blocks.count == 1 else { return (.several, -1) }
    let group = groupOf[block]
    let form = "\(group) \(names.erase(name, block))"
    if let role = roles[form] { return (.block(block), role) }
    let role = roleCounts[group]
    roleCounts[group] += 1
    roles[form] = role
    return (.block(block), role)
  }

  private func name(_ controller: Int, _ request: ReconcileRequest) -> String {
    "\(controllerNames[controller]) \(request.namespace)/\(request.name)"
  }

  /// A text that mentions what a cell's name mentions.
  func name(of cell: Cell) -> String {
    switch cell {
    case .object(let key): "object \(key.groupKind) \(key.namespace)/\(key.name)"
    case .rank(let key): "rank \(key.groupKind) \(key.namespace)/\(key.name)"
    case .queue(let controller, let request): "queue \(name(controller, request))"
    case .timer(let controller, let request): "timer \(name(controller, request))"
    case .busy(let controller, let request): "busy \(name(controller, request))"
    case .position(let controller, let request): "position \(name(controller, request))"
    case .superseded(let controller, let request): "superseded \(name(controller, request))"
    case .pending(let controller, let kind): "pending \(controllerNames[controller]) \(kind)"
    case .deadline(let controller, let request, let label):
      "deadline \(name(controller, request)) \(label)"
    case .memory(let controller, let request, let label):
      "memory \(name(controller, request)) \(label)"
    case .spent(let controller, let label): "spent \(controllerNames[controller]) \(label)"
    case .budget(let fault, let controller): "budget \(fault) \(controllerNames[controller])"
    case .event(let event): "event \(eventNames[event])"
    case .happened(let event): "happened \(eventNames[event])"
    case .clock: "clock"
    }
  }

}

/// A node of a reconcile tree and where the blocks go that its path mentions.
struct NodeRenaming: Hashable {
  let node: UInt32
  let moves: [Int32]
}

/// How a value speaks of a block, as a number without names.
struct BlockTrait: Hashable {
  let block: Int
  let trait: UInt32
}
