import CEL

/// The names of cells, predicate reads and versions in footprints, as dense ids.
///
/// Fresh values are renamed when states are matched (`Composition+FreshNames`): the object that one
/// state calls `web-2` is `web-1` in another. A footprint outlives its state, in summaries of what
/// may still happen, so it must not depend on the number of a fresh value. Therefore every name is
/// taken with the numbers of its fresh values erased and their classes kept. That merges names and
/// so only adds conflicts.
///
/// A changed version stands in a footprint for what predicate reads may ask of it, no more
/// (`ChangeSide`): contents that no selection tells apart are one.
final class FootprintNames {
  private let world: World
  private var cells: [FootprintCell] = []
  private var cellIDs: [FootprintCell: UInt32] = [:]
  private var predicates: [PredicateTest] = []
  private var predicateSubjects: [PredicateSubject] = []
  private var predicateIDs: [PredicateTest: UInt32] = [:]
  private var sides: [ChangeSide] = []
  private var sideIDs: [ChangeSide: UInt32] = [:]
  private var sidesOfChanges: [UInt64: (old: UInt32, new: UInt32)] = [:]
  private var familyClasses: [String: Int] = [:]
  private var classDescriptions: [String] = []
  private var classOfFamily: [UInt16: Int] = [:]

  /// Makes an empty table of names.
  init(_ world: World) { self.world = world }

  // MARK: Names without numbers

  /// What stands for a fresh value of a class: no name contains a control character.
  private static let opening: UInt8 = 1
  private static let closing: UInt8 = 2

  /// A text in which every fresh value is replaced by its class.
  func erased(_ text: String) -> String {
    world.tokens.replacingTokens(in: text) { token in
      "\u{1}\(self.classOf(token.family))\u{2}"
    }
  }

  /// Whether an erased text stands for several names.
  static func isCollective(_ erased: String) -> Bool { erased.utf8.contains(opening) }

  /// A class of fresh values: its description may itself mention fresh values, which are erased too.
  private func classOf(_ family: UInt16) -> Int {
    if let known = classOfFamily[family] { return known }
    let number = classNumber(erased(world.tokens.description(ofFamily: family)))
    classOfFamily[family] = number
    return number
  }

  private func classNumber(_ description: String) -> Int {
    if let known = familyClasses[description] { return known }
    classDescriptions.append(description)
    familyClasses[description] = classDescriptions.count - 1
    return classDescriptions.count - 1
  }

  /// An erased text with what is between its classes of fresh values mapped, and with each class
  /// replaced by that of its mapped description.
  func mappingClasses(
    in erased: String, text: (String) -> String, description: (String) -> String
  ) -> String {
    var result = ""
    var rest = Array(erased.utf8)[...]
    while let start = rest.firstIndex(of: Self.opening),
      let end = rest[start...].firstIndex(of: Self.closing),
      let number = Int(String(decoding: rest[(start + 1)..<end], as: UTF8.self))
    {
      result += text(String(decoding: rest[..<start], as: UTF8.self))
      result += "\u{1}\(classNumber(description(classDescriptions[number])))\u{2}"
      rest = rest[(end + 1)...]
    }
    return result + text(String(decoding: rest, as: UTF8.self))
  }

  /// An object's key with erased names.
  func erased(_ key: ObjectKey) -> ObjectKey {
    ObjectKey(key.groupKind, namespace: erased(key.namespace), name: erased(key.name))
  }

  /// A controller's work on one request, with erased names.
  func erased(_ controller: Int, _ request: ReconcileRequest) -> CellLayout.Worker {
    CellLayout.Worker(
      controller: controller,
      request: ReconcileRequest(
        namespace: erased(request.namespace), name: erased(request.name)))
  }

  /// An erased text for people: fresh values as `~*`.
  static func display(_ erased: String) -> String {
    var bytes: [UInt8] = []
    var isInside = false
    for byte in erased.utf8 {
      switch byte {
      case opening:
        isInside = true
        bytes += Array("~*".utf8)
      case closing: isInside = false
      default: if !isInside { bytes.append(byte) }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A text for people: fresh values as `~*`.
  func display(_ text: String) -> String { Self.display(erased(text)) }

  // MARK: Ids

  /// The id of a cell, whose names are erased already.
  func id(_ cell: FootprintCell) -> UInt32 {
    if let id = cellIDs[cell] { return id }
    let id = UInt32(cells.count)
    cells.append(cell)
    cellIDs[cell] = id
    return id
  }

  /// The cell with an id.
  func cell(_ id: UInt32) -> FootprintCell { cells[Int(id)] }

  /// The id of a cell of a state.
  func id(of cell: Cell) -> UInt32 {
    switch cell {
    case .object(let key): id(.object(erased(key)))
    case .rank(let key): id(.rank(erased(key)))
    case .queue(let controller, let request): id(.queue(erased(controller, request)))
    case .timer(let controller, let request): id(.timer(erased(controller, request)))
    case .busy(let controller, let request), .position(let controller, let request),
      .superseded(let controller, let request):
      id(.position(erased(controller, request)))
    case .pending(let controller, let groupKind):
      id(.pending(controller: controller, groupKind))
    case .deadline(let controller, let request, let label):
      id(.deadline(erased(controller, request), erased(label)))
    case .memory(let controller, let request, let label):
      id(.memory(erased(controller, request), erased(label)))
    case .spent(let controller, let budget):
      id(.spent(controller: controller, erased(budget)))
    case .budget(let fault, let controller): id(.budget(fault, controller: controller))
    case .event(let event), .happened(let event): id(.event(event))
    case .clock: id(.clock)
    }
  }

  /// The id of a predicate read: a list, of whose objects some fields are used.
  func predicate(_ scan: ObjectScan, using use: FieldUse) -> UInt32 {
    id(.list(SelectionTest(scan) { self.erased($0) }, use), .list(scan, use))
  }

  /// The id of a predicate read: an object of which some fields are used.
  func predicate(_ key: ObjectKey, using use: FieldUse) -> UInt32 {
    let key = erased(key)
    return id(.object(key, use), .object(key, use))
  }

  /// The id of a predicate read whose names are erased already.
  func id(_ test: PredicateTest, _ subject: PredicateSubject) -> UInt32 {
    if let id = predicateIDs[test] { return id }
    let id = UInt32(predicates.count)
    predicates.append(test)
    predicateSubjects.append(subject)
    predicateIDs[test] = id
    return id
  }

  /// What a predicate read is about, for people.
  func subject(ofPredicate id: UInt32) -> PredicateSubject { predicateSubjects[Int(id)] }

  // MARK: Versions

  /// What stands in footprints for the versions before and after a change; 0 for absence.
  ///
  /// Each side tells what selections may ask of its version and, besides, at which paths the two
  /// versions differ: a reader of other fields of an object that it lists is not concerned.
  func sides(of change: EffectiveWrite) -> (old: UInt32, new: UInt32) {
    let key = UInt64(change.old) << 32 | UInt64(change.new)
    if let known = sidesOfChanges[key] { return known }
    let paths = changedPaths(change.old, change.new)
    func side(_ version: UInt32) -> UInt32 {
      guard let object = world.versions.object(version) else { return 0 }
      let form = SelectableForm(object, paths: selectablePaths(change.key.groupKind), self)
      return id(ChangeSide(form: form, changed: paths))
    }
    let result = (old: side(change.old), new: side(change.new))
    sidesOfChanges[key] = result
    return result
  }

  /// The paths at which two versions differ, with erased names; one that is nothing is the whole.
  private func changedPaths(_ old: UInt32, _ new: UInt32) -> [[String]] {
    guard let before = world.versions.object(old), let after = world.versions.object(new) else {
      return [[]]
    }
    return JSONValue.changedPaths(.object(before), .object(after)).map { path in
      path.map { erased($0) }
    }
  }

  /// The paths that a change with this side concerns, with erased names.
  func changedPaths(ofSide side: UInt32) -> [[String]] {
    side == 0 ? [] : sides[Int(side) - 1].changed
  }

  /// The id of a side of a change.
  func id(_ side: ChangeSide) -> UInt32 {
    if let id = sideIDs[side] { return id }
    sides.append(side)
    sideIDs[side] = UInt32(sides.count)
    return UInt32(sides.count)
  }

  /// The side of a change with an id.
  func side(_ id: UInt32) -> ChangeSide { sides[Int(id) - 1] }

  private func selectablePaths(_ groupKind: GroupKind) -> [String] {
    ["metadata.name", "metadata.namespace"]
      + (world.definition.resources.resource(groupKind)?.selectableFields ?? [])
  }

  /// Whether a predicate read is concerned by a change of a cell of which this is a side.
  func accepts(predicate: UInt32, cell: UInt32, side: UInt32) -> Bool {
    guard side != 0, case .object(let key) = cells[Int(cell)] else { return false }
    return predicates[Int(predicate)].accepts(key, sides[Int(side) - 1])
  }
}

/// What predicate reads may ask about one side of a change.
struct ChangeSide: Hashable {
  let form: SelectableForm
  /// The paths at which the two sides differ.
  let changed: [[String]]
}

/// A predicate read as footprints know it.
enum PredicateTest: Hashable {
  case object(ObjectKey, FieldUse)
  case list(SelectionTest, FieldUse)

  /// Whether it is concerned by a change of an object with this erased key.
  ///
  /// A list is concerned by its objects whose used fields change. Those that enter or leave it change
  /// what its selection asks for, so that counts as used.
  func accepts(_ key: ObjectKey, _ side: ChangeSide) -> Bool {
    switch self {
    case .object(let subject, let use): key == subject && use.meets(side.changed)
    case .list(let test, let use):
      test.accepts(key, side.form) && use.union(test.selectedFields).meets(side.changed)
    }
  }
}

/// What a predicate read is about, for people.
enum PredicateSubject {
  case object(ObjectKey, FieldUse)
  case list(ObjectScan, FieldUse)
}
